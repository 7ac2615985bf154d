package io.stagger.engine.bench;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Something to plan for.
 *
 * @param name a short name, for tables
 * @param model layers, experts, groups
 * @param cluster nodes, ranks, slots
 * @param load tokens per expert
 */
public record PlanCase(String name, ModelShape model, Cluster cluster, Load load) {

  private static final double MEDIAN_TOKENS = 1000;
  private static final long SEED = 20_250_227;

  /**
   * Known models on clusters of the sizes that they are served on, and a fleet beyond them, each
   * with a made-up load: {@code r1} and {@code v2} are DeepSeek's R1 and V2, {@code q3} Qwen3-235B,
   * {@code mix} Mixtral.
   */
  public static List<PlanCase> defaults() {
    return List.of(
        madeUp("r1", ModelShape.of(58, 256, 8, 8, 4), Cluster.of(4, 32, 288)),
        madeUp("v2", ModelShape.of(59, 160, 6, 8, 3), Cluster.of(1, 8, 176)),
        madeUp("q3", ModelShape.of(94, 128, 8, 1, 1), Cluster.of(2, 16, 144)),
        madeUp("mix", ModelShape.of(32, 8, 2, 1, 1), Cluster.of(1, 8, 16)),
        madeUp("fleet", ModelShape.of(61, 1024, 8, 1, 1), Cluster.of(32, 256, 2048)));
  }

  /**
   * A case whose load is made up: whole numbers of a log-normal distribution with a spread of 1,
   * independent of each other, the same at every call and on every machine.
   */
  public static PlanCase madeUp(String name, ModelShape model, Cluster cluster) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] rows = new double[model.layers()][model.experts()];
    for (double[] row : rows) {
      for (int expert = 0; expert < row.length; expert++) {
        row[expert] = StrictMath.floor(MEDIAN_TOKENS * StrictMath.exp(random.nextGaussian()));
      }
    }
    return new PlanCase(name, model, cluster, Load.of(model.experts(), rows));
  }
}
