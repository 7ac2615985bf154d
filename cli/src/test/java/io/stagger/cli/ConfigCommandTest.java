package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

  @TempDir private Path folder;

  @Test
  void showsEachKeyWithValueOriginAndMeaning() {
    Run run = Run.of("config");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("placement.strategy = auto  (default)")
        .contains("placement.eplb.policy = auto  (default)")
        .contains("runtime.cpu.threads");
  }

  @Test
  void theCommandLineWinsOverTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("s.properties"), "placement.strategy = linear\n");
    assertThat(key(Run.of("config", "--json", "--config", file)).path("origin").asText())
        .contains("s.properties");
    JsonNode key =
        key(Run.of("config", "--json", "--config", file, "--set", "placement.strategy=zigzag"));
    assertThat(key.path("value").asText()).isEqualTo("zigzag");
    assertThat(key.path("origin").asText()).isEqualTo("command line");
  }

  @Test
  void readsYaml() throws IOException {
    Path file = Files.writeString(folder.resolve("s.yaml"), "placement:\n  strategy: linear\n");
    assertThat(key(Run.of("config", "--json", "--config", file)).path("value").asText())
        .isEqualTo("linear");
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearest() {
    Run run = Run.of("config", "--set", "placement.stategy=zigzag");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("placement.stategy", "placement.strategy");
  }

  @Test
  void anIllTypedValueIsAnErrorThatSaysWhatIsAllowed() {
    Run run = Run.of("config", "--set", "cluster.ranks=many");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("cluster.ranks", "'many'", "a whole number from 1");
  }

  @Test
  void aMissingFileIsAnErrorThatNamesIt() {
    Run run = Run.of("config", "--config", folder.resolve("nowhere.yaml"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("nowhere.yaml");
  }

  @Test
  void aSettingWithoutValueIsAUsageError() {
    Run run = Run.of("config", "--set", "placement.strategy");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("Try 'stagger config --help'.");
  }

  private static JsonNode key(Run run) {
    return StreamSupport.stream(run.json().path("keys").spliterator(), false)
        .filter(key -> key.path("key").asText().equals("placement.strategy"))
        .findFirst()
        .orElseThrow();
  }
}
