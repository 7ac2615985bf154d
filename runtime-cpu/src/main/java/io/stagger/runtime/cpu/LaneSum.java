package io.stagger.runtime.cpu;

/** Finishes dot products: the last block if it is not whole, then the sum of the lanes. */
final class LaneSum {

  private LaneSum() {}

  /**
   * Finishes one dot product.
   *
   * @param lanes the partial sums of the whole blocks, from {@code lanesAt}; overwritten
   */
  static float finish(
      Matrix weights, int row, Activations x, int token, float[] lanes, int lanesAt) {
    LaneOrder order = x.order();
    int columns = weights.columns();
    int xAt = x.at(token);
    for (int k = columns - columns % order.block(); k < order.stride(columns); k++) {
      int position = order.position(k);
      int lane = lanesAt + position % LaneOrder.LANES;
      float weight = k < columns ? weights.get(row, k) : 0;
      lanes[lane] = Math.fma(weight, x.values()[xAt + position], lanes[lane]);
    }
    for (int half = LaneOrder.LANES / 2; half > 0; half /= 2) {
      for (int i = lanesAt; i < lanesAt + half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[lanesAt];
  }
}
