package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {

  @Test
  void printsAScriptThatBashAccepts(@TempDir Path dir) throws IOException, InterruptedException {
    Run run = Run.of("completion");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("version");
    Path script = Files.writeString(dir.resolve("stagger.bash"), run.out());
    Process bash = new ProcessBuilder("bash", "-n", script.toString()).start();
    assertThat(bash.waitFor()).as("exit code of bash -n").isZero();
  }
}
