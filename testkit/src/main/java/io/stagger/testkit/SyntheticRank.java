package io.stagger.testkit;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A rank's copies of a {@link SyntheticModel}'s experts. */
final class SyntheticRank implements RankWeights {

  private final SyntheticModel model;
  private final Placement placement;
  private final int rank;
  private final Runnable onClose;
  private final Arena arena = Arena.ofShared();
  private final List<List<Optional<ExpertWeights>>> slots = new ArrayList<>();
  private long bytesRead;

  /**
   * @param shift how far from the right expert the one is that a slot gets
   */
  SyntheticRank(SyntheticModel model, Placement placement, int rank, int shift, Runnable onClose) {
    this.model = model;
    this.placement = placement;
    this.rank = rank;
    this.onClose = onClose;
    for (int layer = 0; layer < placement.layers(); layer++) {
      Set<Integer> distinct = new HashSet<>();
      List<Optional<ExpertWeights>> row = new ArrayList<>();
      for (int local = 0; local < placement.layout().slotsOf(rank); local++) {
        int expert = expected(placement, layer, local);
        if (expert == Placement.EMPTY) {
          row.add(Optional.empty());
          continue;
        }
        ExpertWeights source = model.expert(layer, (expert + shift) % placement.experts());
        bytesRead += distinct.add(expert) ? source.bytes() : 0;
        row.add(Optional.of(copy(source)));
      }
      slots.add(row);
    }
  }

  private ExpertWeights copy(ExpertWeights source) {
    return new ExpertWeights(copy(source.gate()), copy(source.up()), copy(source.down()));
  }

  private Tensor copy(Tensor source) {
    MemorySegment memory = arena.allocate(source.data().byteSize(), 64);
    memory.copyFrom(source.data());
    return new Tensor(memory, source.type(), source.shape());
  }

  private int expected(Placement by, int layer, int local) {
    return by.logicalAt(layer, by.layout().firstSlot(rank) + local);
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
                Diagnosis.of("the slot is empty", "layer " + layer + ", slot " + localSlot)));
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  /** Compares every byte with the model's. */
  @Override
  public LoadProof prove(Placement by) {
    long checked = 0;
    long bytes = 0;
    for (int layer = 0; layer < by.layers(); layer++) {
      for (int local = 0; local < by.layout().slotsOf(rank); local++) {
        int expert = expected(by, layer, local);
        if (expert != Placement.EMPTY) {
          requireSame(slot(layer, local), layer, local, expert);
          checked++;
          bytes += model.expert(layer, expert).bytes();
        }
      }
    }
    return new LoadProof(rank, checked, bytes, by.fingerprint());
  }

  private void requireSame(ExpertWeights found, int layer, int local, int expert) {
    ExpertWeights right = model.expert(layer, expert);
    boolean same =
        found.gate().data().mismatch(right.gate().data()) == -1
            && found.up().data().mismatch(right.up().data()) == -1
            && found.down().data().mismatch(right.down().data()) == -1;
    if (!same) {
      throw new WeightMismatchException(
          Diagnosis.of(
                  "another expert's weights", "rank " + rank + ", layer " + layer + ", " + local)
              .expecting("expert " + expert));
    }
  }

  @Override
  public void close() {
    arena.close();
    onClose.run();
  }
}
