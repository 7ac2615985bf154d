package io.stagger.runtime.cpu;

import java.util.Arrays;

/** Dot products without the Vector API, for weights of every type. */
final class ScalarDots implements DotKernel {

  @Override
  public void multiply(
      Matrix weights,
      int fromRow,
      int toRow,
      Activations x,
      Gather gather,
      float[] out,
      int outStride) {
    LaneOrder order = x.order();
    int whole = weights.columns() - weights.columns() % order.block();
    float[] row = new float[whole];
    float[] lanes = new float[LaneOrder.LANES];
    for (int r = fromRow; r < toRow; r++) {
      for (int k = 0; k < whole; k++) {
        row[order.position(k)] = weights.get(r, k);
      }
      for (int i = 0; i < gather.size(); i++) {
        addBlocks(row, x.values(), x.at(gather.input(i)), lanes);
        out[gather.output(i) * outStride + r] =
            LaneSum.finish(weights, r, x, gather.input(i), lanes, 0);
      }
    }
  }

  private static void addBlocks(float[] row, float[] x, int xAt, float[] lanes) {
    Arrays.fill(lanes, 0);
    for (int block = 0; block < row.length; block += LaneOrder.LANES) {
      for (int lane = 0; lane < LaneOrder.LANES; lane++) {
        lanes[lane] = Math.fma(row[block + lane], x[xAt + block + lane], lanes[lane]);
      }
    }
  }
}
