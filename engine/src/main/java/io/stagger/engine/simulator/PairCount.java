package io.stagger.engine.simulator;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.TraceBatch;
import java.util.Optional;

/** Counts which experts of a layer tokens choose together, all layers in one table. */
final class PairCount {

  /** Tables of more experts take more memory than a window, and no picture shows as many. */
  static final int MOST_EXPERTS = 1_024;

  private final int experts;
  private final int topK;
  private final long[] counts;

  PairCount(ModelShape model) {
    this.experts = model.experts();
    this.topK = model.topK();
    this.counts = new long[experts <= MOST_EXPERTS ? experts * experts : 0];
  }

  void add(TraceBatch tokens) {
    ExpertIds ids = tokens.experts();
    int choices = tokens.tokens() * tokens.header().choices();
    for (int first = 0; counts.length > 0 && first < choices; first += topK) {
      for (int one = first; one < first + topK; one++) {
        for (int other = one; other < first + topK; other++) {
          int low = Math.min(ids.get(one), ids.get(other));
          int high = Math.max(ids.get(one), ids.get(other));
          counts[low * experts + high]++;
        }
      }
    }
  }

  Optional<CoSelection> coSelection() {
    return counts.length == 0 ? Optional.empty() : Optional.of(CoSelection.of(1, experts, counts));
  }
}
