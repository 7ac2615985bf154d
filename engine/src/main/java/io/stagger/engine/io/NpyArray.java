package io.stagger.engine.io;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An array in NumPy's {@code .npy} format (version 1, 2 or 3), mapped: integers of 1 to 8 bytes,
 * floats of 2, 4 or 8, either byte order, C or Fortran order.
 */
public final class NpyArray implements AutoCloseable {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;

  private final Arena arena;
  private final MemorySegment data;
  private final NpyHeader header;
  private final long[] strides;

  private NpyArray(Arena arena, MemorySegment data, NpyHeader header) {
    this.arena = arena;
    this.data = data;
    this.header = header;
    this.strides = header.strides();
  }

  /**
   * Maps a file.
   *
   * @throws InvalidLoadException if it is no {@code .npy} file, or its size is not what its header
   *     says
   */
  @SuppressWarnings("MustBeClosed") // The array closes it.
  public static NpyArray open(Path file) throws IOException {
    Arena arena = Arena.ofConfined();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long start = dataStart(file, all);
      long headerStart = headerStart(all);
      byte[] text =
          all.asSlice(headerStart, start - headerStart)
              .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      NpyHeader header = NpyHeader.parse(file, new String(text, StandardCharsets.UTF_8));
      long expected = header.bytes();
      if (all.byteSize() - start != expected) {
        throw wrong(
            file,
            (all.byteSize() - start) + " bytes of data",
            expected + ", as its header says: " + header);
      }
      return new NpyArray(arena, all.asSlice(start), header);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static long headerStart(MemorySegment all) {
    return byteAt(all, MAGIC.length) == 1 ? MAGIC.length + 4 : MAGIC.length + 6;
  }

  private static long dataStart(Path file, MemorySegment all) {
    if (all.byteSize() < MAGIC.length + 6) {
      throw wrong(file, "only " + all.byteSize() + " bytes", "a NumPy array");
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (byteAt(all, i) != (MAGIC[i] & 0xFF)) {
        throw wrong(file, "no NumPy array: its first bytes are others", "\\x93NUMPY");
      }
    }
    int version = byteAt(all, MAGIC.length);
    if (version < 1 || version > 3) {
      throw wrong(file, "version " + version + " of the NumPy format", "1, 2 or 3");
    }
    long start = headerStart(all);
    long length = 0;
    for (long i = start - 1; i >= MAGIC.length + 2; i--) {
      length = length << 8 | byteAt(all, i);
    }
    if (length > Math.min(MAX_HEADER, all.byteSize() - start)) {
      throw wrong(
          file,
          "a header of " + length + " bytes",
          "at most " + Math.min(MAX_HEADER, all.byteSize() - start));
    }
    return start + length;
  }

  private static int byteAt(MemorySegment all, long at) {
    return all.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) & 0xFF;
  }

  static InvalidLoadException wrong(Path file, String problem, String expected) {
    return new InvalidLoadException(Diagnosis.of(problem, file.toString()).expecting(expected));
  }

  /** The length of each dimension. */
  public int[] shape() {
    return header.shape();
  }

  /**
   * An element.
   *
   * @param index its place in each dimension
   */
  public double get(int... index) {
    long at = 0;
    for (int i = 0; i < index.length; i++) {
      at += index[i] * strides[i];
    }
    return header.type().read(data, at * header.type().bytes());
  }

  @Override
  public void close() {
    arena.close();
  }
}
