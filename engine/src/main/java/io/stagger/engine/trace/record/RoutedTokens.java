package io.stagger.engine.trace.record;

import io.stagger.api.runtime.Routing;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.util.List;

/**
 * Tokens of one sequence that passed the model together.
 *
 * @param first the first token's place in the sequence
 * @param layers where they were routed in each layer, first layer first
 * @param weights whether to record the router's weights
 */
record RoutedTokens(
    int sequence, int first, Phase phase, int sourceRank, List<Routing> layers, boolean weights) {

  /** Says that nothing follows. */
  static final RoutedTokens END = new RoutedTokens(0, 0, Phase.PREFILL, 0, List.of(), false);

  RoutedTokens {
    layers = List.copyOf(layers);
  }

  boolean isEnd() {
    return layers.isEmpty();
  }

  private int tokens() {
    return layers.getFirst().tokens();
  }

  /** How much of the room for waiting tokens they take. */
  int permits() {
    return Math.min(tokens(), TraceRecorder.WAITING_TOKENS);
  }

  void writeTo(TraceWriter writer) {
    int topK = layers.getFirst().topK();
    for (int token = 0; token < tokens(); token++) {
      char[] experts = new char[layers.size() * topK];
      float[] values = new float[weights ? experts.length : 0];
      for (int at = 0; at < experts.length; at++) {
        Routing routing = layers.get(at / topK);
        experts[at] = (char) routing.expert(token, at % topK);
        if (weights) {
          values[at] = routing.weight(token, at % topK);
        }
      }
      writer.add(
          TraceToken.of(sequence, first + token, phase, experts)
              .withSourceRank(sourceRank)
              .withWeights(values));
    }
  }
}
