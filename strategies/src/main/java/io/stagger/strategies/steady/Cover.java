package io.stagger.strategies.steady;

import java.util.Arrays;

/**
 * How well rooms cover experts: at a load {@code t} as many are missing as there are more experts
 * than rooms of {@code t} or more. Between two neighbouring loads of experts or rooms this does not
 * change.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Cover {

  private final double[] items;
  private final double[] rooms;

  /** Where the cover changes, ascending. */
  private final double[] point;

  /** How much below each point is missing. */
  private final double[] missing;

  /** How much below each point is missing or just covered. */
  private final double[] tight;

  private int points;
  private double uncovered;

  Cover(int most) {
    this.items = new double[most];
    this.rooms = new double[most];
    this.point = new double[2 * most];
    this.missing = new double[2 * most];
    this.tight = new double[2 * most];
  }

  /** Sets an expert's load and a room, which need not belong together. */
  void set(int at, double item, double room) {
    items[at] = item;
    rooms[at] = room;
  }

  /** Measures anew; what was set is in disorder then. */
  void measure(int many) {
    Arrays.sort(items, 0, many);
    Arrays.sort(rooms, 0, many);
    points = 0;
    uncovered = 0;
    double gone = 0;
    double close = 0;
    double at = 0;
    int item = 0;
    int room = 0;
    while (item < many || room < many) {
      boolean isItem = room >= many || (item < many && items[item] <= rooms[room]);
      double to = isItem ? items[item] : rooms[room];
      double length = points == 0 ? 0 : to - at;
      int lacking = room - item;
      gone += lacking > 0 ? length : 0;
      close += lacking >= 0 ? length : 0;
      uncovered += Math.max(0, lacking) * length;
      at = to;
      point[points] = at;
      missing[points] = gone;
      tight[points++] = close;
      if (isItem) {
        item++;
      } else {
        room++;
      }
    }
  }

  /** What is missing in all: the sum of what the receivers have too much. */
  double uncovered() {
    return uncovered;
  }

  /** How much of an interval is missing, so that a further room would cover it. */
  double missing(double from, double to) {
    return below(missing, to, 0) - below(missing, from, 0);
  }

  /** How much of an interval is not to spare, so that it would be missing with a room less. */
  double tight(double from, double to) {
    return below(tight, to, 1) - below(tight, from, 1);
  }

  /**
   * A sum up to a load.
   *
   * @param slope how fast it grows beyond all points
   */
  private double below(double[] sums, double load, double slope) {
    if (points == 0) {
      return slope * load;
    }
    int low = 0;
    int high = points - 1;
    if (load <= point[low]) {
      return slope * (load - point[low]);
    }
    if (load >= point[high]) {
      return sums[high] + slope * (load - point[high]);
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (point[middle] <= load) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double part = (load - point[low]) / (point[high] - point[low]);
    return sums[low] + (sums[high] - sums[low]) * part;
  }
}
