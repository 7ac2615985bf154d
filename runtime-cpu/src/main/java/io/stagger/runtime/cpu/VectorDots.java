package io.stagger.runtime.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Cuts a product into the tiles that the kernels of one weight type compute: four rows by four
 * tokens, and for the tokens left over eight rows far apart by one token, which reads memory as
 * eight long streams. Tiles only decide what is computed together, never in which order it is
 * summed.
 *
 * <p>Implementations write out every vector operation in the loop. Small methods for them would
 * read better, but past a size the compiler stops inlining them and every vector becomes an object.
 */
abstract class VectorDots implements DotKernel {

  /** Bytes of a block of weights: 16 of 32 bits, or 32 of 16 bits. */
  static final int BLOCK_BYTES = 64;

  /** Tokens whose vectors stay in a core's cache together with the rows of a task. */
  private static final int TOKENS_AT_ONCE = 64;

  @Override
  public final void multiply(
      Matrix weights,
      int fromRow,
      int toRow,
      Activations x,
      Gather gather,
      float[] out,
      int outStride) {
    Target target = new Target(weights, x, gather, out, outStride);
    for (int from = 0; from < gather.size(); from += TOKENS_AT_ONCE) {
      int to = Math.min(gather.size(), from + TOKENS_AT_ONCE);
      int squareTo = from + (to - from) / 4 * 4;
      if (squareTo > from) {
        squares(target, fromRow, toRow, from, squareTo);
      }
      for (int i = squareTo; i < to; i++) {
        streams(target, fromRow, toRow, i);
      }
    }
  }

  private void squares(Target target, int fromRow, int toRow, int from, int to) {
    int row = fromRow;
    for (; row + 4 <= toRow; row += 4) {
      for (int i = from; i < to; i += 4) {
        square(target, row, i);
      }
    }
    for (; row < toRow; row++) {
      for (int i = from; i < to; i++) {
        single(target, row, i);
      }
    }
  }

  private void square(Target target, int row, int i) {
    Matrix weights = target.weights;
    fourByFour(
        weights.data(),
        weights.at(row),
        weights.rowBytes(),
        target.blocks,
        target.x.values(),
        target.xAt(i),
        target.xAt(i + 1),
        target.xAt(i + 2),
        target.xAt(i + 3),
        target.lanes);
    for (int r = 0; r < 4; r++) {
      for (int t = 0; t < 4; t++) {
        target.finish(row + r, i + t, r * 4 + t);
      }
    }
  }

  private void streams(Target target, int fromRow, int toRow, int i) {
    Matrix weights = target.weights;
    int step = (toRow - fromRow) / 8;
    for (int row = fromRow; row < fromRow + step; row++) {
      eightByOne(
          weights.data(),
          weights.at(row),
          step * weights.rowBytes(),
          target.blocks,
          target.x.values(),
          target.xAt(i),
          target.lanes);
      for (int r = 0; r < 8; r++) {
        target.finish(row + r * step, i, r);
      }
    }
    for (int row = fromRow + 8 * step; row < toRow; row++) {
      single(target, row, i);
    }
  }

  private void single(Target target, int row, int i) {
    Matrix weights = target.weights;
    oneByOne(
        weights.data(),
        weights.at(row),
        target.blocks,
        target.x.values(),
        target.xAt(i),
        target.lanes);
    target.finish(row, i, 0);
  }

  /**
   * Partial sums of four adjacent rows with four tokens.
   *
   * @param at where the first row begins, in bytes
   * @param rowBytes from one row to the next
   * @param blocks whole blocks of a row
   * @param lanes receives 16 partial sums for each product, row-major
   */
  abstract void fourByFour(
      MemorySegment w,
      long at,
      long rowBytes,
      int blocks,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] lanes);

  /** Partial sums of eight rows, {@code step} bytes apart, with one token. */
  abstract void eightByOne(
      MemorySegment w, long at, long step, int blocks, float[] x, int xAt, float[] lanes);

  /** Partial sums of one row with one token. */
  abstract void oneByOne(MemorySegment w, long at, int blocks, float[] x, int xAt, float[] lanes);

  /** What a call of {@link #multiply} works on. */
  private static final class Target {

    final Matrix weights;
    final Activations x;
    final Gather gather;
    final float[] out;
    final int outStride;
    final int blocks;
    final float[] lanes = new float[16 * LaneOrder.LANES];

    Target(Matrix weights, Activations x, Gather gather, float[] out, int outStride) {
      this.weights = weights;
      this.x = x;
      this.gather = gather;
      this.out = out;
      this.outStride = outStride;
      this.blocks = weights.columns() / x.order().block();
    }

    int xAt(int i) {
      return x.at(gather.input(i));
    }

    void finish(int row, int i, int tile) {
      out[gather.output(i) * outStride + row] =
          LaneSum.finish(weights, row, x, gather.input(i), lanes, tile * LaneOrder.LANES);
    }
  }
}
