package io.stagger.engine.text;

import java.util.List;

/**
 * What a model wrote.
 *
 * @param tokens the new tokens
 * @param text their text; malformed sequences became replacement characters
 * @param digest as {@link TextScore#digest}, over the logits that each new token was chosen from
 */
public record Generation(List<Integer> tokens, String text, String digest) {

  /** Keeps its own list. */
  public Generation {
    tokens = List.copyOf(tokens);
  }
}
