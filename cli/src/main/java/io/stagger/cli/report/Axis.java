package io.stagger.cli.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One side of a heat map.
 *
 * @param title what is counted
 * @param count how many cells
 * @param group how many cells lie between two borders; {@code count} if there is none
 * @param labels one for each cell, or one for each group
 */
record Axis(String title, int count, int group, List<String> labels) {

  /** Keeps its own labels. */
  Axis {
    labels = List.copyOf(labels);
    if (labels.size() != count && labels.size() != count / group) {
      throw new IllegalArgumentException(labels.size() + " labels for " + count + " cells");
    }
  }

  /** Cells with a label each: {@code prefix 0}, {@code prefix 1}, ... */
  static Axis each(String title, String prefix, int count) {
    return new Axis(title, count, count, numbered(prefix, count));
  }

  /** Cells in groups with a label for each group. */
  static Axis grouped(String title, String prefix, int count, int group) {
    return new Axis(title, count, group, numbered(prefix, count / group));
  }

  /** How many cells a label is for. */
  int cellsPerLabel() {
    return count / labels.size();
  }

  private static List<String> numbered(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }
}
