package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrategiesCommandTest {

  @Test
  void describesEveryShippedStrategy() {
    Run run = Run.of("strategies");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("auto", "eplb", "file", "linear", "zigzag (also round_robin)")
        .contains("placement.eplb.policy: one of auto, hierarchical, global, default auto")
        .doesNotContain("Not used");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void saysThatEplbNeedsALoadAndWhatToDoWithout() {
    assertThat(Run.of("strategies", "eplb").out())
        .contains("needs a load unless option start is set")
        .doesNotContain("needs no load");
  }

  @Test
  void describesTheNamedOnesAlone() {
    JsonNode found = Run.of("strategies", "round_robin", "zigzag", "--json").json();
    assertThat(found.path("strategies")).hasSize(1);
    assertThat(found.at("/strategies/0/name").asText()).isEqualTo("zigzag");
    assertThat(found.at("/strategies/0/needsLoad").asBoolean()).isFalse();
  }

  @Test
  void anUnknownNameListsTheKnownOnesInOneLine() {
    Run run = Run.of("strategies", "zigzak");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("error: ").contains("zigzak", "zigzag", "linear");
  }

  @Test
  void aBrokenJarIsReportedAndStopsNothing(@TempDir Path plugins) throws IOException {
    Files.writeString(plugins.resolve("broken.jar"), "no jar at all");
    Run run = Run.of("strategies", "--set", "plugins.directory=" + plugins);
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("zigzag", "Not used:", "broken.jar");
  }
}
