package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command line's own words; each command has a test of its own. */
class StaggerCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void versionNamesTheProgram() {
    assertThat(run("version")).isZero();
    assertThat(out.toString()).startsWith("stagger ");
  }

  @Test
  void noCommandIsAnErrorThatShowsTheUsage() {
    assertThat(run()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("Missing a command.", "Usage: stagger");
  }

  private int run(String... args) {
    return new CommandLine(new StaggerCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }
}
