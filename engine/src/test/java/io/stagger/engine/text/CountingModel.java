package io.stagger.engine.text;

import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.MoeLayers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model of eight tokens and one MoE layer that hands tokens, one-hot, to the MoE layer and takes
 * its output as logits. It remembers what it was asked to read.
 */
final class CountingModel implements LanguageModel {

  static final int VOCABULARY = 8;

  private final int context;
  private final List<List<Integer>> reads = new ArrayList<>();

  CountingModel(int context) {
    this.context = context;
  }

  /** The tokens of each call, a new text marked by -1 in front. */
  List<List<Integer>> reads() {
    return reads;
  }

  @Override
  public int[] encode(String text) {
    return text.chars().map(c -> c - '0').toArray();
  }

  @Override
  public String decode(int[] tokens) {
    StringBuilder text = new StringBuilder();
    Arrays.stream(tokens).forEach(text::append);
    return text.toString();
  }

  @Override
  public int bytesOf(int token) {
    return token == 7 ? 3 : 1;
  }

  @Override
  public int contextLength() {
    return context;
  }

  @Override
  public int vocabularySize() {
    return VOCABULARY;
  }

  @Override
  public Session begin(MoeLayers layers) {
    boolean[] isNew = {true};
    return tokens -> {
      List<Integer> read = new ArrayList<>();
      if (isNew[0]) {
        read.add(-1);
      }
      isNew[0] = false;
      float[] hidden = new float[tokens.length * VOCABULARY];
      for (int i = 0; i < tokens.length; i++) {
        read.add(tokens[i]);
        hidden[i * VOCABULARY + tokens[i]] = 1;
      }
      reads.add(read);
      return layers.forward(0, hidden);
    };
  }
}
