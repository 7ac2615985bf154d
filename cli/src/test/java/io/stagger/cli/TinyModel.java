package io.stagger.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sample's model, for tests of commands that run one. */
final class TinyModel {

  private TinyModel() {}

  /** The checkpoint; tests run in the module's folder. */
  static Path checkpoint() {
    return Path.of("..", "samples", "tiny-moe-lm", "model").toAbsolutePath().normalize();
  }

  /** The checkpoint in another folder, with short texts so that a test takes no minute. */
  static Path withShortTexts(Path folder) {
    try {
      for (String name : new String[] {"config.json", "model.safetensors"}) {
        Files.copy(checkpoint().resolve(name), folder.resolve(name));
      }
      Path texts = Files.createDirectories(folder.resolve("eval"));
      Files.writeString(
          texts.resolve("play.txt"), "To be, or not to be, that is the question: ".repeat(15));
      Files.writeString(texts.resolve("poem.txt"), "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。".repeat(6));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }
}
