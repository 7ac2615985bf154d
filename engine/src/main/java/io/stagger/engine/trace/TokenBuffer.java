package io.stagger.engine.trace;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.arrow.ColumnBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tokens that wait to be written, as columns. */
final class TokenBuffer {

  /** About how many bytes of a batch are worth a message. */
  private static final int BATCH_BYTES = 4 << 20;

  private static final int MAX_TOKENS = 1 << 16;

  private final TraceHeader header;
  private final boolean narrow;
  private final int capacity;
  private final int[] sequences;
  private final int[] positions;
  private final byte[] phases;
  private final int[] sourceRanks;
  private final int[] datasets;
  private final byte[] bytes;
  private final char[] chars;
  private final float[] weights;
  private int tokens;

  TokenBuffer(TraceHeader header) {
    boolean narrow = TraceSchema.isNarrow(header);
    int idBytes = narrow ? Byte.BYTES : Character.BYTES;
    int tokenBytes = header.choices() * (idBytes + (header.weights() ? Float.BYTES : 0));
    this.header = header;
    this.narrow = narrow;
    this.capacity = Math.clamp(BATCH_BYTES / tokenBytes, 1, MAX_TOKENS);
    this.sequences = new int[capacity];
    this.positions = new int[capacity];
    this.phases = new byte[capacity];
    this.sourceRanks = new int[capacity];
    this.datasets = new int[capacity];
    this.bytes = new byte[narrow ? capacity * header.choices() : 0];
    this.chars = new char[narrow ? 0 : capacity * header.choices()];
    this.weights = new float[header.weights() ? capacity * header.choices() : 0];
  }

  boolean isFull() {
    return tokens == capacity;
  }

  boolean isEmpty() {
    return tokens == 0;
  }

  /** Adds a token, once it was checked. */
  void add(TraceToken token, long number) {
    requireValid(token, number);
    sequences[tokens] = token.sequence();
    positions[tokens] = token.position();
    phases[tokens] = token.phase().code();
    sourceRanks[tokens] = token.sourceRank();
    datasets[tokens] = token.dataset();
    int at = tokens * header.choices();
    for (char expert : token.experts()) {
      if (narrow) {
        bytes[at] = (byte) expert;
      } else {
        chars[at] = expert;
      }
      at++;
    }
    if (header.weights()) {
      System.arraycopy(token.weights(), 0, weights, tokens * header.choices(), header.choices());
    }
    tokens++;
  }

  private void requireValid(TraceToken token, long number) {
    if (token.sequence() < 0 || token.position() < 0 || token.sourceRank() < TraceToken.UNKNOWN) {
      throw wrong(
          number,
          "sequence %d, position %d, source rank %d"
              .formatted(token.sequence(), token.position(), token.sourceRank()),
          "numbers from 0");
    }
    if (token.dataset() < TraceToken.UNKNOWN || token.dataset() >= header.datasets().size()) {
      throw wrong(
          number, "dataset " + token.dataset(), "one of the header's " + header.datasets().size());
    }
    int weightCount = header.weights() ? header.choices() : 0;
    if (token.experts().length != header.choices() || token.weights().length != weightCount) {
      throw wrong(
          number,
          "%d experts and %d weights".formatted(token.experts().length, token.weights().length),
          "%d and %d".formatted(header.choices(), weightCount));
    }
    requireExperts(token.experts(), number);
  }

  private void requireExperts(char[] experts, long number) {
    int topK = header.model().topK();
    for (int i = 0; i < experts.length; i++) {
      boolean twice = false;
      for (int before = i - i % topK; before < i; before++) {
        twice |= experts[before] == experts[i];
      }
      if (twice || experts[i] >= header.model().experts()) {
        throw wrong(
            number,
            "layer %d, choice %d is expert %d%s"
                .formatted(i / topK, i % topK, (int) experts[i], twice ? " again" : ""),
            "experts 0 to %d, none twice".formatted(header.model().experts() - 1));
      }
    }
  }

  private static InvalidTraceException wrong(long number, String problem, String expected) {
    return new InvalidTraceException(Diagnosis.of(problem, "token " + number).expecting(expected));
  }

  /** The tokens as columns of {@link TraceSchema#columns}; the buffer is empty afterwards. */
  ColumnBatch drain() {
    int choices = tokens * header.choices();
    List<ColumnBatch.Values> columns = new ArrayList<>();
    columns.add(Values.ofInt32(Arrays.copyOf(sequences, tokens)));
    columns.add(Values.ofInt32(Arrays.copyOf(positions, tokens)));
    columns.add(new ColumnBatch.Values(Arrays.copyOf(phases, tokens)));
    columns.add(Values.ofInt32OrUnknown(Arrays.copyOf(sourceRanks, tokens)));
    if (!header.datasets().isEmpty()) {
      columns.add(Values.ofUint16OrUnknown(Arrays.copyOf(datasets, tokens)));
    }
    columns.add(
        narrow
            ? new ColumnBatch.Values(Arrays.copyOf(bytes, choices))
            : Values.ofUint16(Arrays.copyOf(chars, choices)));
    if (header.weights()) {
      columns.add(Values.ofFloat32(Arrays.copyOf(weights, choices)));
    }
    ColumnBatch batch = new ColumnBatch(tokens, columns);
    tokens = 0;
    return batch;
  }
}
