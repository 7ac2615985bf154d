package io.stagger.weights;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.weights.Manifest.MoeLayer;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Proves which expert every slot of a rank holds. It looks at nothing but the bytes that the slots
 * hand out and the manifest's checksums, so that it does not share a mistake with whatever loaded
 * them; any loader can be put to it.
 */
public final class SlotProof {

  private final Manifest manifest;
  private final RankWeights weights;
  private final Placement expected;

  /** Checksums of the matrices that were seen: replicas share their bytes and are read once. */
  private final Map<List<MemorySegment>, String> seen = new HashMap<>();

  private SlotProof(Manifest manifest, RankWeights weights, Placement expected) {
    this.manifest = manifest;
    this.weights = weights;
    this.expected = expected;
  }

  /**
   * Reads every slot of a rank and compares it with what a placement says.
   *
   * @param manifest the store's, whose checksums tell experts apart
   * @param weights the rank's slots
   * @param expected the placement that router and kernels use
   * @throws WeightMismatchException if a slot holds another expert, none, or bytes that are no
   *     expert's; it names rank, layer, slot, the expert that belongs there and the one found
   */
  public static LoadProof prove(Manifest manifest, RankWeights weights, Placement expected) {
    return new SlotProof(manifest, weights, expected).prove();
  }

  private LoadProof prove() {
    requireModel();
    int rank = weights.rank();
    long slots = 0;
    long bytes = 0;
    for (int layer = 0; layer < expected.layers(); layer++) {
      for (int local = 0; local < expected.layout().slotsOf(rank); local++) {
        int expert = expected.logicalAt(layer, expected.layout().firstSlot(rank) + local);
        Optional<ExpertWeights> held = held(layer, local);
        requireExpert(layer, local, expert, held);
        slots += held.isPresent() ? 1 : 0;
        bytes += held.map(ExpertWeights::bytes).orElse(0L);
      }
    }
    return new LoadProof(rank, slots, bytes, expected.fingerprint());
  }

  private void requireModel() {
    int rank = weights.rank();
    MoeSpec spec = manifest.spec();
    boolean fits =
        expected.layers() == spec.shape().layers()
            && expected.experts() == spec.shape().experts()
            && rank >= 0
            && rank < expected.ranks();
    if (!fits) {
      throw new WeightMismatchException(
          Diagnosis.of(expected.toString(), "rank " + rank)
              .expecting(
                  "a placement of %d layers and %d experts with that rank"
                      .formatted(spec.shape().layers(), spec.shape().experts())));
    }
  }

  private Optional<ExpertWeights> held(int layer, int local) {
    try {
      return Optional.of(weights.slot(layer, local));
    } catch (InvalidInputException | IndexOutOfBoundsException e) {
      // By the contract of RankWeights: an empty slot, or one that the rank does not have.
      return Optional.empty();
    }
  }

  private void requireExpert(int layer, int local, int expert, Optional<ExpertWeights> held) {
    String sum = held.map(this::checksum).orElse("");
    boolean right =
        expert == Placement.EMPTY
            ? held.isEmpty()
            : sum.equals(manifest.layers().get(layer).experts().get(expert));
    if (!right) {
      int slot = expected.layout().firstSlot(weights.rank()) + local;
      throw new WeightMismatchException(
          Diagnosis.of(
                  "holds " + (held.isEmpty() ? "no expert" : describe(layer, sum)),
                  "rank %d, layer %d (model layer %d), slot %d (local slot %d)"
                      .formatted(
                          weights.rank(),
                          layer,
                          manifest.layers().get(layer).modelLayer(),
                          slot,
                          local))
              .expecting(
                  (expert == Placement.EMPTY ? "no expert" : "expert " + expert)
                      + " by placement "
                      + expected.fingerprint().substring(0, 12))
              .remedy("The loader does not follow the placement; no token may be routed by it"));
    }
  }

  private String checksum(ExpertWeights held) {
    return seen.computeIfAbsent(
        List.of(held.gate().data(), held.up().data(), held.down().data()),
        segments -> ExpertChecksum.of(held));
  }

  /** Says whose bytes these are, the expected layer's experts first. */
  private String describe(int layer, String sum) {
    int own = manifest.layers().get(layer).experts().indexOf(sum);
    if (own >= 0) {
      return "expert " + own;
    }
    for (MoeLayer other : manifest.layers()) {
      int expert = other.experts().indexOf(sum);
      if (expert >= 0) {
        return "expert " + expert + " of model layer " + other.modelLayer();
      }
    }
    return "bytes that are no expert's (SHA-256 " + sum.substring(0, 12) + ")";
  }
}
