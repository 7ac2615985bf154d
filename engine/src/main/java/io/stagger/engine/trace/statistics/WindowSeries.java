package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads of consecutive windows. Where no length is given, windows begin short, and whenever there
 * are too many, neighbours are joined and windows become twice as long: so there are enough of them
 * for a trace of any length, in constant memory, and they do not depend on how the trace is cut
 * into batches.
 */
final class WindowSeries {

  private static final int SHORTEST = 256;

  /** The most counts of all windows: 512 MiB. */
  private static final long MAX_COUNTS = 1 << 26;

  private final int layers;
  private final int experts;
  private final boolean fixed;
  private long windowTokens;
  private long open;
  private final List<long[]> windows = new ArrayList<>();

  /**
   * @param windowTokens tokens of a window; 0 to choose
   */
  WindowSeries(int layers, int experts, int windowTokens) {
    this.layers = layers;
    this.experts = experts;
    this.fixed = windowTokens > 0;
    this.windowTokens = fixed ? windowTokens : SHORTEST;
  }

  /** How long windows are in the end, for a trace of so many tokens. */
  static long windowTokens(StatisticsSpec spec, long tokens) {
    long length = spec.windowTokens() > 0 ? spec.windowTokens() : SHORTEST;
    while (spec.windowTokens() == 0
        && Math.ceilDiv(tokens, length) >= StatisticsSpec.MOST_WINDOWS) {
      length *= 2;
    }
    return length;
  }

  /** How many tokens the open window still takes. */
  long room() {
    return windowTokens - open;
  }

  /** So many tokens were counted; returns whether the window is full and must be closed. */
  boolean advance(int tokens) {
    open += tokens;
    return open == windowTokens;
  }

  /** Whether the open window holds tokens. */
  boolean isOpen() {
    return open > 0;
  }

  /**
   * Closes the open window.
   *
   * @param load {@code [layers][experts]}; handed over
   */
  void close(long[] load) {
    windows.add(load);
    open = 0;
    if (!fixed && windows.size() == StatisticsSpec.MOST_WINDOWS) {
      join();
    } else {
      requireRoom(windows.size() + 1L, (long) layers * experts, windowTokens);
    }
  }

  /**
   * Checks that so many windows fit the memory.
   *
   * @throws InvalidInputException if they do not
   */
  static void requireRoom(long windows, long countsEach, long windowTokens) {
    if (windows * countsEach > MAX_COUNTS) {
      throw new InvalidInputException(
          Diagnosis.of(windows + " windows or more", "statistics")
              .expecting("at most " + MAX_COUNTS + " counts of experts in all windows")
              .remedy("Choose longer windows than " + windowTokens + " tokens"));
    }
  }

  private void join() {
    List<long[]> joined = new ArrayList<>();
    for (int i = 0; i < windows.size(); i += 2) {
      long[] sum = windows.get(i);
      long[] other = windows.get(i + 1);
      for (int at = 0; at < sum.length; at++) {
        sum[at] += other[at];
      }
      joined.add(sum);
    }
    windows.clear();
    windows.addAll(joined);
    windowTokens *= 2;
  }

  /** Tokens of a whole window. */
  long windowTokens() {
    return windowTokens;
  }

  /** The loads, oldest first. */
  List<Load> loads() {
    return windows.stream().map(counts -> Counts.load(counts, 0, layers, experts)).toList();
  }
}
