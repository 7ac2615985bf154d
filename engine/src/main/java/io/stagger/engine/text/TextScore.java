package io.stagger.engine.text;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How well a model predicted a text.
 *
 * @param tokens tokens that were predicted: all but the text's first
 * @param bytes bytes of UTF-8 text that they stand for
 * @param nats the sum of their cross-entropies, natural logarithm
 * @param digest SHA-256, in lower-case hexadecimal, over the bits of all logits as 32-bit
 *     little-endian floats, in the order of the tokens; of several texts, over their digests
 */
public record TextScore(long tokens, long bytes, double nats, String digest) {

  /** The mean cross-entropy of a byte in bits; absent if nothing was predicted. */
  public OptionalDouble bitsPerByte() {
    return bytes == 0 ? OptionalDouble.empty() : OptionalDouble.of(nats / bytes / Math.log(2));
  }

  /** The score of several texts together. */
  public static TextScore of(List<TextScore> texts) {
    return new TextScore(
        texts.stream().mapToLong(TextScore::tokens).sum(),
        texts.stream().mapToLong(TextScore::bytes).sum(),
        texts.stream().mapToDouble(TextScore::nats).sum(),
        LogitsDigest.ofDigests(texts.stream().map(TextScore::digest).toList()));
  }
}
