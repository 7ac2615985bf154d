package io.stagger.testkit;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.TensorType;
import io.stagger.api.weights.WeightLoader;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads a {@link SyntheticModel}. Every rank gets copies in memory of its own, which is really gone
 * once the rank's weights are closed, so that late readers are found out. It can be told to fail.
 */
public final class SyntheticLoader implements WeightLoader {

  private final SyntheticModel model;
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean ignoresPlacement;
  private volatile int failingRank = -1;

  SyntheticLoader(SyntheticModel model) {
    this.model = model;
  }

  /** From now on, slots get the experts of another placement: one expert on from the right one. */
  public void ignorePlacement() {
    ignoresPlacement = true;
  }

  /** From now on, loading a rank fails with a {@link WeightStoreException}. */
  public void failOnRank(int rank) {
    failingRank = rank;
  }

  /** From now on, all is well. */
  public void recover() {
    ignoresPlacement = false;
    failingRank = -1;
  }

  /** How many ranks' weights are loaded and not yet closed. */
  public int openRanks() {
    return open.get();
  }

  @Override
  public MoeSpec spec() {
    return model.spec();
  }

  @Override
  public TensorType type() {
    return model.type();
  }

  @Override
  public RankWeights load(Placement placement, int rank) {
    if (rank == failingRank) {
      throw new WeightStoreException(Diagnosis.of("it fails as it was told to", "rank " + rank));
    }
    int shift = ignoresPlacement ? 1 : 0;
    open.incrementAndGet();
    return new SyntheticRank(model, placement, rank, shift, open::decrementAndGet);
  }

  @Override
  public LayerWeights layer(int layer) {
    return model.layer(layer);
  }

  /** Does nothing: the model is the garbage collector's. */
  @Override
  public void close() {}
}
