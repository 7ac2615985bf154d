package io.stagger.engine.io;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the rows of a load file, each count checked as it comes, and adds up its windows. What
 * it holds is bounded, however long the file is.
 */
final class LoadRows {

  private static final long MAX_CELLS = 1 << 26;

  private final Path file;

  /** 0 until the first row, which then decides, has been read. */
  private int experts;

  private final List<double[]> sums = new ArrayList<>();
  private final LoadHistory history = new LoadHistory();
  private int windows;
  private int layer;
  private int expert;
  private double[] row = new double[0];

  /**
   * @param experts the length of every row; 0 to take that of the first
   */
  LoadRows(Path file, int experts) {
    this.file = file;
    this.experts = experts;
  }

  void beginWindow() {
    windows++;
    layer = 0;
  }

  void beginRow() {
    if (windows == 1) {
      if (layer == ModelShape.MAX_LAYERS) {
        throw wrong("more than " + layer + " layers", "at most " + ModelShape.MAX_LAYERS);
      }
      if ((layer + 1L) * experts > MAX_CELLS) {
        throw wrong("more than " + MAX_CELLS + " counts", "at most so many");
      }
      sums.add(new double[experts]);
    } else if (layer == sums.size()) {
      throw wrong("window " + (windows - 1) + " has more layers than the first", sums.size() + "");
    }
    if (row.length < experts) {
      row = new double[experts];
    }
    expert = 0;
  }

  void add(double count) {
    if (experts == 0) {
      growFirstRow();
    } else if (expert == experts) {
      throw at("more than " + experts + " counts", experts + ", one for each expert");
    }
    if (!(count >= 0) || Double.isInfinite(count)) {
      throw at("count " + count, "a finite number from 0");
    }
    row[expert++] = count;
  }

  /** The row is longer than its counts while it grows. */
  private void growFirstRow() {
    if (expert == ModelShape.MAX_EXPERTS) {
      throw at("more than " + expert + " counts", "at most " + ModelShape.MAX_EXPERTS);
    }
    if (expert == row.length) {
      row = Arrays.copyOf(row, Math.min(ModelShape.MAX_EXPERTS, Math.max(16, expert * 2)));
    }
  }

  void endRow() {
    if (experts == 0 && expert > 0) {
      experts = expert;
      sums.set(layer, new double[experts]);
    }
    if (expert != experts || expert == 0) {
      throw new InvalidLoadException(
          Diagnosis.of(expert + " counts", file + ", layer " + layer)
              .expecting(experts == 0 ? "at least one" : experts + ", one for each expert"));
    }
    double[] sum = sums.get(layer);
    for (expert = 0; expert < experts; expert++) {
      sum[expert] += row[expert];
      if (Double.isInfinite(sum[expert])) {
        throw at("the sum of the windows is infinite", "a finite number");
      }
    }
    history.add(windows - 1, layer, row, experts);
    layer++;
  }

  void endWindow() {
    if (layer != sums.size()) {
      throw wrong(
          "window " + (windows - 1) + " has " + layer + " layers", sums.size() + ", as the first");
    }
  }

  /** Something that is no count where one should be. */
  InvalidLoadException notACount(String what) {
    return at(what, "a count");
  }

  InvalidLoadException wrong(String problem, String expected) {
    return new InvalidLoadException(Diagnosis.of(problem, file.toString()).expecting(expected));
  }

  private InvalidLoadException at(String problem, String expected) {
    return new InvalidLoadException(
        Diagnosis.of(problem, file + ", layer " + layer + ", expert " + expert)
            .expecting(expected));
  }

  /** How many experts a layer has; 0 if that is unknown because there is no layer. */
  int experts() {
    return experts;
  }

  int windows() {
    return windows;
  }

  /**
   * Counts by window and layer, {@code [windows][layers][experts]}; where the file has many windows
   * neighbours are added up.
   */
  List<double[][]> history() {
    return history.windows();
  }

  /** Counts by layer, the windows added up, {@code [layers][experts]}. */
  double[][] sums() {
    return sums.toArray(double[][]::new);
  }
}
