package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Chromium that is installed here.
 *
 * @param program where it is
 * @param folder for what it writes
 */
record Browser(Path program, Path folder) {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  /** The first of the path; the test is skipped if there is none. */
  static Browser installed(Path folder) {
    List<Path> found = new ArrayList<>();
    for (String name : NAMES) {
      Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
          .map(part -> Path.of(part, name))
          .filter(Files::isExecutable)
          .forEach(found::add);
    }
    assumeTrue(!found.isEmpty(), "no " + String.join(", ", NAMES) + " on the PATH");
    return new Browser(found.getFirst(), folder);
  }

  /** Opens a page and returns what the browser printed. */
  String open(Path page, String... options) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--allow-file-access-from-files",
                "--user-data-dir=" + folder.resolve("profile")));
    words.addAll(List.of(options));
    words.add(page.toUri().toString());
    Path out = Files.createTempFile(folder, "browser", ".out");
    Process process =
        new ProcessBuilder(words)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the browser ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isZero();
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
