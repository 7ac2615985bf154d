package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.Availability;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the backend says of itself in a JVM that may not call native code. */
class NativeAccessTest {

  @Test
  void isNamedAsTheReasonWhereJavaDeniesIt() throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor()).as(output).isZero();
    assertThat(output)
        .isEqualToIgnoringNewLines(
            "false: CUDA runtime: Java does not let this code call the driver."
                + " Start Java with --enable-native-access=ALL-UNNAMED");
  }

  /** Asks the backend. */
  static final class Probe {

    private Probe() {}

    public static void main(String[] arguments) {
      Availability availability = new CudaBackend().availability(Options.empty());
      System.out.println(availability.available() + ": " + availability.detail());
    }
  }
}
