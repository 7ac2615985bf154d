package io.stagger.engine.simulator;

import io.stagger.api.Cluster;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.engine.simulator.replicas.Step;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How tokens are put together to steps. Decode is batched continuously: so many sequences at a
 * time, a token of each in a step, and the next sequence takes a place that becomes free. Prefill
 * tokens are packed in the order of the trace.
 *
 * @param decodeSequences sequences of a decode step over all ranks, 1 to 1,048,576
 * @param prefillTokens tokens of a prefill step over all ranks, likewise
 */
public record Batching(int decodeSequences, int prefillTokens) {

  /** The most tokens of a step. */
  public static final int MAX_TOKENS = 1 << 20;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException if a number is out of its range
   */
  public Batching {
    check(decodeSequences, "sequences of a decode step");
    check(prefillTokens, "tokens of a prefill step");
  }

  private static void check(int value, String what) {
    if (value < 1 || value > MAX_TOKENS) {
      throw new InvalidInputException(
          Diagnosis.of(value + " " + what, "batching").expecting("1 to " + MAX_TOKENS));
    }
  }

  /**
   * The steps of a window, prefill before decode; each token is in one of them. The window begins
   * and ends with no sequence under way, so its last decode steps run empty.
   *
   * @param first the number of the first step
   */
  List<Step> steps(TraceBatch window, Cluster cluster, long first) {
    List<Step> steps = new ArrayList<>();
    for (int[] tokens : prefill(window)) {
      steps.add(Step.of(first + steps.size(), Phase.PREFILL, tokens, window, cluster));
    }
    for (int[] tokens : decode(window)) {
      steps.add(Step.of(first + steps.size(), Phase.DECODE, tokens, window, cluster));
    }
    return steps;
  }

  private List<int[]> prefill(TraceBatch window) {
    List<int[]> steps = new ArrayList<>();
    TokenList open = new TokenList();
    for (int token = 0; token < window.tokens(); token++) {
      if (window.phase(token) == Phase.PREFILL) {
        open.add(token);
        if (open.size() == prefillTokens) {
          steps.add(open.drain());
        }
      }
    }
    if (open.size() > 0) {
      steps.add(open.drain());
    }
    return steps;
  }

  private List<int[]> decode(TraceBatch window) {
    List<int[]> waiting = sequences(window);
    List<int[]> steps = new ArrayList<>();
    int places = Math.min(decodeSequences, waiting.size());
    int[][] running = new int[places][];
    int[] next = new int[places];
    int started = 0;
    TokenList open = new TokenList();
    while (true) {
      for (int place = 0; place < places; place++) {
        boolean free = running[place] == null || next[place] == running[place].length;
        if (free && started < waiting.size()) {
          running[place] = waiting.get(started++);
          next[place] = 0;
        }
        if (running[place] != null && next[place] < running[place].length) {
          open.add(running[place][next[place]++]);
        }
      }
      if (open.size() == 0) {
        return steps;
      }
      steps.add(open.drain());
    }
  }

  /** The decode tokens of each sequence, sequences in the order of their first. */
  private static List<int[]> sequences(TraceBatch window) {
    Map<Integer, TokenList> tokens = new LinkedHashMap<>();
    for (int token = 0; token < window.tokens(); token++) {
      if (window.phase(token) == Phase.DECODE) {
        tokens.computeIfAbsent(window.sequence(token), _ -> new TokenList()).add(token);
      }
    }
    return tokens.values().stream().map(TokenList::drain).toList();
  }

  /** A list of tokens that grows. */
  private static final class TokenList {

    private static final int FIRST_SIZE = 16;

    private int[] tokens = new int[FIRST_SIZE];
    private int size;

    private void add(int token) {
      if (size == tokens.length) {
        tokens = Arrays.copyOf(tokens, size * 2);
      }
      tokens[size++] = token;
    }

    private int size() {
      return size;
    }

    private int[] drain() {
      int[] drained = Arrays.copyOf(tokens, size);
      size = 0;
      return drained;
    }
  }
}
