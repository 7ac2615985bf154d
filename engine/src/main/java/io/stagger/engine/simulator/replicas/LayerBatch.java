package io.stagger.engine.simulator.replicas;

import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.TraceBatch;

/** What the tokens of a step chose in one MoE layer. Immutable. */
public final class LayerBatch {

  private final Step step;
  private final int layer;
  private final int topK;
  private final int[] experts;

  private LayerBatch(Step step, int layer, int topK, int[] experts) {
    this.step = step;
    this.layer = layer;
    this.topK = topK;
    this.experts = experts;
  }

  /** The choices of a step of a window in a layer. */
  public static LayerBatch of(TraceBatch window, Step step, int layer) {
    int topK = window.header().model().topK();
    int choices = window.header().choices();
    ExpertIds ids = window.experts();
    int[] experts = new int[step.size() * topK];
    for (int i = 0; i < step.size(); i++) {
      int from = step.token(i) * choices + layer * topK;
      for (int choice = 0; choice < topK; choice++) {
        experts[i * topK + choice] = ids.get(from + choice);
      }
    }
    return new LayerBatch(step, layer, topK, experts);
  }

  /** The tokens. */
  public Step step() {
    return step;
  }

  /** Index of the MoE layer. */
  public int layer() {
    return layer;
  }

  /** Choices of each token. */
  public int topK() {
    return topK;
  }

  /** Choices of all tokens; choice {@code i} is of token {@code i / topK()}. */
  public int choices() {
    return experts.length;
  }

  /** The logical expert of a choice. */
  public int expert(int choice) {
    return experts[choice];
  }

  /** The rank that a choice's token comes from. */
  public int home(int choice) {
    return step.home(choice / topK);
  }
}
