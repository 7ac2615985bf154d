package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;
import io.stagger.engine.trace.Phase;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** What the counters of traces share: sums, loads from flat counts, a value for each phase. */
final class Counts {

  private Counts() {}

  /** Adds counts to others of the same length. */
  static void add(long[] counts, long[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += counts[i];
    }
  }

  /** A load from counts {@code [layers][experts]} that begin at an offset. */
  static Load load(long[] counts, int offset, int layers, int experts) {
    double[][] rows = new double[layers][experts];
    for (int i = 0; i < layers * experts; i++) {
      rows[i / experts][i % experts] = counts[offset + i];
    }
    return Load.of(experts, rows);
  }

  /** A value for each phase. */
  static <T> Map<Phase, T> byPhase(Function<Phase, T> value) {
    Map<Phase, T> map = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      map.put(phase, value.apply(phase));
    }
    return map;
  }
}
