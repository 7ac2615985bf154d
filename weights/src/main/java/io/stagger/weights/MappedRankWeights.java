package io.stagger.weights;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import java.util.List;
import java.util.Optional;

/** A rank's slots as slices of the store's mapping. Immutable. */
final class MappedRankWeights implements RankWeights {

  private final Manifest manifest;
  private final Placement placement;
  private final int rank;
  private final List<List<Optional<ExpertWeights>>> slots;
  private final long bytesRead;

  /**
   * @param slots what each local slot of each layer holds
   * @param bytesRead bytes of the rank's distinct experts
   */
  MappedRankWeights(
      Manifest manifest,
      Placement placement,
      int rank,
      List<List<Optional<ExpertWeights>>> slots,
      long bytesRead) {
    this.manifest = manifest;
    this.placement = placement;
    this.rank = rank;
    this.slots = slots;
    this.bytesRead = bytesRead;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public ExpertWeights slot(int layer, int localSlot) {
    return slots
        .get(layer)
        .get(localSlot)
        .orElseThrow(() ->
            new InvalidInputException(
                Diagnosis.of(
                        "the placement leaves the slot empty",
                        "rank %d, layer %d, local slot %d".formatted(rank, layer, localSlot))
                    .expecting("a slot that holds an expert")));
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  @Override
  public LoadProof prove(Placement expected) {
    return SlotProof.prove(manifest, this, expected);
  }

  /** Nothing to do: the slots are views of the store's mapping, which the store unmaps. */
  @Override
  public void close() {}
}
