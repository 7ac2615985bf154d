package io.stagger.engine.simulator;

import io.stagger.engine.simulator.replicas.ReplicaRule;

/** A figure of a strategy in a phase: a sum over steps, over another. */
public enum Figure {
  /** {@code (max - mean) / mean} of the ranks' work in a layer of a step; the mean over both. */
  IMBALANCE("imbalance", "", Need.NOTHING, Quantity.IMBALANCE, Quantity.LAYERS),

  /** The even work over that of the busiest rank, both summed over layers and steps. */
  BALANCEDNESS("balancedness", "", Need.NOTHING, Quantity.MEAN_WORK, Quantity.MAX_WORK),

  /** Choices served by the busiest rank of a layer in a step, relative to its speed. */
  BUSIEST_RANK("busiestRank", "tokens", Need.NOTHING, Quantity.MAX_WORK, Quantity.LAYERS),

  /** What the busiest rank had to do at least, however tokens were shared among the replicas. */
  BUSIEST_RANK_BOUND(
      "busiestRankBound", "tokens", Need.OPTIMAL_REPLICAS, Quantity.BOUND, Quantity.LAYERS),

  /** Activated slots of the rank that has the most of a layer in a step. */
  ACTIVATED("activatedExperts", "experts", Need.NOTHING, Quantity.ACTIVATED, Quantity.LAYERS),

  /** Distinct ranks that the experts of a token in a layer are on. */
  FAN_OUT_RANKS("fanOutRanks", "ranks", Need.NOTHING, Quantity.RANKS, Quantity.TOKEN_LAYERS),

  /** Distinct nodes that the experts of a token in a layer are on. */
  FAN_OUT_NODES("fanOutNodes", "nodes", Need.NOTHING, Quantity.NODES, Quantity.TOKEN_LAYERS),

  /** How often a token is sent to another rank of its node, in a layer. */
  SENT_WITHIN(
      "sentWithinNodes",
      "copies a token",
      Need.NOTHING,
      Quantity.SENT_WITHIN,
      Quantity.TOKEN_LAYERS),

  /** How often a token is sent to a rank of another node, in a layer. */
  SENT_BETWEEN(
      "sentBetweenNodes",
      "copies a token",
      Need.NOTHING,
      Quantity.SENT_BETWEEN,
      Quantity.TOKEN_LAYERS),

  /** Tokens that the busiest link between two ranks carries one way, in a layer of a step. */
  HOTTEST_LINK("hottestLink", "tokens", Need.NOTHING, Quantity.HOTTEST_LINK, Quantity.LAYERS),

  /** Bytes sent within nodes in a step, there and back, all layers. */
  BYTES_WITHIN("bytesWithinNodes", "bytes", Need.COSTS, Quantity.BYTES_WITHIN, Quantity.STEPS),

  /** Bytes sent between nodes in a step, there and back, all layers. */
  BYTES_BETWEEN("bytesBetweenNodes", "bytes", Need.COSTS, Quantity.BYTES_BETWEEN, Quantity.STEPS),

  /** Reading weights on the rank that takes longest; part of the experts' time. */
  WEIGHT_TIME("weightTime", "seconds", Need.COSTS, Quantity.WEIGHT_SECONDS, Quantity.STEPS),

  /** Computing on the rank that takes longest; part of the experts' time. */
  FLOP_TIME("flopTime", "seconds", Need.COSTS, Quantity.FLOP_SECONDS, Quantity.STEPS),

  /** The experts on the slowest rank of each layer, all layers of a step. */
  EXPERT_TIME("expertTime", "seconds", Need.COSTS, Quantity.EXPERT_SECONDS, Quantity.STEPS),

  /** Sending tokens to their experts, all layers of a step. */
  DISPATCH_TIME("dispatchTime", "seconds", Need.COSTS, Quantity.DISPATCH_SECONDS, Quantity.STEPS),

  /** Sending them back, all layers of a step. */
  COMBINE_TIME("combineTime", "seconds", Need.COSTS, Quantity.COMBINE_SECONDS, Quantity.STEPS),

  /** Experts, dispatch and combine, all MoE layers of a step. */
  STEP_TIME("stepTime", "seconds", Need.COSTS, Quantity.SECONDS, Quantity.STEPS),

  /** Tokens that pass the MoE layers in a second, if nothing else took time. */
  THROUGHPUT("throughput", "tokens a second", Need.COSTS, Quantity.TOKENS, Quantity.SECONDS);

  /** What a figure needs to be known. */
  private enum Need {
    NOTHING,
    COSTS,
    OPTIMAL_REPLICAS
  }

  private final String key;
  private final String unit;
  private final Need need;
  private final Quantity over;
  private final Quantity under;

  Figure(String key, String unit, Need need, Quantity over, Quantity under) {
    this.key = key;
    this.unit = unit;
    this.need = need;
    this.over = over;
    this.under = under;
  }

  /** Its name in files. */
  public String key() {
    return key;
  }

  /** Its unit; empty for a ratio. */
  public String unit() {
    return unit;
  }

  /** Whether a comparison tells it. */
  boolean isKnown(SimulationSpec spec) {
    return switch (need) {
      case NOTHING -> true;
      case COSTS -> spec.costs().isPresent();
      case OPTIMAL_REPLICAS -> spec.replicas() == ReplicaRule.OPTIMAL;
    };
  }

  double of(Tally tally) {
    return tally.get(over) / tally.get(under);
  }
}
