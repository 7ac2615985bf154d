package io.stagger.api.text;

/** A decoder whose MoE layers somebody else runs. May be used from any thread. */
public interface LanguageModel {

  /** The tokens of a text. */
  int[] encode(String text);

  /** The text of tokens; malformed sequences become replacement characters. */
  String decode(int[] tokens);

  /** How many bytes of UTF-8 text a token stands for, to turn loss per token into bits per byte. */
  int bytesOf(int token);

  /** How many tokens a session may hold. */
  int contextLength();

  /** How many tokens the vocabulary has. */
  int vocabularySize();

  /**
   * Begins a text.
   *
   * @param layers runs the MoE layers
   */
  Session begin(MoeLayers layers);

  /** A text in the making: it remembers the tokens so far. Not safe for use by several threads. */
  interface Session {

    /**
     * Appends tokens and predicts what follows each.
     *
     * @return logits, {@code [tokens][vocabularySize]} row-major: row {@code i} predicts the token
     *     after {@code tokens[i]}
     * @throws io.stagger.api.error.InvalidInputException if a token is not of the vocabulary, or
     *     the context is full
     */
    float[] append(int[] tokens);
  }
}
