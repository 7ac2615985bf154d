package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionCommandTest {

  @Test
  void namesTheProgram() {
    Run run = Run.of("version");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).startsWith("stagger ");
  }

  @Test
  void printsJson() {
    assertThat(Run.of("version", "--json").json().path("version").asText()).isNotEmpty();
  }
}
