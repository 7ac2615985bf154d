package io.stagger.api.weights;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;

/**
 * Brings ranks their weights. May be called from any thread until it is closed. What it hands out
 * stays readable until it is closed, and not longer.
 */
public interface WeightLoader extends AutoCloseable {

  /** The model whose weights these are. */
  MoeSpec spec();

  /** The type of the expert weights. */
  TensorType type();

  /**
   * Loads the slots of one rank and checks them.
   *
   * @throws io.stagger.api.error.WeightStoreException if an expert's bytes are damaged
   * @throws io.stagger.api.error.InvalidPlacementException if the placement is not one of the model
   */
  RankWeights load(Placement placement, int rank);

  /** Router and shared expert of an MoE layer, by its index. */
  LayerWeights layer(int layer);

  @Override
  void close();
}
