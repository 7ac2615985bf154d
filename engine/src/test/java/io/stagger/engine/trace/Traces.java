package io.stagger.engine.trace;

import io.stagger.api.ModelShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Traces that tests make up, from a seed. */
public final class Traces {

  private Traces() {}

  /** Tokens of four sequences each, skewed towards low experts, decode after the fourth. */
  public static List<TraceToken> tokens(TraceHeader header, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TraceToken> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TraceToken token =
          TraceToken.of(
                  i / 8,
                  i % 8,
                  i % 8 < 4 ? Phase.PREFILL : Phase.DECODE,
                  experts(header.model(), random))
              .withSourceRank(i % 3 == 0 ? TraceToken.UNKNOWN : i % 5)
              .withDataset(random.nextInt(header.datasets().size() + 1) - 1);
      tokens.add(header.weights() ? token.withWeights(weights(header, random)) : token);
    }
    return tokens;
  }

  private static char[] experts(ModelShape model, SplittableRandom random) {
    char[] experts = new char[model.layers() * model.topK()];
    for (int i = 0; i < experts.length; i++) {
      int first = i - i % model.topK();
      do {
        experts[i] = (char) Math.min(random.nextInt(model.experts()), random.nextInt(70_000));
      } while (contains(experts, first, i));
    }
    return experts;
  }

  private static boolean contains(char[] experts, int from, int at) {
    for (int i = from; i < at; i++) {
      if (experts[i] == experts[at]) {
        return true;
      }
    }
    return false;
  }

  private static float[] weights(TraceHeader header, SplittableRandom random) {
    float[] weights = new float[header.choices()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble();
    }
    return weights;
  }

  /** A trace as an Arrow stream. */
  public static byte[] stream(TraceHeader header, List<TraceToken> tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TraceWriter writer = TraceWriter.stream(out, "test", header)) {
      tokens.forEach(writer::add);
      writer.finish();
    }
    return out.toByteArray();
  }

  /** A reader of a trace's bytes. */
  public static TraceReader reader(byte[] bytes) {
    return TraceReader.of(new ByteArrayInputStream(bytes), "test.arrow");
  }

  /** All tokens that a reader has left. */
  public static List<TraceToken> all(TraceReader reader) {
    List<TraceToken> tokens = new ArrayList<>();
    reader.forEach(batch -> {
      for (int token = 0; token < batch.tokens(); token++) {
        tokens.add(batch.token(token));
      }
    });
    return tokens;
  }
}
