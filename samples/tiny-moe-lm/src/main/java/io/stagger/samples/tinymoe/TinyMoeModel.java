package io.stagger.samples.tinymoe;

import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.MoeLayers;
import java.util.List;

/** The model's dense part: immutable, shared by all sessions. */
final class TinyMoeModel implements LanguageModel {

  private final TinyMoeConfig config;
  private final double[] embedding;
  private final List<DecoderLayer> layers;
  private final RmsNorm finalNorm;
  private final Linear head;

  /**
   * @param embedding {@code [vocabulary][hidden]}; handed over, not changed afterwards
   */
  TinyMoeModel(
      TinyMoeConfig config,
      double[] embedding,
      List<DecoderLayer> layers,
      RmsNorm finalNorm,
      Linear head) {
    this.config = config;
    this.embedding = embedding;
    this.layers = List.copyOf(layers);
    this.finalNorm = finalNorm;
    this.head = head;
  }

  @Override
  public int[] encode(String text) {
    return ByteVocabulary.encode(text);
  }

  @Override
  public String decode(int[] tokens) {
    return ByteVocabulary.decode(tokens);
  }

  @Override
  public int bytesOf(int token) {
    ByteVocabulary.require(token);
    return 1;
  }

  @Override
  public int contextLength() {
    return config.context();
  }

  @Override
  public int vocabularySize() {
    return ByteVocabulary.SIZE;
  }

  @Override
  public Session begin(MoeLayers moe) {
    return new TinyMoeSession(this, moe);
  }

  TinyMoeConfig config() {
    return config;
  }

  List<DecoderLayer> layers() {
    return layers;
  }

  /** The first hidden states of tokens, {@code [tokens][hidden]}. */
  double[] embed(int[] tokens) {
    int hidden = config.hidden();
    double[] rows = new double[tokens.length * hidden];
    for (int i = 0; i < tokens.length; i++) {
      int token = ByteVocabulary.require(tokens[i]);
      System.arraycopy(embedding, token * hidden, rows, i * hidden, hidden);
    }
    return rows;
  }

  /** The logits of hidden states, {@code [rows][vocabulary]}. */
  double[] logits(double[] rows) {
    return head.apply(finalNorm.apply(rows));
  }
}
