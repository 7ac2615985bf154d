package io.stagger.engine.simulator;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.routing.Routes;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a trace window by window; the windows have the same number of tokens, but for one token
 * more or less. Holds one window and one batch. Reads the file twice, the first time to count. Used
 * by one thread.
 */
final class WindowReader implements AutoCloseable {

  /** The most windows. */
  static final int MAX_WINDOWS = 4_096;

  /** Experts that a byte can tell apart. */
  private static final int BYTE_EXPERTS = 256;

  private final TraceReader reader;
  private final TraceHeader header;
  private final long tokens;
  private final int windows;
  private final boolean routing;
  private Optional<TraceBatch> batch = Optional.empty();
  private int used;
  private int index;

  private WindowReader(TraceReader reader, long tokens, int windows, boolean routing) {
    this.reader = reader;
    this.header = TraceHeader.of(reader.header().model());
    this.tokens = tokens;
    this.windows = windows;
    this.routing = routing;
  }

  /**
   * Opens a trace.
   *
   * @param windows how many windows, 2 to {@value #MAX_WINDOWS}
   * @param routing whether to count what strategies may be told beyond the load
   * @throws InvalidInputException if the trace has too few tokens for so many windows, or too many
   *     for so few
   */
  static WindowReader open(Path trace, int windows, boolean routing) {
    if (windows < 2 || windows > MAX_WINDOWS) {
      throw new InvalidInputException(
          Diagnosis.of(windows + " windows", "comparison")
              .expecting("2 to " + MAX_WINDOWS + ": one to plan on and one to score on"));
    }
    long tokens = count(trace);
    TraceReader reader = TraceReader.open(trace);
    try {
      requireSize(trace, tokens, windows, reader.header());
      return new WindowReader(reader, tokens, windows, routing);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static long count(Path trace) {
    if (Files.exists(trace) && !Files.isRegularFile(trace)) {
      throw new InvalidInputException(
          Diagnosis.of("is no file", trace.toString())
              .expecting("a trace's file, which is read twice"));
    }
    try (TraceReader reader = TraceReader.open(trace)) {
      reader.forEach(_ -> {});
      return reader.tokens();
    }
  }

  /** Checks that windows are neither empty nor too large to be held. */
  static void requireSize(Path trace, long tokens, int windows, TraceHeader header) {
    if (tokens < windows) {
      throw new InvalidInputException(
          Diagnosis.of(tokens + " tokens", trace.toString())
              .expecting("at least one for each of " + windows + " windows"));
    }
    long most = Routes.MAX_CHOICES / header.choices();
    long largest = (tokens + windows - 1) / windows;
    if (largest > most) {
      throw new InvalidInputException(
          Diagnosis.of(
                  "%d tokens of %d choices in a window".formatted(largest, header.choices()),
                  trace.toString())
              .expecting("at most " + most + " tokens in a window, which is held in memory")
              .remedy("Give more windows, at least " + ((tokens + most - 1) / most)));
    }
  }

  /** What the trace says of itself. */
  TraceHeader header() {
    return header;
  }

  /** How many tokens the trace has. */
  long tokens() {
    return tokens;
  }

  /**
   * The next window; empty after the last.
   *
   * @throws io.stagger.api.error.InvalidTraceException if the trace is damaged
   */
  Optional<Window> next() {
    if (index == windows) {
      return Optional.empty();
    }
    long from = tokens * index / windows;
    long to = tokens * (index + 1) / windows;
    index++;
    return Optional.of(counted(read(from, Math.toIntExact(to - from))));
  }

  private Window counted(TraceBatch window) {
    StatisticsSpec spec = routing ? StatisticsSpec.everything() : StatisticsSpec.loadAlone();
    try (TraceCounter counter = new TraceCounter(header.model(), spec)) {
      counter.add(window);
      TraceStatistics statistics = counter.statistics();
      return new Window(window, statistics.load(), statistics.profile());
    }
  }

  private TraceBatch read(long first, int size) {
    int[] sequences = new int[size];
    int[] positions = new int[size];
    byte[] phases = new byte[size];
    int[] ranks = new int[size];
    int[] datasets = new int[size];
    Arrays.fill(datasets, TraceToken.UNKNOWN);
    Choices choices = new Choices(header, size);
    for (int token = 0; token < size; token++, used++) {
      while (batch.isEmpty() || used == batch.get().tokens()) {
        batch = reader.next();
        used = 0;
        if (batch.isEmpty()) {
          throw new InvalidInputException(
              Diagnosis.of("became shorter while it was read", "trace"));
        }
      }
      TraceBatch from = batch.get();
      sequences[token] = from.sequence(used);
      positions[token] = from.position(used);
      phases[token] = from.phase(used).code();
      ranks[token] = from.sourceRank(used);
      choices.copy(from, used, token);
    }
    return TraceBatch.of(
        header, first, sequences, positions, phases, ranks, datasets, choices.ids(), new float[0]);
  }

  @Override
  public void close() {
    reader.close();
  }

  /** Room for the choices of a window, a byte for each where that is enough. */
  private static final class Choices {

    private final int perToken;
    private final byte[] bytes;
    private final char[] chars;

    private Choices(TraceHeader header, int tokens) {
      boolean narrow = header.model().experts() <= BYTE_EXPERTS;
      this.perToken = header.choices();
      this.bytes = new byte[narrow ? tokens * perToken : 0];
      this.chars = new char[narrow ? 0 : tokens * perToken];
    }

    private void copy(TraceBatch from, int token, int to) {
      ExpertIds ids = from.experts();
      int source = token * perToken;
      if (bytes.length == 0) {
        ids.copy(source, chars, to * perToken, perToken);
      } else {
        for (int i = 0; i < perToken; i++) {
          bytes[to * perToken + i] = (byte) ids.get(source + i);
        }
      }
    }

    private ExpertIds ids() {
      return bytes.length == 0 ? ExpertIds.of(chars) : ExpertIds.of(bytes);
    }
  }
}
