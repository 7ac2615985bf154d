package io.stagger.runtime.cuda;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.runtime.support.LoadedRanks;
import io.stagger.api.weights.ExpertWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The memory of every slot of a placement: filled once, then only read, then given back. */
final class PlacedSlots implements Resource {

  private final LoadedRanks weights;
  private final ExpertLayout expert;
  private final List<Gpu> gpuOfRank;
  private final int[] rankOf;
  private final @Nullable SlotMemory[][] memory;
  private final List<Fresh> fresh = new ArrayList<>();

  /** All slots empty. */
  PlacedSlots(LoadedRanks weights, ExpertLayout expert, List<Gpu> gpuOfRank) {
    Placement placement = weights.placement();
    this.weights = weights;
    this.expert = expert;
    this.gpuOfRank = gpuOfRank;
    this.rankOf = placement.layout().rankOfSlots();
    this.memory = new @Nullable SlotMemory[placement.layers()][placement.slots()];
  }

  /** A slot of a layer that got an expert. */
  private record Fresh(int layer, int slot, SlotMemory memory) {}

  /**
   * Shares what the placement before has in the same slots, and queues the copies of all else.
   *
   * @param before slots that were not given back yet
   */
  void fill(Optional<PlacedSlots> before) {
    Placement placement = weights.placement();
    Optional<Placement> old = before.map(slots -> slots.weights.placement());
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int slot = 0; slot < rankOf.length; slot++) {
        if (needsMemory(placement, old, layer, slot)) {
          upload(layer, slot);
        } else if (placement.logicalAt(layer, slot) != Placement.EMPTY) {
          memory[layer][slot] = before.orElseThrow().share(layer, slot);
        }
      }
    }
  }

  private static boolean needsMemory(
      Placement placement, Optional<Placement> before, int layer, int slot) {
    int logical = placement.logicalAt(layer, slot);
    return logical != Placement.EMPTY
        && before.map(old -> old.logicalAt(layer, slot) != logical).orElse(true);
  }

  /**
   * How many slots of each device need memory that the placement before does not share.
   *
   * @param gpuOfRank the device of each rank, as a number below {@code gpus}
   * @return one number for each device
   */
  static long[] countFresh(
      Placement placement, Optional<Placement> before, List<Integer> gpuOfRank, int gpus) {
    long[] counts = new long[gpus];
    int[] rankOf = placement.layout().rankOfSlots();
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int slot = 0; slot < rankOf.length; slot++) {
        if (needsMemory(placement, before, layer, slot)) {
          counts[gpuOfRank.get(rankOf[slot])]++;
        }
      }
    }
    return counts;
  }

  private void upload(int layer, int slot) {
    ExpertWeights source = weights.expert(layer, slot);
    if (!ExpertLayout.of(source).equals(expert)) {
      throw new WeightStoreException(
          Diagnosis.of("weights of " + source.gate().type(), "layer " + layer + ", slot " + slot)
              .expecting("the type of the loader's experts, " + expert.type()));
    }
    Gpu gpu = gpuOfRank.get(rankOf[slot]);
    SlotMemory target = new SlotMemory(gpu.slots());
    memory[layer][slot] = target;
    fresh.add(new Fresh(layer, slot, target));
    gpu.uploader().upload(source, target.address());
  }

  private SlotMemory share(int layer, int slot) {
    SlotMemory shared = memory[layer][slot];
    if (shared == null) {
      throw new IllegalStateException("layer " + layer + ", slot " + slot + " has no memory");
    }
    return shared.retain();
  }

  /**
   * Reads back what was copied, once it has arrived, and compares every byte.
   *
   * @throws WeightMismatchException if a slot holds something else; it names layer, slot and device
   */
  void requireArrived() {
    for (Fresh slot : fresh) {
      Gpu gpu = gpuOfRank.get(rankOf[slot.slot]);
      ExpertWeights sent = weights.expert(slot.layer, slot.slot);
      if (!gpu.uploader().holds(sent, slot.memory.address())) {
        throw new WeightMismatchException(
            Diagnosis.of(
                    "the device holds other bytes than were sent to it",
                    "layer %d, slot %d on %s".formatted(slot.layer, slot.slot, gpu.context()))
                .expecting("expert " + weights.placement().logicalAt(slot.layer, slot.slot))
                .remedy("Check the device's memory for errors"));
      }
    }
  }

  /** Where a slot's weights begin; 0 if it is empty. */
  long address(int layer, int slot) {
    SlotMemory held = memory[layer][slot];
    return held == null ? 0 : held.address();
  }

  /** Lets all memory go, when no work of the device uses it for this placement any more. */
  @Override
  public void close() {
    for (@Nullable SlotMemory[] layer : memory) {
      for (int slot = 0; slot < layer.length; slot++) {
        SlotMemory held = layer[slot];
        if (held != null) {
          layer[slot] = null;
          held.release();
        }
      }
    }
  }
}
