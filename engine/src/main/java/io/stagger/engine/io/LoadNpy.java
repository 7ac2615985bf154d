package io.stagger.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a load from NumPy's format: {@code [layers, experts]} or {@code [windows, layers,
 * experts]}.
 */
final class LoadNpy {

  private LoadNpy() {}

  static void read(Path file, LoadRows rows) throws IOException {
    try (NpyArray array = NpyArray.open(file)) {
      int[] shape = array.shape();
      if (shape.length != 2 && shape.length != 3) {
        throw rows.wrong(
            shape.length + " dimensions", "2 (layers, experts) or 3 (windows, layers, experts)");
      }
      int windows = shape.length == 3 ? shape[0] : 1;
      int layers = shape[shape.length - 2];
      int experts = shape[shape.length - 1];
      for (int window = 0; window < windows; window++) {
        rows.beginWindow();
        for (int layer = 0; layer < layers; layer++) {
          rows.beginRow();
          for (int expert = 0; expert < experts; expert++) {
            rows.add(
                shape.length == 3 ? array.get(window, layer, expert) : array.get(layer, expert));
          }
          rows.endRow();
        }
        rows.endWindow();
      }
    }
  }
}
