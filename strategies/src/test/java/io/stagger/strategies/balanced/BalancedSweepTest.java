package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.strategies.LoadCase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every layer of every load of the reference data, on clusters with and without replicas: how far
 * plans are above the proven bound, by default and, for 32 experts at most, with {@code prove}.
 * Prints a table.
 */
@Tag("sweep")
class BalancedSweepTest {

  private static final List<String> GOLDEN =
      List.of(
          "a_ds_readme",
          "b_r1_288_n4_g32_int",
          "b_r1_288_n4_g32_logn",
          "d_v2_160_n1_g8_int",
          "d_v2_176_n1_g8_int",
          "e_q3_144_n1_g8_int",
          "e_q3_144_n2_g16_int",
          "e_q3_192_n8_g64_logn",
          "f_mix_16_n1_g8_int",
          "f_mix_24_n1_g8_logn",
          "f_mix_8_n1_g8_int",
          "g_fallback_n3_g24",
          "g_gpu_eq_replicas",
          "g_group_size1",
          "g_half_zero",
          "g_hot_plus_one",
          "g_one_gpu",
          "g_onehot",
          "g_r_eq_e",
          "g_ties_all",
          "g_ties_small",
          "g_zero");

  private static final double CLOSE = 1e-3;

  /** The gaps of a group of layers. */
  private static final class Row {
    private int layers;
    private double sum;
    private double worst;
    private int apart;

    void add(double gap) {
      layers++;
      sum += gap;
      worst = Math.max(worst, gap);
      apart += gap > CLOSE ? 1 : 0;
    }

    @Override
    public String toString() {
      return layers == 0
          ? "| | "
          : String.format(Locale.ROOT, "| %.5f / %.5f | %d ", sum / layers, worst, apart);
    }
  }

  /** By default, and with the option to prove. */
  private record Rows(Row plain, Row proven) {}

  @Test
  void printsHowFarPlansAreAboveTheBound() {
    Map<String, Rows> table = new LinkedHashMap<>();
    for (LoadCase recorded : LoadCase.recorded()) {
      for (Cluster cluster : recorded.clusters()) {
        String name =
            "%s, %d slots on %d ranks"
                .formatted(recorded.name(), cluster.layout().slots(), cluster.ranks());
        measure(table, name, recorded.load(), cluster);
      }
    }
    for (String name : GOLDEN) {
      LoadCase golden = LoadCase.golden(name);
      measure(table, name, golden.load(), golden.cluster());
    }
    System.out.println(
        "| load | layers | default: mean / worst gap | above 0.1 % | prove: mean /"
            + " worst | above 0.1 % |\n| --- | --- | --- | --- | --- | --- |");
    table.forEach((name, rows) ->
        System.out.println(
            "| %s | %d %s%s|".formatted(name, rows.plain.layers, rows.plain, rows.proven)));
    assertThat(table).isNotEmpty();
  }

  private static void measure(Map<String, Rows> table, String name, Load load, Cluster cluster) {
    Rows rows = table.computeIfAbsent(name, _ -> new Rows(new Row(), new Row()));
    double[] bound = LoadBound.busiest(load, cluster);
    for (int layer = 0; layer < load.layers(); layer++) {
      Load alone = load.select(layer);
      Options options = Plans.defaults();
      PlacementResult plan = Plans.plan(alone, cluster, options);
      double busiest = Balance.of(plan.placement(), alone, cluster).busiest(0);
      assertThat(busiest).as(name).isGreaterThanOrEqualTo(bound[layer] * (1 - 1e-9));
      rows.plain.add(gap(plan));
      if (load.experts() <= 32) {
        PlacementResult proven = Plans.plan(alone, cluster, options.with("prove", true));
        rows.proven.add(gap(proven));
      }
    }
  }

  private static double gap(PlacementResult plan) {
    return Double.parseDouble(plan.decision().facts().get("gap.worst"));
  }
}
