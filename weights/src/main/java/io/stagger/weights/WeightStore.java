package io.stagger.weights;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.MoeSpec;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import io.stagger.api.error.NearestName;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.text.ModelAssets;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.WeightLoader;
import io.stagger.weights.Manifest.MoeLayer;
import io.stagger.weights.Manifest.StoredFile;
import io.stagger.weights.Manifest.StoredTensor;
import io.stagger.weights.arrow.TensorFile;
import io.stagger.weights.checkpoint.Checkpoint;
import io.stagger.weights.io.Sha256;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * An open folder of converted weights. Opening maps the files and reads their footers; weights are
 * read, and checked, when they are first asked for, and are never copied. May be used from any
 * thread until it is closed; closing unmaps the files, and whatever still uses a tensor then gets
 * an {@link IllegalStateException}.
 */
public final class WeightStore implements ModelAssets, AutoCloseable {

  private static final long MAX_MANIFEST = 256L << 20;

  private final Path folder;
  private final Arena arena;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Map<String, Object> config;
  private final HuggingFaceConfig model;
  private final Manifest manifest;
  private final List<StoredLayer> layers;
  private final Map<String, StoredTensors> dense;

  private WeightStore(Path folder, Arena arena) {
    this.folder = folder;
    this.arena = arena;
    byte[] manifestBytes = file(Manifest.FILE, MAX_MANIFEST);
    String where = folder.resolve(Manifest.FILE).toString();
    ManifestJson.open(manifestBytes, where);
    byte[] configBytes = file(Checkpoint.CONFIG, Checkpoint.MAX_CONFIG);
    this.config =
        StrictJson.parse(
            configBytes, folder.resolve(Checkpoint.CONFIG).toString(), WeightStoreException::new);
    this.model = HuggingFaceConfig.of(config);
    this.manifest = ManifestJson.read(manifestBytes, where, config);
    requireConfig(configBytes);
    manifest.files().forEach(this::requireSize);
    this.layers =
        manifest.layers().stream()
            .map(layer -> new StoredLayer(folder, arena, manifest, layer))
            .toList();
    this.dense = openDense();
  }

  private byte[] file(String name, long limit) {
    if (!Files.exists(folder.resolve(name))) {
      boolean begun = Files.exists(folder.resolve(ConversionJournal.FILE));
      throw new WeightStoreException(
          Diagnosis.of("no " + name, folder.toString())
              .expecting("a folder that 'stagger convert' has written")
              .remedy(
                  begun
                      ? "A conversion into it was cut off: run it again, it goes on where it was"
                      : "Convert a checkpoint first"));
    }
    return StrictJson.bytes(folder.resolve(name), limit, WeightStoreException::new);
  }

  /**
   * Opens a store.
   *
   * @throws WeightStoreException if the folder is no store, a conversion into it is unfinished, or
   *     a file is missing, cut off or of another version
   * @throws io.stagger.api.error.InvalidModelException if its {@code config.json} is not understood
   */
  public static WeightStore open(Path folder) {
    Arena arena = Arena.ofShared();
    try {
      return new WeightStore(folder, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** It is small, and decides everything else: unlike the weights it is checked at once. */
  private void requireConfig(byte[] configBytes) {
    String found = new Sha256().add(configBytes).hex();
    boolean listed =
        manifest.files().stream()
            .anyMatch(f -> f.path().equals(Checkpoint.CONFIG) && f.sha256().equals(found));
    if (!listed) {
      throw new WeightStoreException(
          Diagnosis.of("changed: SHA-256 " + found, folder.resolve(Checkpoint.CONFIG).toString())
              .expecting("the file that the manifest lists")
              .remedy("Convert the checkpoint again"));
    }
  }

  private void requireSize(StoredFile file) {
    Path path = folder.resolve(file.path());
    try {
      if (Files.size(path) != file.bytes()) {
        throw new WeightStoreException(
            Diagnosis.of(Files.size(path) + " bytes", path.toString())
                .expecting(file.bytes() + " by the manifest")
                .remedy("The file is cut off or replaced: convert the checkpoint again"));
      }
    } catch (IOException e) {
      throw new WeightStoreException(
          Diagnosis.of("missing, or cannot be read", path.toString())
              .expecting(file.bytes() + " bytes by the manifest")
              .remedy("Convert the checkpoint again"),
          e);
    }
  }

  private Map<String, StoredTensors> openDense() {
    Map<String, List<StoredTensor>> byFile =
        manifest.dense().stream()
            .collect(
                Collectors.groupingBy(StoredTensor::file, LinkedHashMap::new, Collectors.toList()));
    Map<String, StoredTensors> byName = new LinkedHashMap<>();
    byFile.forEach((name, listed) -> {
      Path path = folder.resolve(name);
      StoredTensors tensors =
          new StoredTensors(path.toString(), TensorFile.open(path, arena), listed);
      listed.forEach(tensor -> byName.put(tensor.name(), tensors));
    });
    return byName;
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /** The model. */
  public HuggingFaceConfig model() {
    return model;
  }

  /** The model's MoE layers. */
  public MoeSpec spec() {
    return manifest.spec();
  }

  /** What the store holds. */
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public Map<String, Object> config() {
    return Collections.unmodifiableMap(config);
  }

  /** The names that {@link #tensor} knows, in the order of the manifest. */
  public SequencedSet<String> tensorNames() {
    return Collections.unmodifiableSequencedSet(new LinkedHashSet<>(dense.keySet()));
  }

  @Override
  public Tensor tensor(String name) {
    StoredTensors tensors = dense.get(name);
    if (tensors == null) {
      throw new CheckpointException(
          Diagnosis.of("no tensor '" + name + "'", folder.toString())
              .expecting(
                  NearestName.of(name, dense.keySet())
                      .map(nearest -> "one of its names, '" + nearest + "' perhaps")
                      .orElse("one of its " + dense.size() + " names")));
    }
    return tensors.tensor(name);
  }

  /**
   * A loader of these weights. All loaders of a store share its mapping and what it has checked, so
   * that a rank whose experts were loaded before is loaded at once. Closing a loader leaves the
   * store open.
   */
  public WeightLoader loader() {
    return new MappedWeightLoader(manifest, layers);
  }

  /**
   * Reads every byte of the store and compares it with the manifest's checksums.
   *
   * @throws WeightStoreException if something is damaged; it names layer and expert, the tensor, or
   *     the file
   */
  public void verify(ProgressListener listener) {
    Verification verification = new Verification(listener);
    for (int layer = 0; layer < layers.size(); layer++) {
      MoeLayer entry = manifest.layers().get(layer);
      layers.get(layer).verify(bytes -> verification.step(entry.file(), bytes));
    }
    for (StoredTensors tensors : new LinkedHashSet<>(dense.values())) {
      verification.step("dense tensors", tensors.verify());
    }
    manifest.files().forEach(verification::verifyFile);
  }

  /** Counts what was read: all tensors, then all files. */
  private final class Verification {

    private final ProgressListener listener;
    private final long total = tensorBytes() + manifest.bytes();
    private long done;

    Verification(ProgressListener listener) {
      this.listener = listener;
    }

    void step(String what, long bytes) {
      done += bytes;
      listener.progress(what, done, total);
    }

    void verifyFile(StoredFile file) {
      Path path = folder.resolve(file.path());
      try {
        String found = Sha256.of(path);
        if (!found.equals(file.sha256())) {
          throw new WeightStoreException(
              Diagnosis.of("the file is damaged: SHA-256 " + found, path.toString())
                  .expecting(file.sha256() + " by the manifest")
                  .remedy("Convert the checkpoint again"));
        }
      } catch (IOException e) {
        throw new WeightStoreException(
            Diagnosis.of(IoProblem.of("cannot be read", e), path.toString()), e);
      }
      step(file.path(), file.bytes());
    }
  }

  private long tensorBytes() {
    long experts = 0;
    List<StoredTensor> others = new ArrayList<>(manifest.dense());
    for (MoeLayer layer : manifest.layers()) {
      experts += layer.experts().size() * manifest.expertBytes();
      others.addAll(layer.common());
    }
    return experts + others.stream().mapToLong(WeightStore::bytes).sum();
  }

  private static long bytes(StoredTensor tensor) {
    long bytes = tensor.type().bytes();
    for (long size : tensor.shape()) {
      bytes *= size;
    }
    return bytes;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.close();
    }
  }
}
