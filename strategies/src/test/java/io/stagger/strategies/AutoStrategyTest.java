package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.eplb.EplbStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Auto keeps the contract, and chooses by the load, or else by the model's expert groups. */
class AutoStrategyTest extends PlacementStrategyContract {

  private static final Cluster CLUSTER = Cluster.of(1, 4, 16);

  @Override
  protected PlacementStrategy strategy() {
    return new AutoStrategy();
  }

  @Test
  void choosesZigzagForExpertGroups() {
    PlacementRequest request = PlacementRequest.of(ModelShape.of(3, 16, 2, 4, 2), CLUSTER);
    PlacementResult result = strategy().place(request);
    assertThat(result.placement()).isEqualTo(new ZigzagStrategy().place(request).placement());
    assertThat(result.decision().effective()).isEqualTo("zigzag");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo("EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("groups", "4");
  }

  @Test
  void choosesLinearWithoutExpertGroups() {
    PlacementRequest request = PlacementRequest.of(ModelShape.of(3, 16, 2, 1, 1), CLUSTER);
    PlacementResult result = strategy().place(request);
    assertThat(result.placement()).isEqualTo(new LinearStrategy().place(request).placement());
    assertThat(result.decision().effective()).isEqualTo("linear");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo("NO_EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("groups", "1");
  }

  @Test
  void balancesALoadAndSaysHow() {
    ModelShape model = ModelShape.of(3, 16, 2, 4, 2);
    PlacementRequest request = PlacementRequest.of(model, CLUSTER).withLoad(skewed());
    PlacementStrategy eplb = new EplbStrategy();
    PlacementResult result = strategy().place(request);
    assertThat(result.placement())
        .isEqualTo(eplb.place(request.withOptions(Options.defaults(eplb.options()))).placement());
    assertThat(result.decision().effective()).isEqualTo("eplb");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo("LOAD_GIVEN");
    assertThat(result.decision().facts())
        .containsEntry("load", "given")
        .containsEntry("nodes", "1")
        .containsEntry("policy", "hierarchical");
  }

  @Test
  void learnsNothingFromALoadWithoutTokens() {
    ModelShape model = ModelShape.of(3, 16, 2, 4, 2);
    PlacementRequest request = PlacementRequest.of(model, CLUSTER);
    PlacementResult result = strategy().place(request.withLoad(Load.uniform(3, 16, 0)));
    assertThat(result.placement()).isEqualTo(strategy().place(request).placement());
    assertThat(result.decision().reason()).isEqualTo("EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("load", "idle");
  }

  private static Load skewed() {
    double[][] rows = new double[3][16];
    for (double[] row : rows) {
      Arrays.setAll(row, expert -> expert * expert);
    }
    return Load.of(16, rows);
  }
}
