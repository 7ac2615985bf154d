package io.stagger.engine.simulator;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A made-up router that chooses as DeepSeek-V2's does ({@code group_limited_greedy}): the groups
 * with the largest logits, and among their experts those with the largest. A logit is the sum of
 * four normal variables: what a layer always prefers, by expert and by group; what the topic of a
 * sequence prefers, by group; and chance, of spread 1. So groups are preferred as a whole, by all
 * tokens or by those of a sequence, which is what separates linear from zigzag.
 */
final class GroupLimitedRouter {

  /**
   * How unlike each other experts and groups are, in units of a token's chance.
   *
   * @param expert spread of an expert's popularity in a layer
   * @param group spread of a group's popularity in a layer
   * @param topic spread of a group's popularity in a layer for a sequence
   */
  record Spread(double expert, double group, double topic) {}

  private final ModelShape model;
  private final Spread spread;
  private final SplittableRandom random;
  private final double[][] experts;

  GroupLimitedRouter(ModelShape model, Spread spread, long seed) {
    this.model = model;
    this.spread = spread;
    this.random = new SplittableRandom(seed);
    this.experts = new double[model.layers()][model.experts()];
    for (double[] layer : experts) {
      double[] groups = normal(model.groups(), spread.group());
      for (int expert = 0; expert < layer.length; expert++) {
        layer[expert] =
            groups[expert / model.expertsPerGroup()] + spread.expert() * random.nextGaussian();
      }
    }
  }

  private double[] normal(int count, double deviation) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> deviation * random.nextGaussian());
    return values;
  }

  /** Writes a trace of sequences that begin with a prompt, one after the other. */
  Path write(Path file, int sequences, int prompt, int generated) {
    try (TraceWriter writer = TraceWriter.create(file, TraceHeader.of(model))) {
      for (int sequence = 0; sequence < sequences; sequence++) {
        double[] topic = normal(model.layers() * model.groups(), spread.topic());
        for (int position = 0; position < prompt + generated; position++) {
          Phase phase = position < prompt ? Phase.PREFILL : Phase.DECODE;
          writer.add(TraceToken.of(sequence, position, phase, token(topic)));
        }
      }
      writer.finish();
    }
    return file;
  }

  private char[] token(double[] topic) {
    char[] chosen = new char[model.layers() * model.topK()];
    double[] logits = new double[model.experts()];
    double[] best = new double[model.groups()];
    for (int layer = 0; layer < model.layers(); layer++) {
      Arrays.fill(best, Double.NEGATIVE_INFINITY);
      for (int expert = 0; expert < logits.length; expert++) {
        int group = expert / model.expertsPerGroup();
        double logit =
            experts[layer][expert] + topic[layer * model.groups() + group] + random.nextGaussian();
        logits[expert] = logit;
        best[group] = Math.max(best[group], logit);
      }
      double[] ranked = best.clone();
      Arrays.sort(ranked);
      double least = ranked[ranked.length - model.topGroups()];
      for (int expert = 0; expert < logits.length; expert++) {
        if (best[expert / model.expertsPerGroup()] < least) {
          logits[expert] = Double.NEGATIVE_INFINITY;
        }
      }
      for (int choice = 0; choice < model.topK(); choice++) {
        int largest = 0;
        for (int expert = 1; expert < logits.length; expert++) {
          largest = logits[expert] > logits[largest] ? expert : largest;
        }
        chosen[layer * model.topK() + choice] = (char) largest;
        logits[largest] = Double.NEGATIVE_INFINITY;
      }
    }
    return chosen;
  }
}
