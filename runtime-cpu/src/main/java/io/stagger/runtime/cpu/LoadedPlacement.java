package io.stagger.runtime.cpu;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.WeightLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A placement whose weights are loaded and proved, for all ranks. Immutable but for a count of its
 * users: the weights are closed when the last one, the runtime itself included, has let go.
 */
final class LoadedPlacement {

  private final Placement placement;
  private final List<RankWeights> ranks;
  private final List<LoadProof> proofs;
  private final int[] rankOf;
  private final AtomicInteger users = new AtomicInteger(1);

  private LoadedPlacement(Placement placement, List<RankWeights> ranks, List<LoadProof> proofs) {
    this.placement = placement;
    this.ranks = List.copyOf(ranks);
    this.proofs = List.copyOf(proofs);
    this.rankOf = placement.layout().rankOfSlots();
  }

  /**
   * Loads and proves every rank. If one fails, what was loaded is closed again.
   *
   * @throws WeightMismatchException if a rank's weights are not those of the placement
   */
  static LoadedPlacement load(Placement placement, WeightLoader loader) {
    LayerCheck check = new LayerCheck(loader.spec());
    List<RankWeights> ranks = new ArrayList<>();
    List<LoadProof> proofs = new ArrayList<>();
    try {
      for (int rank = 0; rank < placement.ranks(); rank++) {
        RankWeights weights = loader.load(placement, rank);
        ranks.add(weights);
        proofs.add(proved(weights, placement, rank));
        requireShapes(weights, placement, rank, check);
      }
    } catch (RuntimeException | Error e) {
      closeAll(ranks, e);
      throw e;
    }
    return new LoadedPlacement(placement, ranks, proofs);
  }

  private static LoadProof proved(RankWeights weights, Placement placement, int rank) {
    LoadProof proof = weights.prove(placement);
    long slots = occupiedSlots(placement, rank);
    boolean agrees =
        weights.rank() == rank
            && proof.rank() == rank
            && proof.slots() == slots
            && proof.placementFingerprint().equals(placement.fingerprint());
    if (!agrees) {
      throw new WeightMismatchException(
          Diagnosis.of("the loader proved " + proof, "rank " + rank)
              .expecting(slots + " slots of rank " + rank + " under " + placement));
    }
    return proof;
  }

  private static long occupiedSlots(Placement placement, int rank) {
    long occupied = 0;
    int first = placement.layout().firstSlot(rank);
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int local = 0; local < placement.layout().slotsOf(rank); local++) {
        occupied += placement.logicalAt(layer, first + local) == Placement.EMPTY ? 0 : 1;
      }
    }
    return occupied;
  }

  private static void requireShapes(
      RankWeights weights, Placement placement, int rank, LayerCheck check) {
    int first = placement.layout().firstSlot(rank);
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int local = 0; local < placement.layout().slotsOf(rank); local++) {
        if (placement.logicalAt(layer, first + local) != Placement.EMPTY) {
          check.require(weights.slot(layer, local), layer, first + local);
        }
      }
    }
  }

  private static void closeAll(List<RankWeights> ranks, Throwable cause) {
    for (RankWeights weights : ranks) {
      try {
        weights.close();
      } catch (RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
  }

  Placement placement() {
    return placement;
  }

  /** What was proved, in rank order. */
  List<LoadProof> proofs() {
    return proofs;
  }

  /** The weights in a slot. */
  ExpertWeights expert(int layer, int slot) {
    int rank = rankOf[slot];
    return ranks.get(rank).slot(layer, slot - placement.layout().firstSlot(rank));
  }

  /** Becomes a user, unless the last one is gone; each success needs one {@link #release}. */
  boolean retain() {
    return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** Lets go; the last user closes the weights. */
  void release() {
    if (users.decrementAndGet() == 0) {
      ranks.forEach(RankWeights::close);
    }
  }
}
