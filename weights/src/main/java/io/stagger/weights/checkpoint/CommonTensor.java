package io.stagger.weights.checkpoint;

/** The names, in a store, of an MoE layer's tensors that every rank holds. */
public final class CommonTensor {

  /** The router. */
  public static final String ROUTER = "router";

  /** The router's correction bias. */
  public static final String CORRECTION_BIAS = "correction_bias";

  /** The shared expert's gate matrix. */
  public static final String SHARED_GATE = "shared.gate";

  /** The shared expert's up matrix. */
  public static final String SHARED_UP = "shared.up";

  /** The shared expert's down matrix. */
  public static final String SHARED_DOWN = "shared.down";

  /** The gate in front of the shared expert. */
  public static final String SHARED_EXPERT_GATE = "shared_expert_gate";

  private CommonTensor() {}
}
