package io.stagger.engine.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Tallies of steps, summed up in blocks of equally many consecutive ones. There are never more than
 * {@value #MOST} blocks: when there would be, each two become one. So memory is bounded however
 * long the trace is; and since neighbouring steps are alike (a sequence is in many of them), it is
 * blocks, not steps, that a bootstrap may draw. Used by one thread.
 */
final class BlockSeries {

  static final int MOST = 128;

  private List<Tally> blocks = new ArrayList<>();
  private long stepsPerBlock = 1;
  private long inLast;

  /** Adds a step after those before it. */
  void add(Tally step) {
    if (blocks.isEmpty() || inLast == stepsPerBlock) {
      if (blocks.size() == MOST) {
        merge();
      }
      blocks.add(new Tally());
      inLast = 0;
    }
    blocks.getLast().add(step, 1);
    inLast++;
  }

  private void merge() {
    List<Tally> merged = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i += 2) {
      Tally both = new Tally();
      both.add(blocks.get(i), 1);
      both.add(blocks.get(i + 1), 1);
      merged.add(both);
    }
    blocks = merged;
    stepsPerBlock *= 2;
  }

  /** The blocks, in the order of their steps; the last may have fewer steps. */
  List<Tally> blocks() {
    return List.copyOf(blocks);
  }

  /** The sum over all steps. */
  Tally total() {
    Tally total = new Tally();
    blocks.forEach(block -> total.add(block, 1));
    return total;
  }
}
