package io.stagger.api.weights;

import io.stagger.api.Placement;

/**
 * The expert weights of one rank: exactly its slots under one placement. May be read from any
 * thread until it is closed; closing while another thread reads is the caller's mistake.
 */
public interface RankWeights extends AutoCloseable {

  /** The rank. */
  int rank();

  /** The placement that the slots were loaded for. */
  Placement placement();

  /**
   * What a slot holds.
   *
   * @param layer index of the MoE layer
   * @param localSlot position on the rank, from 0
   * @throws io.stagger.api.error.InvalidInputException if the placement leaves the slot empty
   * @throws IndexOutOfBoundsException if there is no such layer or slot
   */
  ExpertWeights slot(int layer, int localSlot);

  /** Bytes of weights that loading read: those of the rank's distinct experts, and no others. */
  long bytesRead();

  /**
   * Proves that every slot holds the expert that a placement says it holds, by the checksums of the
   * bytes that {@link #slot} hands out.
   *
   * @param expected the placement that router and kernels use
   * @throws io.stagger.api.error.WeightMismatchException if a slot holds another expert, or bytes
   *     that are no expert's; it names rank, layer, slot, the expert that belongs there and the one
   *     that is there
   */
  LoadProof prove(Placement expected);

  @Override
  void close();
}
