package io.stagger.engine.trace.edit;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A part of a trace: the tokens that meet every condition, in their order.
 *
 * @param tokens which tokens of the trace, counted from 0
 * @param sequences which numbers of sequences
 * @param every of so many consecutive numbers of sequences, one: 2 for every other; from 1
 * @param remainder which of them, 0 to {@code every} - 1: with 2, 0 for the even and 1 for the odd
 * @param phase of this phase alone
 * @param dataset with this tag alone
 */
public record TraceCut(
    Range tokens,
    Range sequences,
    int every,
    int remainder,
    Optional<Phase> phase,
    Optional<String> dataset) {

  /**
   * Numbers from one to another.
   *
   * @param from the first
   * @param to the number after the last
   */
  public record Range(long from, long to) {

    /** All numbers. */
    public static final Range ALL = new Range(0, Long.MAX_VALUE);

    /**
     * Checks the range.
     *
     * @throws InvalidInputException if it is negative or ends before it begins
     */
    public Range {
      if (from < 0 || to < from) {
        throw new InvalidInputException(
            Diagnosis.of("range " + from + " to " + to, "cut")
                .expecting("FROM:TO with 0 <= FROM <= TO"));
      }
    }

    boolean contains(long number) {
      return number >= from && number < to;
    }
  }

  /**
   * Checks the remainder.
   *
   * @throws InvalidInputException if it is none
   */
  public TraceCut {
    if (every < 1 || remainder < 0 || remainder >= every) {
      throw new InvalidInputException(
          Diagnosis.of("sequence %d of every %d".formatted(remainder, every), "cut")
              .expecting("0 to one less than the number, which is at least 1"));
    }
  }

  /** Everything. */
  public static TraceCut all() {
    return new TraceCut(Range.ALL, Range.ALL, 1, 0, Optional.empty(), Optional.empty());
  }

  /** This cut, of a phase alone. */
  public TraceCut withPhase(Phase only) {
    return new TraceCut(tokens, sequences, every, remainder, Optional.of(only), dataset);
  }

  /**
   * Gives the tokens of a trace that meet the conditions to an action.
   *
   * @throws InvalidInputException if the trace has no such dataset
   */
  public void forEach(TraceReader reader, Consumer<TraceBatch> action) {
    OptionalInt tag = tag(reader.header());
    long[] passed = new long[1];
    reader.forEach(batch -> {
      int[] rows =
          IntStream.range(0, batch.tokens()).filter(row -> meets(batch, row, tag)).toArray();
      if (rows.length > 0) {
        boolean whole = rows.length == batch.tokens() && passed[0] == batch.firstToken();
        action.accept(whole ? batch : batch.select(rows, passed[0]));
        passed[0] += rows.length;
      }
    });
  }

  /** Writes the tokens that meet the conditions. */
  public void copy(TraceReader reader, TraceWriter writer, Consumer<TraceReader> progress) {
    forEach(
        reader,
        batch -> {
          for (int token = 0; token < batch.tokens(); token++) {
            writer.add(batch.token(token));
          }
          progress.accept(reader);
        });
  }

  private boolean meets(TraceBatch batch, int row, OptionalInt tag) {
    int sequence = batch.sequence(row);
    return tokens.contains(batch.firstToken() + row)
        && sequences.contains(sequence)
        && sequence % every == remainder
        && (phase.isEmpty() || batch.phase(row) == phase.get())
        && (tag.isEmpty() || batch.dataset(row) == tag.getAsInt());
  }

  private OptionalInt tag(TraceHeader header) {
    if (dataset.isEmpty()) {
      return OptionalInt.empty();
    }
    int index = header.datasets().indexOf(dataset.get());
    if (index < 0) {
      throw new InvalidInputException(
          Diagnosis.of("no dataset '" + dataset.get() + "'", "cut")
              .expecting(
                  header.datasets().isEmpty()
                      ? "none, for the tokens of this trace have no tags"
                      : "one of " + String.join(", ", header.datasets())));
    }
    return OptionalInt.of(index);
  }
}
