package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.ExpertSizes;
import io.stagger.engine.simulator.cost.HardwareFile;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.trace.Phase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The prediction in {@code docs/simulator.md} for DeepSeek-V2 on eight H20, linear against zigzag,
 * on routes of a made-up router: the numbers here are the table's there.
 */
class DeepSeekV2PredictionTest {

  /** Layers of the made-up router are independent, so a third of the model's 59 do. */
  private static final ModelShape MODEL = ModelShape.of(20, 160, 6, 8, 3);

  private static final long SEED = 23_745;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "0.25, 0.963, 0.210, -0.381, 17.92, 15.01, -0.162",
    "0.12, 0.523, 0.197, -0.208, 17.03, 15.69, -0.078",
    "0,    0.245, 0.194, -0.029, 16.41, 15.95, -0.028",
  })
  void predictsHowMuchTimeZigzagSavesOfTheExperts(
      double groupSpread,
      double linearImbalance,
      double zigzagImbalance,
      double prefillChange,
      double linearActivated,
      double zigzagActivated,
      double decodeChange) {
    GroupLimitedRouter router =
        new GroupLimitedRouter(MODEL, new GroupLimitedRouter.Spread(0.27, groupSpread, 0.3), SEED);
    Path trace = router.write(folder.resolve("v2.arrow"), 128, 32, 32);
    SimulationSpec spec =
        new SimulationSpec(
            Cluster.of(1, 8, 160),
            List.of("zigzag"),
            2,
            new Batching(32, 2048),
            ReplicaRule.HASH,
            Optional.of(
                new CostModel(HardwareFile.read("h20x8"), new ExpertSizes(5120, 1536, 2, 2))));

    List<StrategyScore> scores;
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      scores = Simulator.compare(stagger, trace, spec, (what, done, total) -> {}).scores();
    }

    StrategyScore linear = scores.get(0);
    StrategyScore zigzag = scores.get(1);
    assertThat(linear.windowImbalance()).isCloseTo(linearImbalance, within(0.0006));
    assertThat(zigzag.windowImbalance()).isCloseTo(zigzagImbalance, within(0.0006));
    assertThat(change(zigzag, Phase.PREFILL)).isCloseTo(prefillChange, within(0.0006));
    assertThat(change(zigzag, Phase.DECODE)).isCloseTo(decodeChange, within(0.0006));
    assertThat(linear.measured(Phase.DECODE, Figure.ACTIVATED).value())
        .isCloseTo(linearActivated, within(0.006));
    assertThat(zigzag.measured(Phase.DECODE, Figure.ACTIVATED).value())
        .isCloseTo(zigzagActivated, within(0.006));
    assertThat(linear.measured(Phase.DECODE, Figure.FAN_OUT_RANKS).value())
        .as("linear keeps a group on a rank, and a token chooses three")
        .isLessThanOrEqualTo(3);
  }

  private static double change(StrategyScore score, Phase phase) {
    return score.measured(phase, Figure.EXPERT_TIME).change().orElseThrow().estimate();
  }
}
