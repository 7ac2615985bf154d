package io.stagger.weights.safetensors;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.Sha256;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A mapped safetensors file. Immutable; readable from any thread for as long as its arena lives.
 *
 * @param path the file
 * @param bytes its size
 * @param entries its tensors, in the order of their bytes
 * @param headerChecksum SHA-256 of the header
 * @param data the tensors' bytes
 */
public record SafetensorsFile(
    Path path,
    long bytes,
    List<SafetensorsEntry> entries,
    String headerChecksum,
    MemorySegment data) {

  /** The longest header that is read; the reference implementation's limit. */
  public static final long MAX_HEADER = 100_000_000;

  /** What helps when a file is not what a safetensors file is. */
  static final String FETCH_AGAIN =
      "Fetch the file again: it is cut off or damaged, or not a safetensors file";

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Maps a file and checks its header.
   *
   * @param arena keeps the mapping alive
   * @throws CheckpointException if the file is missing or not a whole safetensors file
   */
  public static SafetensorsFile open(Path path, Arena arena) {
    String where = path.toString();
    MemorySegment file = map(path, arena);
    if (file.byteSize() < LENGTH.byteSize()) {
      throw new CheckpointException(
          Diagnosis.of("only " + file.byteSize() + " bytes", where)
              .expecting("a safetensors file, which begins with 8 bytes of header length")
              .remedy(FETCH_AGAIN));
    }
    long headerBytes = file.get(LENGTH, 0);
    long rest = file.byteSize() - LENGTH.byteSize();
    if (headerBytes < 0 || headerBytes > rest || headerBytes > MAX_HEADER) {
      throw new CheckpointException(
          Diagnosis.of("a header of " + Long.toUnsignedString(headerBytes) + " bytes", where)
              .expecting("at most the " + rest + " that follow in the file, and " + MAX_HEADER)
              .remedy(FETCH_AGAIN));
    }
    byte[] header = file.asSlice(LENGTH.byteSize(), headerBytes).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = file.asSlice(LENGTH.byteSize() + headerBytes);
    return new SafetensorsFile(
        path,
        file.byteSize(),
        SafetensorsHeader.parse(header, data.byteSize(), where),
        new Sha256().add(header).hex(),
        data);
  }

  private static MemorySegment map(Path path, Arena arena) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          Diagnosis.of("no such file", path.toString())
              .remedy("Fetch the checkpoint again, with this file"),
          e);
    } catch (IOException e) {
      throw new CheckpointException(
          Diagnosis.of(IoProblem.of("cannot be mapped", e), path.toString()), e);
    }
  }

  /** The bytes of one of this file's tensors; no copy. */
  public MemorySegment data(SafetensorsEntry entry) {
    return data.asSlice(entry.begin(), entry.end() - entry.begin());
  }
}
