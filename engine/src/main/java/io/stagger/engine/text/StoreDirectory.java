package io.stagger.engine.text;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.weights.CheckpointConverter;
import io.stagger.weights.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a model's weight store lies: the folder that was given, or a temporary one that a
 * checkpoint was converted into.
 *
 * @param path the store
 * @param temporary whether it goes when this is closed
 */
record StoreDirectory(Path path, boolean temporary) implements AutoCloseable {

  private static final String MANIFEST = "manifest.json";
  private static final String CONFIG = "config.json";

  static StoreDirectory of(Path model, ProgressListener progress) {
    if (Files.isRegularFile(model.resolve(MANIFEST))) {
      return new StoreDirectory(model, false);
    }
    if (!Files.isRegularFile(model.resolve(CONFIG))) {
      throw new InvalidInputException(
          Diagnosis.of("no model", model.toString())
              .expecting(
                  "a folder with "
                      + MANIFEST
                      + " (a weight store) or "
                      + CONFIG
                      + " (a checkpoint)"));
    }
    StoreDirectory converted = new StoreDirectory(temporaryFolder(), true);
    try {
      CheckpointConverter.convert(model, converted.path(), progress);
      return converted;
    } catch (RuntimeException e) {
      converted.close();
      throw e;
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("stagger-store-");
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("no temporary folder can be made", System.getProperty("java.io.tmpdir", ""))
              .remedy("Convert the checkpoint with 'stagger convert' and give the store"),
          e);
    }
  }

  @Override
  public void close() {
    if (!temporary) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("a temporary store cannot be deleted", path.toString())
              .remedy("Delete it by hand"),
          e);
    }
  }
}
