package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.weights.LoadProof;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.quickstart.OutputMismatchException;
import io.stagger.engine.quickstart.Quickstart;
import io.stagger.engine.quickstart.QuickstartResult;
import io.stagger.engine.quickstart.StrategyRun;
import io.stagger.weights.ProgressListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QuickstartTest {

  private static final List<Path> TEXTS =
      List.of(
          Golden.modelDirectory().resolve("eval/german.txt"),
          Golden.modelDirectory().resolve("eval/chinese.txt"));

  private static QuickstartResult result;
  private static final List<String> PROGRESS = new ArrayList<>();

  @BeforeAll
  static void run() {
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      result =
          new Quickstart(stagger, (what, done, total) -> PROGRESS.add(what))
              .run(Golden.modelDirectory(), TEXTS);
    }
  }

  @Test
  void plansOnTheFirstHalvesAndRunsTheSecond() {
    // 1305 and 1167 tokens: halves of 652 and 653, 583 and 584, the last token of each no input.
    assertThat(result.measured().routing().tokens(0)).isEqualTo(651 + 582);
    assertThat(result.runs())
        .allSatisfy(run -> assertThat(run.routing().tokens(0)).isEqualTo(652 + 583));
    assertThat(result.runs())
        .allSatisfy(run ->
            assertThat(run.plan().request().load()).hasValue(result.measured().routing().load()));
  }

  @Test
  void givesTheSameOutputUnderEveryPlacement() {
    assertThat(result.runs()).extracting(run -> run.score().digest()).containsOnly(result.digest());
    assertThat(result.runs())
        .extracting(run -> run.routing().load())
        .containsOnly(result.routing().load());
  }

  @Test
  void balancesBetterWithEplbThanWithLinear() {
    assertThat(result.best().contender().strategy()).isEqualTo("eplb");
    assertThat(result.best().balance().imbalance())
        .isLessThan(result.baseline().balance().imbalance() / 2);
    assertThat(result.bestUnmeasured().contender().measured()).isFalse();
  }

  @Test
  void putsATokenOnAtMostThreeRanksUnderLinear() {
    // Eight groups of eight experts on eight ranks: a rank holds one group, a token has three.
    assertThat(result.baseline().routing().fanOut()).isBetween(1.0, 3.0);
    assertThat(result.runs().get(1).routing().fanOut())
        .isGreaterThan(result.baseline().routing().fanOut());
  }

  @Test
  void provesEverySlotBeforeEachRun() {
    for (StrategyRun run : result.runs()) {
      assertThat(run.provedSlots()).isEqualTo(4L * run.cluster().layout().slots());
      assertThat(run.proofs())
          .extracting(LoadProof::placementFingerprint)
          .containsOnly(run.plan().placement().fingerprint());
    }
  }

  @Test
  void findsExpertsOfAGroupTogetherMoreOftenThanByChance() {
    double share = result.routing().coSelection().orElseThrow().shareWithinGroups(8);

    assertThat(share).isBetween(2 * 7.0 / 63, 1.0);
  }

  @Test
  void givesTheSameNumbersInEveryRun() {
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      QuickstartResult again =
          new Quickstart(stagger, ProgressListener.NONE).run(Golden.modelDirectory(), TEXTS);

      assertThat(again.digest()).isEqualTo(result.digest());
      assertThat(again.runs())
          .extracting(run -> run.balance().imbalance())
          .isEqualTo(result.runs().stream().map(run -> run.balance().imbalance()).toList());
    }
  }

  @Test
  void tellsHowFarItIs() {
    assertThat(PROGRESS)
        .contains("measuring the load", "running under linear", "running under zigzag");
  }

  @Test
  void failsLoudlyIfAPlacementChangesTheOutput() {
    StaggerConfig config =
        StaggerConfig.builder()
            .set("runtime.backend", "faulty")
            .set("runtime.faulty.armed", "true")
            .build();
    try (Stagger stagger = Stagger.open(config)) {
      Quickstart quickstart = new Quickstart(stagger, ProgressListener.NONE);

      assertThatThrownBy(() -> quickstart.run(Golden.modelDirectory(), TEXTS))
          .isInstanceOf(OutputMismatchException.class)
          .hasMessageContaining("output under zigzag: digest ")
          .hasMessageContaining("as under linear")
          .hasMessageContaining("a defect of the runtime 'faulty'");
    }
  }
}
