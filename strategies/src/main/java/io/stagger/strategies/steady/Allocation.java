package io.stagger.strategies.steady;

import io.stagger.strategies.steady.Frontier.Point;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shares a budget of moves out among the layers: always to the step along a layer's frontier that
 * lowers the imbalance most for a move, points that lie above the line between their neighbours
 * being passed over. So the budget is spent as well as can be on these frontiers, but for the last
 * steps, which may not fit; of those the best that fit are made. Equals: the lowest layer.
 */
final class Allocation {

  /** A step of a layer from one point of its frontier to another, and what a move of it gains. */
  private record Step(int layer, int to, int moves, double gain) {
    double rate() {
      return gain / moves;
    }
  }

  private final List<Frontier> frontiers;
  private final double[] ideals;
  private final int[] chosen;

  /**
   * Starts with no step made.
   *
   * @param frontiers one a layer
   * @param ideals the work of every rank of a layer if it were even
   */
  Allocation(List<Frontier> frontiers, double[] ideals) {
    this.frontiers = frontiers;
    this.ideals = ideals;
    this.chosen = new int[frontiers.size()];
  }

  /**
   * Spends a budget.
   *
   * @param budget the most moves
   * @param target the mean imbalance that needs no further moves
   * @return the point of each layer
   */
  List<Point> spend(long budget, double target) {
    double imbalance = imbalance();
    long left = budget - moves();
    Step step = best(left);
    while (imbalance > target && step != null) {
      chosen[step.layer()] = step.to();
      left -= step.moves();
      imbalance -= step.gain() / frontiers.size();
      step = best(left);
    }
    List<Point> points = new ArrayList<>();
    for (int layer = 0; layer < chosen.length; layer++) {
      points.add(frontiers.get(layer).points().get(chosen[layer]));
    }
    return points;
  }

  private long moves() {
    return frontiers.stream().mapToLong(frontier -> frontier.points().getFirst().moves()).sum();
  }

  private double imbalance() {
    double sum = 0;
    for (int layer = 0; layer < chosen.length; layer++) {
      sum += imbalance(layer, frontiers.get(layer).points().getFirst());
    }
    return chosen.length == 0 ? 0 : sum / chosen.length;
  }

  private double imbalance(int layer, Point point) {
    return ideals[layer] == 0 ? 0 : point.work() / ideals[layer] - 1;
  }

  private @Nullable Step best(long left) {
    Step best = null;
    for (int layer = 0; layer < chosen.length; layer++) {
      Step step = steepest(layer, left);
      if (step != null && (best == null || step.rate() > best.rate())) {
        best = step;
      }
    }
    return best;
  }

  private @Nullable Step steepest(int layer, long left) {
    List<Point> points = frontiers.get(layer).points();
    Point now = points.get(chosen[layer]);
    Step best = null;
    for (int to = chosen[layer] + 1; to < points.size(); to++) {
      int moves = points.get(to).moves() - now.moves();
      double gain = imbalance(layer, now) - imbalance(layer, points.get(to));
      if (moves <= left && (best == null || gain / moves >= best.rate())) {
        best = new Step(layer, to, moves, gain);
      }
    }
    return best;
  }
}
