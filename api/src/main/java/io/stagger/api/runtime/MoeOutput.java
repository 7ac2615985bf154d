package io.stagger.api.runtime;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.Tensor;
import java.util.Objects;

/** A layer's output, and which slot computed each choice. */
public final class MoeOutput {

  private final int layer;
  private final Tensor hidden;
  private final Routing routing;
  private final int[] slots;
  private final Placement placement;

  /**
   * The result of one forward pass.
   *
   * @param layer index of the MoE layer
   * @param hidden {@code [tokens, hiddenSize]}, of the batch's type
   * @param routing the experts and weights used
   * @param slots the slot that computed each choice, {@code [tokens][topK]} row-major; handed over,
   *     the caller must not change it afterwards
   * @param placement the placement that was in force
   * @throws InvalidInputException if there is not one slot for each choice
   */
  public MoeOutput(int layer, Tensor hidden, Routing routing, int[] slots, Placement placement) {
    if (slots.length != routing.tokens() * routing.topK()) {
      throw new InvalidInputException(
          Diagnosis.of(slots.length + " slots", "output of layer " + layer)
              .expecting("one for each choice of " + routing));
    }
    this.layer = layer;
    this.hidden = hidden;
    this.routing = routing;
    this.slots = slots;
    this.placement = placement;
  }

  /** Index of the MoE layer. */
  public int layer() {
    return layer;
  }

  /** The layer's output, {@code [tokens, hiddenSize]}; the caller's own. */
  public Tensor hidden() {
    return hidden;
  }

  /** The experts and weights that were used. */
  public Routing routing() {
    return routing;
  }

  /** The placement that was in force. */
  public Placement placement() {
    return placement;
  }

  /** The slot that computed a token's choice. */
  public int slot(int token, int choice) {
    return slots[token * routing.topK() + Objects.checkIndex(choice, routing.topK())];
  }

  /** Choices that each rank computed, {@code [ranks]}; they add up to tokens times top-k. */
  public long[] rankTokens() {
    int[] rankOf = placement.layout().rankOfSlots();
    long[] counts = new long[placement.ranks()];
    for (int slot : slots) {
      counts[rankOf[slot]]++;
    }
    return counts;
  }
}
