package io.stagger.weights;

import java.util.Arrays;

/** Finds an expert's bytes in a file without asking the code that wrote it. */
final class CheckpointBytes {

  private CheckpointBytes() {}

  /** The gate matrix of an expert of a checkpoint with DeepSeek's or Qwen's names. */
  static byte[] of(CheckpointFixture fixture, int modelLayer, int expert) {
    return fixture.bytesOf(
        "model.layers.%d.mlp.experts.%d.gate_proj.weight".formatted(modelLayer, expert));
  }

  /** Where some bytes begin in others. */
  static int indexOf(byte[] haystack, byte[] needle) {
    for (int at = 0; at + needle.length <= haystack.length; at++) {
      if (haystack[at] == needle[0]
          && Arrays.equals(haystack, at, at + needle.length, needle, 0, needle.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }
}
