package io.stagger.runtime.cpu;

import io.stagger.api.Placement;
import io.stagger.api.runtime.support.LoadedRanks;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.WeightLoader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A placement whose weights are loaded and proved, for all ranks. Immutable but for a count of its
 * users: the weights are closed when the last one, the runtime itself included, has let go.
 */
final class LoadedPlacement {

  private final LoadedRanks ranks;
  private final AtomicInteger users = new AtomicInteger(1);

  private LoadedPlacement(LoadedRanks ranks) {
    this.ranks = ranks;
  }

  /**
   * Loads and proves every rank. If one fails, what was loaded is closed again.
   *
   * @throws io.stagger.api.error.WeightMismatchException if a rank's weights are not those of the
   *     placement
   */
  static LoadedPlacement load(Placement placement, WeightLoader loader) {
    return new LoadedPlacement(LoadedRanks.load(placement, loader));
  }

  Placement placement() {
    return ranks.placement();
  }

  /** What was proved, in rank order. */
  List<LoadProof> proofs() {
    return ranks.proofs();
  }

  /** The weights in a slot. */
  ExpertWeights expert(int layer, int slot) {
    return ranks.expert(layer, slot);
  }

  /** Becomes a user, unless the last one is gone; each success needs one {@link #release}. */
  boolean retain() {
    return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** Lets go; the last user closes the weights. */
  void release() {
    if (users.decrementAndGet() == 0) {
      ranks.close();
    }
  }
}
