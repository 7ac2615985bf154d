package io.stagger.api.runtime.support;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.WeightLoader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of all ranks under a placement, loaded, of the right shapes, and proved. May be read
 * from any thread until it is closed; closing it closes the ranks' weights.
 */
public final class LoadedRanks implements AutoCloseable {

  private final Placement placement;
  private final List<RankWeights> ranks;
  private final List<LoadProof> proofs;
  private final int[] rankOf;

  private LoadedRanks(Placement placement, List<RankWeights> ranks, List<LoadProof> proofs) {
    this.placement = placement;
    this.ranks = List.copyOf(ranks);
    this.proofs = List.copyOf(proofs);
    this.rankOf = placement.layout().rankOfSlots();
  }

  /**
   * Loads and proves every rank. If one fails, what was loaded is closed again.
   *
   * @throws WeightMismatchException if a rank's weights are not those of the placement
   * @throws io.stagger.api.error.WeightStoreException if an expert's shape is not the model's
   */
  public static LoadedRanks load(Placement placement, WeightLoader loader) {
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
    return new LoadedRanks(placement, ranks, proofs);
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

  /** The placement that the weights are those of. */
  public Placement placement() {
    return placement;
  }

  /** What was proved, in rank order. */
  public List<LoadProof> proofs() {
    return proofs;
  }

  /**
   * The weights in a slot.
   *
   * @param slot a slot of the layer, over all ranks
   * @throws io.stagger.api.error.InvalidInputException if the placement leaves the slot empty
   */
  public ExpertWeights expert(int layer, int slot) {
    int rank = rankOf[slot];
    return ranks.get(rank).slot(layer, slot - placement.layout().firstSlot(rank));
  }

  /** Closes every rank's weights, also where one of them fails to close. */
  @Override
  public void close() {
    RuntimeException failure = closeAll(ranks, null);
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException closeAll(
      List<RankWeights> ranks, @Nullable Throwable cause) {
    RuntimeException first = null;
    for (RankWeights weights : ranks) {
      try {
        weights.close();
      } catch (RuntimeException e) {
        if (cause != null) {
          cause.addSuppressed(e);
        } else if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }
}
