package io.stagger.engine.text;

import java.util.List;

/**
 * What a model made of a text.
 *
 * @param score how well it predicted the text
 * @param generation how it went on
 * @param routing where all tokens went
 */
public record TextRun(TextScore score, Generation generation, RoutingStatistics routing) {

  /** The digest of the whole output: over the digests of score and generation. */
  public String digest() {
    return LogitsDigest.ofDigests(List.of(score.digest(), generation.digest()));
  }
}
