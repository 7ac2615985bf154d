package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.strategy.PlacementResult;
import io.stagger.strategies.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The strategy gives what the original algorithm gave, for every recorded case. */
class EplbGoldenTest {

  private final EplbStrategy strategy = new EplbStrategy();

  @TestFactory
  List<DynamicTest> equalsEveryGoldenCase() throws IOException {
    try (Stream<Path> files = Files.list(SharedFiles.require("golden/eplb"))) {
      List<Path> cases = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(cases).hasSizeGreaterThan(20);
      return cases.stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> equals(file)))
          .toList();
    }
  }

  private void equals(Path file) throws IOException, NoSuchAlgorithmException {
    GoldenCase golden = GoldenCase.read(file);
    PlacementResult result = strategy.place(golden.request("auto"));
    assertThat(result.placement().physicalToLogical()).isDeepEqualTo(golden.matrix("phy2log"));
    assertThat(GoldenCase.sha256(result.placement()))
        .isEqualTo(golden.text("sha256_int32le_phy2log"));
    int[][] counts = golden.matrix("logcnt");
    for (int layer = 0; layer < counts.length; layer++) {
      assertThat(result.placement().replicaCounts(layer)).isEqualTo(counts[layer]);
    }
    assertThat(result.decision().facts()).containsEntry("policy", golden.text("policy"));
  }

  @Test
  void equalsTheOriginalsReadmeExampleUnderBothPolicies() throws IOException {
    Path file = SharedFiles.require("data/format-fixtures/deepseek_eplb_readme_example.json");
    GoldenCase example = GoldenCase.read(file);
    assertThat(strategy.place(example.request("hierarchical")).placement().physicalToLogical())
        .isDeepEqualTo(example.matrix("phy2log"));
    assertThat(strategy.place(example.request("global")).placement().physicalToLogical())
        .isDeepEqualTo(example.matrix("global_policy_phy2log_own_run"));
  }
}
