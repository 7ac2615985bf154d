package io.stagger.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Error messages as files: {@code src/test/resources/messages/<name>.txt} holds what a person
 * reads, line breaks apart, with {@code {dir}} for the test's folder.
 */
public final class GoldenMessage {

  private GoldenMessage() {}

  /** Checks a message against its file. */
  public static void assertMessage(Throwable thrown, String name, Path directory) {
    assertMessage(thrown.getMessage(), name, directory);
  }

  /** Checks a message against its file. */
  public static void assertMessage(String message, String name, Path directory) {
    String shown =
        message
            .replace(directory.toString(), "{dir}")
            .replaceAll("class path \\([^)]*\\)", "class path (...)");
    assertThat(oneLine(shown)).as(name).isEqualTo(oneLine(golden(name)));
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private static String golden(String name) {
    String resource = "/messages/" + name + ".txt";
    try (InputStream in = GoldenMessage.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
