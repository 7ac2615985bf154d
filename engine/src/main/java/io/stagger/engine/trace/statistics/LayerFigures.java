package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;

/**
 * How unevenly the experts of a layer are chosen.
 *
 * @param heaviest the expert that is chosen most; the lowest of equals
 * @param ratio how often it is chosen, as a multiple of the mean; 0 if none was chosen
 * @param idle how many experts were never chosen
 */
public record LayerFigures(int heaviest, double ratio, int idle) {

  /** The figures of a layer. */
  public static LayerFigures of(Load load, int layer) {
    double[] counts = load.layer(layer);
    int heaviest = 0;
    int idle = 0;
    for (int expert = 0; expert < counts.length; expert++) {
      heaviest = counts[expert] > counts[heaviest] ? expert : heaviest;
      idle += counts[expert] == 0 ? 1 : 0;
    }
    double total = load.total(layer);
    double ratio = total == 0 ? 0 : counts[heaviest] * counts.length / total;
    return new LayerFigures(heaviest, ratio, idle);
  }
}
