package io.stagger.engine.explain;

import io.stagger.api.Load;

/**
 * The expert with the largest share of its layer's tokens; the first in layer order.
 *
 * @param share its part of the layer's tokens, 0 to 1
 * @param timesMean the same as a multiple of what an expert of the layer gets on average
 */
public record Heat(int layer, int expert, double share, double timesMean) {

  static Heat of(Load load) {
    Heat hottest = new Heat(0, 0, 0, 0);
    for (int layer = 0; layer < load.layers(); layer++) {
      double total = load.total(layer);
      for (int expert = 0; expert < load.experts() && total > 0; expert++) {
        double share = load.get(layer, expert) / total;
        if (share > hottest.share) {
          hottest = new Heat(layer, expert, share, share * load.experts());
        }
      }
    }
    return hottest;
  }
}
