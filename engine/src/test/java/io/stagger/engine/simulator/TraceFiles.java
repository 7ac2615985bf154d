package io.stagger.engine.simulator;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Traces that tests write. */
final class TraceFiles {

  private TraceFiles() {}

  static Path write(Path file, ModelShape model, List<TraceToken> tokens) {
    try (TraceWriter writer = TraceWriter.create(file, TraceHeader.of(model))) {
      tokens.forEach(writer::add);
      writer.finish();
    }
    return file;
  }

  static TraceToken decode(int sequence, int position, int... experts) {
    return token(sequence, position, Phase.DECODE, experts);
  }

  static TraceToken token(int sequence, int position, Phase phase, int... experts) {
    char[] ids = new char[experts.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (char) experts[i];
    }
    return TraceToken.of(sequence, position, phase, ids);
  }

  /**
   * Tokens of sequences of eight, half of each prefill, that prefer the experts after a favourite.
   */
  static List<TraceToken> skewed(ModelShape model, int tokens, int favourite, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TraceToken> list = new ArrayList<>();
    for (int i = 0; i < tokens; i++) {
      int[] experts = new int[model.layers() * model.topK()];
      for (int at = 0; at < experts.length; at++) {
        do {
          int far = (int) (random.nextDouble() * random.nextDouble() * model.experts());
          experts[at] = (favourite + far) % model.experts();
        } while (isTaken(experts, at, model.topK()));
      }
      list.add(token(i / 8, i % 8, i % 8 < 4 ? Phase.PREFILL : Phase.DECODE, experts));
    }
    return list;
  }

  private static boolean isTaken(int[] experts, int at, int topK) {
    for (int i = at - at % topK; i < at; i++) {
      if (experts[i] == experts[at]) {
        return true;
      }
    }
    return false;
  }
}
