package io.stagger.weights.checkpoint;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.Sha256;
import io.stagger.weights.io.StrictJson;
import io.stagger.weights.safetensors.SafetensorsEntry;
import io.stagger.weights.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A Hugging Face checkpoint folder, mapped: {@code config.json}, and {@code model.safetensors} or
 * the shards that {@code model.safetensors.index.json} names. Readable from any thread until it is
 * closed.
 */
public final class Checkpoint implements AutoCloseable {

  /** The model's configuration. */
  public static final String CONFIG = "config.json";

  /** The largest {@code config.json} that is read. */
  public static final long MAX_CONFIG = 16L << 20;

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final long MAX_INDEX = 256L << 20;

  private final Arena arena;
  private final Path configFile;
  private final byte[] configBytes;
  private final Map<String, Object> config;
  private final List<SafetensorsFile> files;
  private final SortedMap<String, CheckpointTensor> tensors = new TreeMap<>();

  private Checkpoint(Path folder, Arena arena) {
    this.arena = arena;
    this.configFile = folder.resolve(CONFIG);
    if (!Files.exists(configFile)) {
      throw new CheckpointException(
          Diagnosis.of("no " + CONFIG, folder.toString())
              .expecting("a Hugging Face checkpoint: " + CONFIG + " and .safetensors files")
              .remedy("Name the folder that holds them"));
    }
    this.configBytes = StrictJson.bytes(configFile, MAX_CONFIG, CheckpointException::new);
    this.config = StrictJson.parse(configBytes, configFile.toString(), CheckpointException::new);
    this.files = openFiles(folder);
  }

  /**
   * Opens a checkpoint and checks its headers; no weights are read.
   *
   * @throws CheckpointException if a file is missing, damaged or contradicts another
   */
  public static Checkpoint open(Path folder) {
    Arena arena = Arena.ofShared();
    try {
      return new Checkpoint(folder, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * What {@code config.json} says of the model.
   *
   * @throws InvalidModelException if it is not understood; the error names the file
   */
  public HuggingFaceConfig model() {
    try {
      return HuggingFaceConfig.of(config);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(e.diagnosis().at(configFile.toString()), e);
    }
  }

  /** The parsed {@code config.json}. */
  public Map<String, Object> config() {
    return config;
  }

  /** {@code config.json} as it is. */
  public byte[] configBytes() {
    return configBytes.clone();
  }

  /** All tensors by name, in the order of their names. */
  public SortedMap<String, CheckpointTensor> tensors() {
    return Collections.unmodifiableSortedMap(tensors);
  }

  /**
   * A checksum that changes when the checkpoint does: of {@code config.json}, and of each file's
   * name, size, time of last change and header. It does not read the weights.
   */
  public String identity() {
    Sha256 identity = new Sha256().add(configBytes);
    for (SafetensorsFile file : files) {
      identity
          .add(String.valueOf(file.path().getFileName()))
          .add(file.bytes())
          .add(changed(file.path()))
          .add(file.headerChecksum());
    }
    return identity.hex();
  }

  private static long changed(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      throw new CheckpointException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString()), e);
    }
  }

  private List<SafetensorsFile> openFiles(Path folder) {
    if (Files.exists(folder.resolve(SINGLE))) {
      return List.of(openFile(folder, SINGLE));
    }
    Path indexFile = folder.resolve(INDEX);
    if (!Files.exists(indexFile)) {
      throw new CheckpointException(
          Diagnosis.of("no weights", folder.toString())
              .expecting(SINGLE + ", or " + INDEX + " and the files that it names")
              .remedy("Checkpoints in other formats are to be saved as safetensors first"));
    }
    return openShards(folder, indexFile);
  }

  private List<SafetensorsFile> openShards(Path folder, Path indexFile) {
    JsonObject index =
        new JsonObject(
            StrictJson.read(indexFile, MAX_INDEX, CheckpointException::new),
            indexFile.toString(),
            CheckpointException::new);
    JsonObject weightMap = index.object("weight_map");
    TreeSet<String> shards = new TreeSet<>();
    for (String tensor : weightMap.values().keySet()) {
      String shard = weightMap.text(tensor);
      if (shards.add(shard)) {
        requireInside(folder, shard, indexFile);
      }
    }
    List<SafetensorsFile> opened = new ArrayList<>();
    for (String shard : shards) {
      opened.add(openFile(folder, shard));
    }
    weightMap.values().keySet().forEach(name -> requireIn(weightMap.text(name), name, indexFile));
    return List.copyOf(opened);
  }

  /** Links are followed, for model caches are made of them; names that lead outside are not. */
  private static void requireInside(Path folder, String shard, Path indexFile) {
    Path base = folder.toAbsolutePath().normalize();
    boolean plain = !shard.isEmpty() && shard.indexOf('\0') < 0 && shard.indexOf('\\') < 0;
    if (!plain || !base.resolve(shard).normalize().startsWith(base) || shard.startsWith("/")) {
      throw new CheckpointException(
          Diagnosis.of("names the file '" + shard + "'", indexFile.toString())
              .expecting("files inside the checkpoint's folder"));
    }
  }

  private void requireIn(String shard, String name, Path indexFile) {
    CheckpointTensor tensor = tensors.get(name);
    if (tensor == null || !tensor.file().equals(shard)) {
      String found = tensor == null ? "in no file" : "in " + tensor.file();
      throw new CheckpointException(
          Diagnosis.of("tensor " + name + " is " + found, indexFile.toString())
              .expecting("it in " + shard)
              .remedy("Index and shards are of different checkpoints; fetch them again"));
    }
  }

  private SafetensorsFile openFile(Path folder, String name) {
    SafetensorsFile file = SafetensorsFile.open(folder.resolve(name), arena);
    for (SafetensorsEntry entry : file.entries()) {
      CheckpointTensor tensor =
          new CheckpointTensor(entry.name(), name, entry.type(), entry.shape(), file.data(entry));
      CheckpointTensor earlier = tensors.putIfAbsent(entry.name(), tensor);
      if (earlier != null) {
        throw tensor.wrong("a duplicate", "every tensor once; it is in " + earlier.file(), "");
      }
    }
    return file;
  }

  @Override
  public void close() {
    arena.close();
  }
}
