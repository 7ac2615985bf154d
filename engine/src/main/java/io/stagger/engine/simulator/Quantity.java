package io.stagger.engine.simulator;

/** What is summed up over steps; every figure is a ratio of such sums. */
enum Quantity {
  /** Steps. */
  STEPS,
  /** Tokens. */
  TOKENS,
  /** Layers, over all steps. */
  LAYERS,
  /** Layers, over all tokens. */
  TOKEN_LAYERS,
  /** Imbalance of a layer in a step. */
  IMBALANCE,
  /** Work of each rank of a layer in a step, if it were even. */
  MEAN_WORK,
  /** Work of the busiest rank of a layer in a step. */
  MAX_WORK,
  /** What the busiest rank of a layer in a step had to do at least, however replicas were used. */
  BOUND,
  /** Activated slots of the rank with the most of a layer in a step. */
  ACTIVATED,
  /** Distinct ranks of a token's experts in a layer. */
  RANKS,
  /** Distinct nodes of a token's experts in a layer. */
  NODES,
  /** Tokens sent to another rank of their node. */
  SENT_WITHIN,
  /** Tokens sent to a rank of another node. */
  SENT_BETWEEN,
  /** Tokens on the busiest link of a layer in a step. */
  HOTTEST_LINK,
  /** Bytes sent within nodes, there and back. */
  BYTES_WITHIN,
  /** Bytes sent between nodes, there and back. */
  BYTES_BETWEEN,
  /** Seconds of the rank that reads weights for the longest. */
  WEIGHT_SECONDS,
  /** Seconds of the rank that computes for the longest. */
  FLOP_SECONDS,
  /** Seconds of the rank whose experts take the longest. */
  EXPERT_SECONDS,
  /** Seconds of the dispatch. */
  DISPATCH_SECONDS,
  /** Seconds of the combine. */
  COMBINE_SECONDS,
  /** Seconds of experts, dispatch and combine. */
  SECONDS
}
