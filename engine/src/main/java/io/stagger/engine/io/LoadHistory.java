package io.stagger.engine.io;

import java.util.ArrayList;
import java.util.List;

/**
 * The windows of a load file in bounded memory: where there are more than may be kept, each two
 * neighbours become one, and from then on as many of the file's windows are added up in each.
 */
final class LoadHistory {

  /** More windows than this say no more of how a load drifts. */
  static final int MOST = 64;

  private static final int MAX_CELLS = 1 << 24;

  private final List<List<double[]>> kept = new ArrayList<>();

  /** How many of the file's windows are added up in each that is kept. */
  private int merged = 1;

  /**
   * Adds a row.
   *
   * @param window number of the window in the file; they come in order
   * @param layer number of the row in the window; they come in order
   * @param row its counts, of which the first {@code experts} are read
   */
  void add(int window, int layer, double[] row, int experts) {
    if (layer == 0 && window / merged == kept.size()) {
      if (!kept.isEmpty() && kept.size() >= most(experts)) {
        mergeNeighbours();
      }
      if (window / merged == kept.size()) {
        kept.add(new ArrayList<>());
      }
    }
    List<double[]> rows = kept.get(window / merged);
    if (layer == rows.size()) {
      rows.add(new double[experts]);
    }
    double[] sum = rows.get(layer);
    for (int expert = 0; expert < experts; expert++) {
      sum[expert] += row[expert];
    }
  }

  /** An even number, so that all are of the same length after neighbours were merged. */
  private int most(int experts) {
    long cells = (long) kept.getFirst().size() * experts;
    return Math.clamp(MAX_CELLS / cells & ~1L, 2, MOST);
  }

  private void mergeNeighbours() {
    for (int i = 0; i < kept.size() / 2; i++) {
      List<double[]> one = kept.get(2 * i);
      List<double[]> other = kept.get(2 * i + 1);
      for (int layer = 0; layer < one.size(); layer++) {
        double[] sum = one.get(layer);
        for (int expert = 0; expert < sum.length; expert++) {
          sum[expert] += other.get(layer)[expert];
        }
      }
      kept.set(i, one);
    }
    kept.subList(kept.size() / 2, kept.size()).clear();
    merged *= 2;
  }

  List<double[][]> windows() {
    return kept.stream().map(rows -> rows.toArray(double[][]::new)).toList();
  }
}
