package io.stagger.engine.simulator.replicas;

/**
 * Chooses, for one layer of a placement, the slot that serves each choice of each token. An
 * instance belongs to its layer, sees its batches in order, and may remember them; used by one
 * thread.
 */
public sealed interface ReplicaChooser
    permits DynamicNearest,
        LeastActivated,
        LeastLoaded,
        OptimalShares,
        PositionHash,
        RuntimeChoices,
        StaticNearest,
        WeightedShares {

  /**
   * Chooses slots.
   *
   * @param slots receives a slot for each choice of the batch; each holds the choice's expert
   */
  void choose(LayerBatch batch, int[] slots);

  /**
   * What the busiest rank, relative to its speed, had to do at least in the batch that was chosen
   * for last, however its tokens were shared; 0 if that is not known.
   */
  default double bound() {
    return 0;
  }
}
