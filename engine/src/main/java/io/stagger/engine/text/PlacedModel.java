package io.stagger.engine.text;

import io.stagger.api.Cluster;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.MoeLayers;
import io.stagger.api.weights.Tensor;
import io.stagger.engine.trace.record.SequenceRecorder;
import io.stagger.engine.trace.record.TraceRecorder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A language model whose MoE layers run under a placement. It counts where every token of every
 * call goes. Texts are independent of each other and of earlier calls; scores, generated text and
 * digests are the same under every placement. May be used from several threads at once until it is
 * closed.
 */
public final class PlacedModel implements AutoCloseable {

  /** The most tokens that one call generates. */
  public static final int MAX_NEW_TOKENS = 1 << 16;

  private final LanguageModel language;
  private final MoeRuntime runtime;
  private final int[] sourceRanks;
  private final RoutingRecorder recorder;
  private final Optional<TraceRecorder> trace;

  /**
   * Joins a language model and a runtime.
   *
   * @param runtime runs the MoE layers; this object closes it
   * @param cluster the ranks that the runtime hosts
   */
  public PlacedModel(LanguageModel language, MoeRuntime runtime, Cluster cluster) {
    this(language, runtime, cluster, Optional.empty());
  }

  /**
   * Likewise, recording where every token goes.
   *
   * @param trace gets a sequence for each window of a text that is scored and each context that is
   *     continued; stays open
   */
  public PlacedModel(
      LanguageModel language, MoeRuntime runtime, Cluster cluster, Optional<TraceRecorder> trace) {
    this.trace = trace;
    this.language = language;
    this.runtime = runtime;
    this.sourceRanks = cluster.ranksUp();
    this.recorder = new RoutingRecorder(runtime.spec().shape(), cluster);
  }

  /** The part of the model that is not MoE. */
  public LanguageModel language() {
    return language;
  }

  /** The runtime of the MoE layers. */
  public MoeRuntime runtime() {
    return runtime;
  }

  /** Where the tokens of all calls so far went. */
  public RoutingStatistics statistics() {
    return recorder.statistics();
  }

  /**
   * Scores a text in windows of the context's length that do not overlap. Each window is a text of
   * its own that predicts every token after one of its inputs; its last input predicts the first
   * token of the next window. The windows come from the ranks in turn.
   *
   * @param tokens the text; nothing is predicted of a text of fewer than two tokens
   */
  public TextScore score(int[] tokens) {
    return score(tokens, done -> {});
  }

  /**
   * Likewise, telling how many tokens have been read after each window.
   *
   * @param progress receives the number of tokens
   */
  public TextScore score(int[] tokens, IntConsumer progress) {
    LogitsDigest digest = new LogitsDigest();
    int inputs = Math.max(0, tokens.length - 1);
    int window = language.contextLength();
    double nats = 0;
    for (int from = 0, turn = 0; from < inputs; from += window, turn++) {
      int to = (int) Math.min(inputs, (long) from + window);
      float[] logits = begin(turn).append(Arrays.copyOfRange(tokens, from, to));
      digest.add(logits);
      for (int at = from; at < to; at++) {
        nats += surprise(logits, at - from, tokens[at + 1]);
      }
      progress.accept(to);
    }
    long bytes = 0;
    for (int at = 1; at < tokens.length; at++) {
      bytes += language.bytesOf(tokens[at]);
    }
    return new TextScore(inputs, bytes, nats, digest.hex());
  }

  /**
   * Continues a text, each time with the likeliest token, the lowest of equally likely ones. Where
   * the text outgrows the context, the model reads the last half of a context anew and goes on.
   *
   * @param prompt at least one token
   * @param count how many new tokens, 0 to {@link #MAX_NEW_TOKENS}
   * @throws InvalidInputException if the prompt is empty or the count is out of range
   */
  public Generation generate(int[] prompt, int count) {
    requireContinuable(prompt, count);
    GreedyWriter writer = new GreedyWriter(prompt);
    for (int i = 0; i < count; i++) {
      writer.write();
    }
    return writer.generation();
  }

  /**
   * Scores a text and continues it.
   *
   * @param text at least one token long
   * @param newTokens how many tokens to write, 0 to {@link #MAX_NEW_TOKENS}
   * @throws InvalidInputException if the text is empty or the count is out of range
   */
  public TextRun run(String text, int newTokens) {
    int[] tokens = language.encode(text);
    requireContinuable(tokens, newTokens);
    return new TextRun(score(tokens), generate(tokens, newTokens), statistics());
  }

  @Override
  public void close() {
    runtime.close();
  }

  private static void requireContinuable(int[] prompt, int count) {
    if (prompt.length == 0) {
      throw new InvalidInputException(
          Diagnosis.of("an empty prompt", "text").expecting("at least one token"));
    }
    if (count < 0 || count > MAX_NEW_TOKENS) {
      throw new InvalidInputException(
          Diagnosis.of(count + " new tokens", "text").expecting("0 to " + MAX_NEW_TOKENS));
    }
  }

  private LanguageModel.Session begin(int turn) {
    return language.begin(moeLayers(sourceRanks[turn % sourceRanks.length]));
  }

  private MoeLayers moeLayers(int sourceRank) {
    int width = runtime.spec().hiddenSize();
    Optional<SequenceRecorder> sequence = trace.map(recording -> recording.begin(sourceRank));
    return (layer, hidden) -> {
      Tensor rows = Tensor.ofFloats(hidden, hidden.length / width, width);
      MoeOutput output = runtime.forward(new TokenBatch(layer, rows, sourceRank));
      recorder.record(output);
      sequence.ifPresent(recording -> recording.record(output));
      return output.hidden().toFloats();
    };
  }

  /** The cross-entropy of a token under a row of logits, in nats. */
  private double surprise(float[] logits, int row, int token) {
    int from = row * language.vocabularySize();
    int to = from + language.vocabularySize();
    double max = logits[from];
    for (int i = from + 1; i < to; i++) {
      max = Math.max(max, logits[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += StrictMath.exp(logits[i] - max);
    }
    return max + StrictMath.log(sum) - logits[from + token];
  }

  /** A text in the making. */
  private final class GreedyWriter {

    private final LogitsDigest digest = new LogitsDigest();
    private final List<Integer> written = new ArrayList<>();
    private final int context = language.contextLength();
    private final int vocabulary = language.vocabularySize();

    /** What the session has read, and then what it has yet to read. */
    private int[] text;

    private int read;
    private LanguageModel.Session session = begin(0);

    GreedyWriter(int[] prompt) {
      this.text = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - context), prompt.length);
    }

    void write() {
      if (text.length > context) {
        text = Arrays.copyOfRange(text, text.length - Math.max(1, context / 2), text.length);
        read = 0;
        session = begin(0);
      }
      float[] logits = session.append(Arrays.copyOfRange(text, read, text.length));
      float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
      digest.add(last);
      int next = likeliest(last);
      written.add(next);
      read = text.length;
      text = Arrays.copyOf(text, text.length + 1);
      text[read] = next;
    }

    Generation generation() {
      int[] tokens = written.stream().mapToInt(Integer::intValue).toArray();
      return new Generation(written, language.decode(tokens), digest.hex());
    }

    private static int likeliest(float[] logits) {
      int best = 0;
      for (int token = 1; token < logits.length; token++) {
        if (logits[token] > logits[best]) {
          best = token;
        }
      }
      return best;
    }
  }
}
