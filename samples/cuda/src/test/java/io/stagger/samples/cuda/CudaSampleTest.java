package io.stagger.samples.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.engine.config.StaggerConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CudaSampleTest {

  private static final Path ROOT = Path.of(System.getProperty("io.stagger.root"));
  private static final Pattern ERROR = Pattern.compile("within (\\S+) of the CPU's values");

  private static String output(String library) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new CudaSample(ROOT.resolve("samples/tiny-moe-lm/model"), out)
        .run(
            StaggerConfig.builder()
                .set("runtime.cuda.library", library)
                .set("runtime.cuda.tokens", "64"));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void saysThatThereIsNoGpuAndRunsOnTheCpu() {
    assertThat(output("/no/such/libcuda.so.1"))
        .contains("cuda is not available: ")
        .contains("cannot load /no/such/libcuda.so.1")
        .contains("There is no GPU that Stagger can use, so this is the CPU:")
        .contains("Running on cpu: ")
        .contains("64 tokens: ")
        .contains("within 0.0e+00 of the CPU's values");
  }

  @Test
  void listsDevicesAndRunsOnThemWithWhatTheCpuGives() {
    Path driver = ROOT.resolve("runtime-cuda/target/testdriver/libstagger-testcuda.so");
    assumeTrue(Files.exists(driver), "no test driver: g++ was missing when it was built");

    String output = output(driver.toString());

    assertThat(output)
        .contains("cuda: device 0 Stagger test device (no GPU)")
        .contains("Running on cuda: ")
        .doesNotContain("There is no GPU");
    Matcher errors = ERROR.matcher(output);
    for (int batch = 0; batch < 3; batch++) {
      assertThat(errors.find()).as(output).isTrue();
      assertThat(Double.parseDouble(errors.group(1))).isLessThan(1e-4);
    }
  }
}
