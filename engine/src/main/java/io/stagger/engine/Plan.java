package io.stagger.engine;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.engine.io.PlacementFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A placement that was planned and found valid.
 *
 * @param request what was asked
 * @param placement which expert each slot holds
 * @param decision how it came about
 * @param origin where the strategy came from: its jar, or {@code class path} with the place in it
 * @param balance how evenly the request's load falls on the ranks; absent without a load
 * @param bounds for each layer the imbalance that no placement can beat, see {@link LoadBound};
 *     empty without a load
 * @param took how long the strategy took to answer
 */
public record Plan(
    PlanRequest request,
    Placement placement,
    Decision decision,
    String origin,
    Optional<Balance> balance,
    List<Double> bounds,
    Duration took) {

  /** Keeps its own list. */
  public Plan {
    bounds = List.copyOf(bounds);
  }

  /** A plan with balance and bounds for the request's load, if it has one. */
  static Plan of(
      PlanRequest request, Placement placement, Decision decision, String origin, Duration took) {
    Optional<Balance> balance =
        request.load().map(load -> Balance.of(placement, load, request.cluster()));
    List<Double> bounds = balance.map(b -> bounds(request, b)).orElse(List.of());
    return new Plan(request, placement, decision, origin, balance, bounds, took);
  }

  /** The same plan with another placement that is as good, with other names of ranks or slots. */
  public Plan withPlacement(Placement renamed) {
    return of(request, renamed, decision, origin, took);
  }

  private static List<Double> bounds(PlanRequest request, Balance balance) {
    return bounds(request.load().orElseThrow(), request.cluster(), balance);
  }

  /** For each layer of a load the imbalance that no placement on the cluster can beat. */
  static List<Double> bounds(Load load, Cluster cluster, Balance balance) {
    double[] busiest = LoadBound.busiest(load, cluster);
    List<Double> bounds = new ArrayList<>(busiest.length);
    for (int layer = 0; layer < busiest.length; layer++) {
      double ideal = balance.ideal(layer);
      bounds.add(ideal == 0 ? 0 : Math.max(0, busiest[layer] / ideal - 1));
    }
    return bounds;
  }

  /** The imbalance of each layer; empty without a load. */
  public List<Double> imbalances() {
    return balance
        .map(measured ->
            java.util.stream.IntStream.range(0, measured.layers())
                .mapToObj(measured::imbalance)
                .toList())
        .orElse(List.of());
  }

  /** The mean of the layers' bounds; empty without a load. */
  public Optional<Double> bound() {
    return balance.map(
        measured -> bounds.stream().mapToDouble(Double::doubleValue).average().orElse(0));
  }

  /**
   * Writes the placement with strategy, fingerprint, ranks, imbalance and bound, see {@link
   * PlacementFile}.
   *
   * @throws io.stagger.api.error.InvalidInputException if the file cannot be written
   */
  public void write(Path file) {
    PlacementFile.write(
        file,
        request.model(),
        placement,
        new PlacementFile.Details(
            decision.requested(),
            decision.effective(),
            request.cluster().nodes(),
            imbalances(),
            bounds));
  }
}
