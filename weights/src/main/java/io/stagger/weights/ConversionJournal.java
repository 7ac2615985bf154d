package io.stagger.weights;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.weights.arrow.TensorFileWriter.Written;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.Sha256;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers which files a conversion has finished, so that one that was killed can go on: a line of
 * JSON a file, behind a line that names the checkpoint. Locked while it is open, so that two
 * conversions cannot share a folder.
 */
final class ConversionJournal implements AutoCloseable {

  /** The journal's file name, in the store's folder. */
  static final String FILE = "manifest.part";

  private static final long MAX_BYTES = 256L << 20;

  private static final byte[] BEGIN =
      ("{\"format\":\"" + ManifestJson.FORMAT + "\"").getBytes(StandardCharsets.UTF_8);

  private final Path folder;
  private final FileChannel channel;
  private final Map<String, Written> finished = new LinkedHashMap<>();

  private ConversionJournal(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Opens the journal of a folder. If it is of another checkpoint, the files that it lists are
   * deleted and it starts over.
   *
   * @param source identity of the checkpoint
   * @throws WeightStoreException if another conversion has it open
   */
  static ConversionJournal open(Path folder, String source) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      lock(channel, folder);
      ConversionJournal journal = new ConversionJournal(folder, channel);
      journal.resume(source);
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(FileChannel channel, Path folder) throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked) {
      throw new WeightStoreException(
          Diagnosis.of("another conversion is writing here", folder.toString())
              .remedy("Wait for it, or choose another folder"));
    }
  }

  private void resume(String source) throws IOException {
    List<byte[]> lines = lines(content());
    boolean same = !lines.isEmpty() && header(source).equals(parse(lines.getFirst()));
    long end = same ? lines.getFirst().length + 1L : 0;
    for (byte[] line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      if (!read(line)) {
        break;
      }
      end += line.length + 1L;
    }
    if (same) {
      channel.truncate(end).position(end);
    } else {
      startOver(source);
    }
  }

  /**
   * What the file holds; not touched if it does not begin, as far as it goes, as a journal does.
   */
  private byte[] content() throws IOException {
    byte[] bytes = new byte[(int) Math.min(channel.size(), MAX_BYTES)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {}
    int common = Math.min(bytes.length, BEGIN.length);
    if (channel.size() > MAX_BYTES || !Arrays.equals(bytes, 0, common, BEGIN, 0, common)) {
      throw new WeightStoreException(
          Diagnosis.of("not the journal of a conversion", folder.resolve(FILE).toString())
              .remedy("Choose another folder"));
    }
    return bytes;
  }

  private void startOver(String source) throws IOException {
    for (String path : finished.keySet()) {
      Files.deleteIfExists(folder.resolve(path));
    }
    finished.clear();
    channel.truncate(0).position(0);
    append(header(source));
  }

  private static Map<String, Object> header(String source) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("format", ManifestJson.FORMAT);
    header.put("version", Manifest.VERSION);
    header.put("source", source);
    return header;
  }

  /** The whole lines; what a kill left of a last one is not among them. */
  private static List<byte[]> lines(byte[] bytes) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(Arrays.copyOfRange(bytes, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  private Map<String, Object> parse(byte[] line) {
    try {
      return StrictJson.parse(line, folder.resolve(FILE).toString(), WeightStoreException::new);
    } catch (StaggerException e) {
      // A line that a kill or a full disk has torn says nothing; its file is written again.
      return Map.of();
    }
  }

  private boolean read(byte[] line) {
    JsonObject json =
        new JsonObject(parse(line), folder.resolve(FILE).toString(), WeightStoreException::new);
    try {
      Written written = new Written(json.count("bytes"), json.text("sha256"), json.texts("sums"));
      if (StoreFile.isStorePath(json.text("path"))) {
        finished.put(json.text("path"), written);
        return true;
      }
      return false;
    } catch (WeightStoreException e) {
      // As above: what cannot be understood is not finished.
      return false;
    }
  }

  /** What is known of a file, if it is finished and still as it was written. */
  Optional<Written> finished(StoreFile file) throws IOException {
    Written written = finished.get(file.path());
    Path path = folder.resolve(file.path());
    boolean whole =
        written != null
            && written.sums().size() == file.sumCount()
            && written.sums().stream().allMatch(Sha256::isHex)
            && Files.isRegularFile(path)
            && Files.size(path) == written.bytes()
            && Sha256.of(path).equals(written.sha256());
    return whole ? Optional.ofNullable(written) : Optional.empty();
  }

  /** Remembers a file that lies in its place. */
  void add(String path, Written written) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("path", path);
    line.put("bytes", written.bytes());
    line.put("sha256", written.sha256());
    line.put("sums", written.sums());
    append(line);
  }

  private void append(Map<String, Object> line) throws IOException {
    byte[] text = StrictJson.writeLine(line);
    ByteBuffer bytes = ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  /** Deletes the journal: the manifest has taken its place. */
  void delete() throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
