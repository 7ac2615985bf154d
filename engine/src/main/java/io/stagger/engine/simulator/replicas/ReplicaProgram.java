package io.stagger.engine.simulator.replicas;

import java.util.ArrayList;
import java.util.List;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/**
 * The linear program of sharing each expert's tokens among its replicas so that the busiest rank,
 * relative to its speed, has as little to do as can be:
 *
 * <pre>
 * minimise t, where the shares of an expert's replicas sum up to its tokens
 *             and the shares on a rank, with what must be there, are at most t * speed
 * </pre>
 *
 * <p>Solved by ojAlgo's simplex. Experts with one replica, and ranks without any other, are only
 * constants of it.
 */
final class ReplicaProgram {

  private final PlacedLayer layer;
  private final double[] tokens;
  private final double[] forced;

  /**
   * A program.
   *
   * @param tokens of each expert, {@code [experts]}
   */
  ReplicaProgram(PlacedLayer layer, double[] tokens) {
    this.layer = layer;
    this.tokens = tokens;
    this.forced = new double[layer.ranks()];
  }

  /**
   * The best shares.
   *
   * @return tokens of each slot, {@code [slots]}; they need not be whole
   */
  double[] shares() {
    double[] shares = new double[layer.slots()];
    List<Integer> free = new ArrayList<>();
    for (int expert = 0; expert < tokens.length; expert++) {
      if (layer.replicas(expert) == 1) {
        shares[layer.slot(expert, 0)] = tokens[expert];
        forced[layer.rankOf(layer.slot(expert, 0))] += tokens[expert];
      } else if (tokens[expert] > 0) {
        free.add(expert);
      }
    }
    if (!free.isEmpty()) {
      solve(free, shares);
    }
    return shares;
  }

  private void solve(List<Integer> free, double[] shares) {
    ExpressionsBasedModel model = new ExpressionsBasedModel();
    Variable busiest = model.newVariable("t").weight(1).lower(mostForced());
    Expression[] rows = new Expression[layer.ranks()];
    int[] slots = new int[slotCount(free)];
    int count = 0;
    for (int expert : free) {
      Expression whole = model.newExpression("expert " + expert).level(tokens[expert]);
      for (int replica = 0; replica < layer.replicas(expert); replica++) {
        int slot = layer.slot(expert, replica);
        Variable share = model.newVariable("slot " + slot).lower(0);
        slots[count++] = slot;
        whole.set(share, 1);
        row(model, rows, layer.rankOf(slot), busiest).set(share, 1);
      }
    }
    Optimisation.Result result = model.minimise();
    if (!result.getState().isFeasible()) {
      throw new IllegalStateException("a program that always has a solution has none: " + result);
    }
    for (int i = 0; i < slots.length; i++) {
      // The variables are in the order in which they were made, after that of the busiest rank.
      shares[slots[i]] = Math.max(0, result.doubleValue(i + 1));
    }
  }

  private int slotCount(List<Integer> free) {
    return free.stream().mapToInt(layer::replicas).sum();
  }

  private double mostForced() {
    double most = 0;
    for (int rank = 0; rank < forced.length; rank++) {
      most = Math.max(most, forced[rank] / layer.speed(rank));
    }
    return most;
  }

  private Expression row(
      ExpressionsBasedModel model, Expression[] rows, int rank, Variable busiest) {
    if (rows[rank] == null) {
      rows[rank] = model.newExpression("rank " + rank).upper(-forced[rank]);
      rows[rank].set(busiest, -layer.speed(rank));
    }
    return rows[rank];
  }
}
