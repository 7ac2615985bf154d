package io.stagger.weights;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import io.stagger.api.error.WeightStoreException;
import io.stagger.weights.Manifest.MoeLayer;
import io.stagger.weights.Manifest.StoredFile;
import io.stagger.weights.Manifest.StoredTensor;
import io.stagger.weights.arrow.TensorColumn;
import io.stagger.weights.arrow.TensorFileWriter;
import io.stagger.weights.arrow.TensorFileWriter.Written;
import io.stagger.weights.checkpoint.Checkpoint;
import io.stagger.weights.checkpoint.CheckpointLayout;
import io.stagger.weights.checkpoint.MoeLayerSources;
import io.stagger.weights.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns a Hugging Face checkpoint into a weight store. The checkpoint is mapped and streamed, so
 * that memory does not grow with the model. A conversion that was killed goes on where it was: each
 * file is written beside its place and moved there when it is whole, and the manifest comes last.
 */
public final class CheckpointConverter {

  private static final String PART = ".part";

  private final Checkpoint checkpoint;
  private final CheckpointLayout layout;
  private final Path folder;
  private final ProgressListener listener;
  private final List<StoredFile> files = new ArrayList<>();
  private long done;
  private long total;

  private CheckpointConverter(
      Checkpoint checkpoint, CheckpointLayout layout, Path folder, ProgressListener listener) {
    this.checkpoint = checkpoint;
    this.layout = layout;
    this.folder = folder;
    this.listener = listener;
  }

  /**
   * Converts a checkpoint. Run again after a kill it keeps the files that are finished and still
   * whole; run on a store that is complete it verifies it.
   *
   * @param checkpointDir the checkpoint's folder, with {@code config.json}
   * @param outDir the store's folder: missing, empty, or a store of this checkpoint
   * @throws CheckpointException if the checkpoint is damaged or contradicts its configuration;
   *     nothing is written then
   * @throws io.stagger.api.error.InvalidModelException if {@code config.json} is not understood
   * @throws WeightStoreException if the folder holds something else, or cannot be written
   */
  public static Manifest convert(Path checkpointDir, Path outDir, ProgressListener listener) {
    try (Checkpoint checkpoint = Checkpoint.open(checkpointDir)) {
      CheckpointLayout layout = CheckpointLayout.of(checkpoint);
      return new CheckpointConverter(checkpoint, layout, outDir, listener).convert();
    } catch (InternalError e) {
      // How the JVM reports that a mapped file has become shorter.
      throw new CheckpointException(
          Diagnosis.of("the checkpoint changed while it was read", checkpointDir.toString()), e);
    }
  }

  /** Whether a conversion into a folder was begun and has not been finished. */
  public static boolean isUnfinished(Path outDir) {
    return Files.exists(outDir.resolve(ConversionJournal.FILE));
  }

  private Manifest convert() {
    String source = checkpoint.identity();
    try {
      if (Files.exists(folder.resolve(Manifest.FILE))) {
        return verified(source);
      }
      requireOwnFolder();
      Files.createDirectories(folder);
      try (ConversionJournal journal = ConversionJournal.open(folder, source)) {
        Files.createDirectories(folder.resolve("layers"));
        sweep();
        Manifest manifest = write(journal, source);
        moveInto(Manifest.FILE, ManifestJson.write(manifest));
        journal.delete();
        return manifest;
      }
    } catch (IOException e) {
      throw new WeightStoreException(
          Diagnosis.of(IoProblem.of("cannot be written", e), folder.toString())
              .remedy("When that is mended, run it again: it goes on where it was"),
          e);
    }
  }

  private Manifest verified(String source) {
    try (WeightStore store = WeightStore.open(folder)) {
      if (!store.manifest().source().equals(source)) {
        throw new WeightStoreException(
            Diagnosis.of(
                    "a store of another checkpoint, or of another state of it", folder.toString())
                .remedy("Choose another folder, or delete this one"));
      }
      store.verify(listener);
      return store.manifest();
    }
  }

  private void requireOwnFolder() throws IOException {
    if (!Files.exists(folder) || Files.exists(folder.resolve(ConversionJournal.FILE))) {
      return;
    }
    try (Stream<Path> content = Files.list(folder)) {
      if (content.findAny().isPresent()) {
        throw new WeightStoreException(
            Diagnosis.of("the folder is not empty", folder.toString())
                .expecting("a new or empty folder, or a weight store")
                .remedy("Choose another folder"));
      }
    }
  }

  /** Deletes what a kill has left half-written. */
  private void sweep() throws IOException {
    try (Stream<Path> content = Files.walk(folder, 2)) {
      for (Path path : content.toList()) {
        String name = folder.relativize(path).toString();
        String target = name.substring(0, Math.max(0, name.lastIndexOf(PART)));
        boolean ours = target.equals(Manifest.FILE) || StoreFile.isStorePath(target);
        if (ours && name.equals(target + PART)) {
          Files.delete(path);
        }
      }
    }
  }

  private Manifest write(ConversionJournal journal, String source) throws IOException {
    List<StoreFile> dense = StoreFile.dense(layout);
    total = dense.stream().mapToLong(StoreFile::tensorBytes).sum();
    for (MoeLayerSources layer : layout.layers()) {
      total += StoreFile.experts(layer).tensorBytes() + StoreFile.common(layer).tensorBytes();
    }
    List<MoeLayer> layers = new ArrayList<>();
    for (MoeLayerSources layer : layout.layers()) {
      StoreFile experts = StoreFile.experts(layer);
      StoreFile common = StoreFile.common(layer);
      layers.add(
          new MoeLayer(
              layer.modelLayer(),
              experts.path(),
              write(journal, experts).sums(),
              common.path(),
              tensors(common, write(journal, common))));
    }
    List<StoredTensor> denseTensors = new ArrayList<>();
    for (StoreFile file : dense) {
      denseTensors.addAll(tensors(file, write(journal, file)));
    }
    writeConfig();
    return new Manifest(
        layout.model().modelType(),
        layout.spec(),
        layout.expertType(),
        layers,
        denseTensors,
        files,
        layout.notes(),
        source);
  }

  private static List<StoredTensor> tensors(StoreFile file, Written written) {
    List<StoredTensor> tensors = new ArrayList<>();
    for (TensorColumn column : file.columns()) {
      String sha256 = written.sums().get(tensors.size());
      tensors.add(
          new StoredTensor(column.name(), file.path(), column.type(), column.shape(), sha256));
    }
    return tensors;
  }

  private Written write(ConversionJournal journal, StoreFile file) throws IOException {
    Written finished = journal.finished(file).orElse(null);
    Written written = finished == null ? writeAnew(file) : finished;
    if (finished == null) {
      journal.add(file.path(), written);
    } else {
      report(file.path(), file.tensorBytes());
    }
    files.add(new StoredFile(file.path(), written.bytes(), written.sha256()));
    return written;
  }

  private Written writeAnew(StoreFile file) throws IOException {
    Path part = folder.resolve(file.path() + PART);
    try {
      Written written =
          TensorFileWriter.write(
              part, file.columns(), file.rows(), file.scope(), bytes -> report(file.path(), bytes));
      move(part, folder.resolve(file.path()));
      return written;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private void report(String what, long bytes) {
    done += bytes;
    listener.progress(what, done, total);
  }

  private void writeConfig() throws IOException {
    byte[] config = checkpoint.configBytes();
    moveInto(Checkpoint.CONFIG, config);
    files.add(new StoredFile(Checkpoint.CONFIG, config.length, new Sha256().add(config).hex()));
  }

  private void moveInto(String name, byte[] bytes) throws IOException {
    Path part = folder.resolve(name + PART);
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      move(part, folder.resolve(name));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void move(Path part, Path file) throws IOException {
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
