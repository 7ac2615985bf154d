package io.stagger.runtime.cpu;

import java.util.stream.IntStream;

/** Which token vectors a product reads, and where it writes each one's result. */
final class Gather {

  private final int[] inputs;
  private final int[] outputs;

  /**
   * @param inputs rows of the activations
   * @param outputs rows of the result, as many; neither may change afterwards
   */
  Gather(int[] inputs, int[] outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Rows 0 to {@code rows - 1}, each to its own number. */
  static Gather all(int rows) {
    int[] same = IntStream.range(0, rows).toArray();
    return new Gather(same, same);
  }

  /** The row of the activations that the {@code i}th token vector is. */
  int input(int i) {
    return inputs[i];
  }

  /** The row of the result that belongs to it. */
  int output(int i) {
    return outputs[i];
  }

  /** How many token vectors there are. */
  int size() {
    return inputs.length;
  }
}
