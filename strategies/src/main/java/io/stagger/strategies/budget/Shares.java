package io.stagger.strategies.budget;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gives the slots of a model to its layers: again and again the layer that gains most a slot by
 * going to a higher level goes there, as long as the slots last and the gain is worth it. Equal
 * gains: the lowest layer, the lowest level.
 *
 * <p>A step that no longer fits is passed over for a smaller one, so what is left at the end is
 * less than any layer's next step. The result is the best for the slots it uses, as far as each
 * layer's gains shrink from level to level.
 */
final class Shares {

  /** The work of the busiest rank, {@code [layers][levels]}. */
  private final double[][] busiest;

  /** The work of each rank if it were even, {@code [layers]}. */
  private final double[] ideal;

  private final Levels levels;
  private final int[] levelOf;

  Shares(double[][] busiest, double[] ideal, Levels levels) {
    this.busiest = busiest;
    this.ideal = ideal;
    this.levels = levels;
    this.levelOf = new int[busiest.length];
  }

  /**
   * Shares out.
   *
   * @param slots slots over all layers; those that the lowest level takes must be among them
   * @param worthwhile the least gain of a step in the layer's imbalance
   * @return the level of each layer
   */
  int[] share(long slots, double worthwhile) {
    Arrays.fill(levelOf, 0);
    long left = slots - (long) levelOf.length * levels.slots(0);
    while (true) {
      Step best = best(left, worthwhile);
      if (best == null) {
        return levelOf.clone();
      }
      left -= best.slots;
      levelOf[best.layer] = best.level;
    }
  }

  private @Nullable Step best(long left, double worthwhile) {
    Step best = null;
    for (int layer = 0; layer < levelOf.length; layer++) {
      int now = levelOf[layer];
      for (int level = now + 1; level < levels.count(); level++) {
        double gain = busiest[layer][now] - busiest[layer][level];
        int slots = levels.slots(level) - levels.slots(now);
        boolean counts = gain > 0 && gain >= worthwhile * ideal[layer] && slots <= left;
        if (counts && (best == null || gain / slots > best.gain / best.slots)) {
          best = new Step(layer, level, slots, gain);
        }
      }
    }
    return best;
  }

  private record Step(int layer, int level, int slots, double gain) {}
}
