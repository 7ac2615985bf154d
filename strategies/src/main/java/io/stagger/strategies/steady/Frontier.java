package io.stagger.strategies.steady;

import java.util.ArrayList;
import java.util.List;

/**
 * What a layer can be for how many moves: ever less work of the busiest rank for ever more moves.
 * Not thread-safe.
 */
final class Frontier {

  /** Less than this, relative to the work, is rounding and not worth a move. */
  private static final double LITTLE = 1e-9;

  /** What the ranks hold after some moves. */
  static final class Point {

    private final int moves;
    private final double work;
    private final int[] held;

    private Point(int moves, double work, int[] held) {
      this.moves = moves;
      this.work = work;
      this.held = held;
    }

    /** How many moves. */
    int moves() {
      return moves;
    }

    /** The work of the busiest rank. */
    double work() {
      return work;
    }

    /** The expert of each slot, or {@link io.stagger.api.Placement#EMPTY}; not to be changed. */
    int[] held() {
      return held;
    }
  }

  private final List<Point> points = new ArrayList<>();

  /** By ascending moves, and so by descending work. */
  List<Point> points() {
    return points;
  }

  /** Keeps what is held, if nothing with as few moves is as good. */
  void add(Holding holding) {
    add(holding.moves(), holding.busiest(), holding.expert);
  }

  private void add(int moves, double work, int[] held) {
    int at = points.size();
    while (at > 0 && points.get(at - 1).moves() > moves) {
      at--;
    }
    if (at > 0 && points.get(at - 1).work() * (1 - LITTLE) <= work) {
      return;
    }
    if (at > 0 && points.get(at - 1).moves() == moves) {
      points.remove(--at);
    }
    while (at < points.size() && points.get(at).work() >= work) {
      points.remove(at);
    }
    points.add(at, new Point(moves, work, held.clone()));
  }
}
