package io.stagger.engine.migration;

import io.stagger.api.SlotCopy;
import java.util.Optional;

/** One thing to do while a placement follows another. */
public sealed interface MigrationStep {

  /** The layer that it belongs to. */
  int layer();

  /** The slot that has its new expert afterwards, and from where. */
  Optional<SlotCopy> arriving();

  /** Copies what a slot holds now into another. */
  record Copy(SlotCopy copy) implements MigrationStep {
    @Override
    public int layer() {
      return copy.layer();
    }

    @Override
    public Optional<SlotCopy> arriving() {
      return Optional.of(copy);
    }
  }

  /**
   * Puts what a slot holds aside, into the room for one expert that its rank has for this.
   *
   * @param layer the layer
   * @param slot the slot, which is then free to be overwritten
   */
  record PutAside(int layer, int slot) implements MigrationStep {
    @Override
    public Optional<SlotCopy> arriving() {
      return Optional.empty();
    }
  }

  /** Copies what was put aside on the rank of {@code fromSlot}, and frees the room there. */
  record CopyAside(SlotCopy copy) implements MigrationStep {
    @Override
    public int layer() {
      return copy.layer();
    }

    @Override
    public Optional<SlotCopy> arriving() {
      return Optional.of(copy);
    }
  }
}
