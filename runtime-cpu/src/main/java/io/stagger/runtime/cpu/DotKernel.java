package io.stagger.runtime.cpu;

/**
 * Multiplies weight rows with token vectors. Every result is summed in the {@link LaneOrder} of the
 * weights' type and depends on nothing but its row and its token vector, so that all kernels give
 * the same bits. Safe for use from several threads.
 */
interface DotKernel {

  /**
   * Computes {@code out[outputs[i] * outStride + row]}, the product of a row and {@code
   * x[inputs[i]]}, for the rows {@code fromRow} to {@code toRow - 1} and every {@code i}.
   *
   * @param weights of the kernel's type; its columns are those of {@code x}
   * @param x in the order of the weights' type
   */
  void multiply(
      Matrix weights,
      int fromRow,
      int toRow,
      Activations x,
      Gather gather,
      float[] out,
      int outStride);
}
