package io.stagger.samples.tinymoe;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import java.util.Map;

/**
 * What the dense part of the model is made of.
 *
 * @param layers decoder layers, each with attention and an MoE layer
 * @param hidden width of the hidden states
 * @param heads attention heads
 * @param headSize width of a head, even
 * @param context how many positions there are
 * @param ropeBase base of the rotary wavelengths
 * @param normEpsilon what a norm adds to the mean square
 */
record TinyMoeConfig(
    int layers,
    int hidden,
    int heads,
    int headSize,
    int context,
    double ropeBase,
    double normEpsilon) {

  private static final int MAX_LAYERS = 256;
  private static final int MAX_WIDTH = 1 << 14;
  private static final int MAX_CONTEXT = 1 << 15;

  /**
   * Reads a parsed {@code config.json}.
   *
   * @throws InvalidModelException if a key is missing, out of range, or asks for something that
   *     this model does not do
   */
  static TinyMoeConfig of(Map<String, Object> json) {
    requireValue(json, "vocab_size", ByteVocabulary.SIZE);
    requireValue(json, "first_k_dense_replace", 0);
    requireValue(json, "moe_layer_freq", 1);
    int heads = whole(json, "num_attention_heads", 1, MAX_WIDTH);
    requireValue(json, "num_key_value_heads", heads);
    return new TinyMoeConfig(
        whole(json, "num_hidden_layers", 1, MAX_LAYERS),
        whole(json, "hidden_size", 1, MAX_WIDTH),
        heads,
        even(json, "head_dim", MAX_WIDTH / heads),
        whole(json, "max_position_embeddings", 1, MAX_CONTEXT),
        positive(json, "rope_theta"),
        positive(json, "rms_norm_eps"));
  }

  /** Width of all heads together. */
  int attentionWidth() {
    return heads * headSize;
  }

  private static void requireValue(Map<String, Object> json, String key, int value) {
    whole(json, key, value, value);
  }

  private static int whole(Map<String, Object> json, String key, int min, int max) {
    double value = number(json, key, min == max ? "" + min : min + " to " + max);
    if (value != Math.rint(value) || value < min || value > max) {
      throw wrong(key, value, min == max ? "" + min : "a whole number from " + min + " to " + max);
    }
    return (int) value;
  }

  private static int even(Map<String, Object> json, String key, int max) {
    int value = whole(json, key, 2, max);
    if (value % 2 != 0) {
      throw wrong(key, value, "an even number: rotary positions turn it in halves");
    }
    return value;
  }

  private static double positive(Map<String, Object> json, String key) {
    double value = number(json, key, "a number above 0");
    if (!(value > 0) || Double.isInfinite(value)) {
      throw wrong(key, value, "a finite number above 0");
    }
    return value;
  }

  private static double number(Map<String, Object> json, String key, String expected) {
    Object value = json.get(key);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(key, value == null ? "missing" : value, expected);
  }

  private static InvalidModelException wrong(String key, Object value, String expected) {
    return new InvalidModelException(
        Diagnosis.of("'" + key + "' is " + value, "config.json").expecting(expected));
  }
}
