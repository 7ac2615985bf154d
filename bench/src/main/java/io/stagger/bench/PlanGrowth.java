package io.stagger.bench;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.bench.PlanCase;
import io.stagger.engine.config.StaggerConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How the time of a plan grows with its size: measures a strategy from 8 to 4,096 experts, up to
 * 10,240 slots, on 1 to 1,024 ranks, prints a table and draws it.
 */
public final class PlanGrowth {

  private static final int LAYERS = 16;
  private static final int[] RANKS = {1, 8, 64, 1024};
  private static final int MOST_EXPERTS = 4096;
  private static final int MOST_SLOTS = 10_240;
  private static final double NANOS_PER_MICRO = 1e3;

  private PlanGrowth() {}

  /**
   * Measures.
   *
   * @param args the strategy's name; the SVG file to write; milliseconds for each measurement
   */
  public static void main(String[] args) throws IOException {
    Duration budget = Duration.ofMillis(Long.parseLong(args[2]));
    // What a process measures first is its compiler at work: one round is thrown away.
    measure(args[0], budget);
    List<GrowthPlot.Point> points = measure(args[0], budget);
    print(points, System.out);
    Files.writeString(Path.of(args[1]), new GrowthPlot(args[0], points).svg());
  }

  private static List<GrowthPlot.Point> measure(String strategy, Duration budget) {
    List<GrowthPlot.Point> points = new ArrayList<>();
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      for (int ranks : RANKS) {
        for (int experts = 8; experts <= MOST_EXPERTS; experts *= 2) {
          addPoint(points, stagger, strategy, budget, ranks, experts, experts + experts / 4);
        }
        addPoint(points, stagger, strategy, budget, ranks, MOST_EXPERTS, MOST_SLOTS);
      }
    }
    return points;
  }

  /** A quarter of redundant slots; fewer slots than ranks are no deployment. */
  private static void addPoint(
      List<GrowthPlot.Point> points,
      Stagger stagger,
      String strategy,
      Duration budget,
      int ranks,
      int experts,
      int slots) {
    if (slots < ranks) {
      return;
    }
    PlanCase growing =
        PlanCase.madeUp(
            "growth", ModelShape.of(LAYERS, experts, 2, 1, 1), Cluster.of(1, ranks, slots));
    PlanRequest request =
        PlanRequest.of(growing.model(), growing.cluster())
            .withLoad(growing.load())
            .withStrategy(strategy);
    double nanos = stagger.measure(request, budget).cpu().toNanos();
    points.add(new GrowthPlot.Point(ranks, slots, nanos / NANOS_PER_MICRO / LAYERS));
  }

  private static void print(List<GrowthPlot.Point> points, PrintStream out) {
    out.printf("%8s %8s %14s %22s%n", "ranks", "slots", "us a layer", "ns a slot and doubling");
    for (GrowthPlot.Point point : points) {
      out.printf(
          Locale.ROOT,
          "%8d %8d %14.3f %22.2f%n",
          point.ranks(),
          point.slots(),
          point.micros(),
          point.micros() * NANOS_PER_MICRO / point.work());
    }
  }
}
