package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SameTextEverywhereTest {

  @Test
  void printsTheSameTextAndDigestForEveryNumberOfRanks() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    SameTextEverywhere.run(
        Golden.modelDirectory(),
        "HORTENSIO:",
        new PrintStream(bytes, true, StandardCharsets.UTF_8));

    List<String> runs =
        List.of(bytes.toString(StandardCharsets.UTF_8).strip().split("\\R\\R(?=\\d+ rank)"));
    assertThat(runs).hasSize(2);
    assertThat(digestOf(runs.get(0))).isEqualTo(digestOf(runs.get(1)));
    assertThat(textOf(runs.get(0))).startsWith("HORTENSIO:").isEqualTo(textOf(runs.get(1)));
  }

  private static String digestOf(String run) {
    return run.substring(run.indexOf("digest"), run.indexOf('\n'));
  }

  private static String textOf(String run) {
    return run.substring(run.indexOf("HORTENSIO:")).stripTrailing();
  }
}
