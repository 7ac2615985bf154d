package io.stagger.engine.migration;

import io.stagger.api.SlotCopy;
import io.stagger.api.SlotLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Orders the copies of a layer so that each reads its source before that is overwritten.
 *
 * <p>A slot receives one copy at most, so following copies back from target to source meets each
 * slot's source once: what hangs together has one cycle at most, with trees that lead into it. The
 * trees are copied from their leaves on, slots that nobody reads; of a cycle one slot is put aside,
 * the rest copied, and the last copy reads what was put aside. So there is one expert aside at a
 * time, on any rank.
 */
final class StepOrder {

  private final @Nullable SlotCopy[] into;
  private final int[] readers;
  private final List<MigrationStep> steps = new ArrayList<>();

  private StepOrder(List<SlotCopy> copies, int slots) {
    this.into = new @Nullable SlotCopy[slots];
    this.readers = new int[slots];
    for (SlotCopy copy : copies) {
      into[copy.toSlot()] = copy;
      readers[copy.fromSlot()]++;
    }
  }

  /** The steps of a layer's copies, each of which has a target slot of its own. */
  static List<MigrationStep> of(List<SlotCopy> copies, SlotLayout layout) {
    StepOrder order = new StepOrder(copies, layout.slots());
    order.copyTrees();
    order.copyCycles();
    return order.steps;
  }

  private void copyTrees() {
    Deque<Integer> unread = new ArrayDeque<>();
    for (int slot = 0; slot < into.length; slot++) {
      if (into[slot] != null && readers[slot] == 0) {
        unread.add(slot);
      }
    }
    while (!unread.isEmpty()) {
      SlotCopy copy = take(unread.remove());
      steps.add(new MigrationStep.Copy(copy));
      int source = copy.fromSlot();
      if (--readers[source] == 0 && into[source] != null) {
        unread.add(source);
      }
    }
  }

  private void copyCycles() {
    for (int first = 0; first < into.length; first++) {
      if (into[first] != null) {
        copyCycle(first);
      }
    }
  }

  /** Every slot that is left is read by exactly one other. */
  private void copyCycle(int first) {
    SlotCopy copy = take(first);
    steps.add(new MigrationStep.PutAside(copy.layer(), first));
    while (copy.fromSlot() != first) {
      steps.add(new MigrationStep.Copy(copy));
      copy = take(copy.fromSlot());
    }
    steps.add(new MigrationStep.CopyAside(copy));
  }

  private SlotCopy take(int slot) {
    SlotCopy copy = Objects.requireNonNull(into[slot]);
    into[slot] = null;
    return copy;
  }
}
