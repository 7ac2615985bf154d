package io.stagger.cli.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One side of a heat map.
 *
 * @param title what a cell is
 * @param count how many cells
 * @param group how many cells lie between two borders; {@code count} if there is none
 * @param step what the numbers of two neighbouring cells differ by
 */
record Axis(String title, int count, int group, int step) {

  /** Cells that are numbered from 0. */
  static Axis of(String title, int count) {
    return new Axis(title, count, count, 1);
  }

  /** How many borders there are. */
  int borders() {
    return count / group - 1;
  }

  /**
   * The numbers of the cells, but for those that there is no room for.
   *
   * @param most how many there is room for
   */
  List<String> labels(int most) {
    int every = Math.ceilDiv(count, most);
    return IntStream.range(0, count).mapToObj(i -> i % every == 0 ? "" + i * step : " ").toList();
  }
}
