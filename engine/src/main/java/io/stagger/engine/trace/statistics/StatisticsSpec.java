package io.stagger.engine.trace.statistics;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.io.Serializable;

/**
 * What to count.
 *
 * @param pairs whether to count co-selection and transitions, which takes several times as long as
 *     the rest; never done for models that are too large to count every pair
 * @param windowTokens tokens of a window; 0 for {@value #MOST_WINDOWS} / 2 to {@value
 *     #MOST_WINDOWS} windows, whatever the trace's length
 * @param decodeBatch how many consecutive decode tokens make a batch, for the experts that a batch
 *     activates, 1 to 65,536
 * @param sample how many tokens' routes to keep, 0 to 65,536, drawn evenly from the whole trace
 * @param threads how many threads count, 1 to 256; the result is the same for every number
 */
public record StatisticsSpec(
    boolean pairs, int windowTokens, int decodeBatch, int sample, int threads)
    implements Serializable {

  /** The most windows where their length is not given. */
  public static final int MOST_WINDOWS = 32;

  private static final int MOST_TOKENS = 1 << 16;
  private static final int MOST_THREADS = 256;
  private static final int DEFAULT_DECODE_BATCH = 64;
  private static final int DEFAULT_SAMPLE = 4_096;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException if a number is out of its range
   */
  public StatisticsSpec {
    check(windowTokens, 0, Integer.MAX_VALUE, "tokens of a window");
    check(decodeBatch, 1, MOST_TOKENS, "tokens of a decode batch");
    check(sample, 0, MOST_TOKENS, "tokens of the sample");
    check(threads, 1, MOST_THREADS, "threads");
  }

  private static void check(int value, int least, int most, String what) {
    if (value < least || value > most) {
      throw new InvalidInputException(
          Diagnosis.of(value + " " + what, "statistics").expecting(least + " to " + most));
    }
  }

  /** Everything, with as many threads as there are processors. */
  public static StatisticsSpec everything() {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    return new StatisticsSpec(true, 0, DEFAULT_DECODE_BATCH, DEFAULT_SAMPLE, threads);
  }

  /** Likewise, but for pairs and routes. */
  public static StatisticsSpec loadAlone() {
    return everything().withoutPairs().withSample(0);
  }

  /** This spec without co-selection and transitions. */
  public StatisticsSpec withoutPairs() {
    return new StatisticsSpec(false, windowTokens, decodeBatch, sample, threads);
  }

  /** This spec with windows of so many tokens; 0 as above. */
  public StatisticsSpec withWindowTokens(int tokens) {
    return new StatisticsSpec(pairs, tokens, decodeBatch, sample, threads);
  }

  /** This spec with decode batches of so many tokens. */
  public StatisticsSpec withDecodeBatch(int tokens) {
    return new StatisticsSpec(pairs, windowTokens, tokens, sample, threads);
  }

  /** This spec with the routes of so many tokens. */
  public StatisticsSpec withSample(int tokens) {
    return new StatisticsSpec(pairs, windowTokens, decodeBatch, tokens, threads);
  }

  /** This spec with so many threads. */
  public StatisticsSpec withThreads(int count) {
    return new StatisticsSpec(pairs, windowTokens, decodeBatch, sample, count);
  }
}
