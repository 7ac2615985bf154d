package io.stagger.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  private final StringWriter text = new StringWriter();

  @Test
  void aLogGetsALineAtEachQuarter() {
    try (ProgressBar bar = new ProgressBar(new PrintWriter(text), false)) {
      for (int done = 0; done <= 1000; done++) {
        bar.progress("file " + done, done, 1000);
      }
    }
    assertThat(text.toString().lines())
        .containsExactly(
            "  0% file 0", " 25% file 250", " 50% file 500", " 75% file 750", "100% file 1000");
  }

  @Test
  void aTerminalsLineIsRedrawnInPlaceAndLeftWhole() {
    try (ProgressBar bar = new ProgressBar(new PrintWriter(text), true)) {
      bar.progress("a long name", 1, 2);
      bar.progress("short", 2, 2);
    }
    assertThat(text.toString())
        .contains("\r[###############...............]  50% a long name")
        .contains("\r[##############################] 100% short      ")
        .endsWith(System.lineSeparator());
  }

  @Test
  void nothingToDoIsDone() {
    try (ProgressBar bar = new ProgressBar(new PrintWriter(text), false)) {
      bar.progress("empty", 0, 0);
    }
    assertThat(text.toString()).contains("100% empty");
  }
}
