package io.stagger.engine.trace;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Consecutive tokens of a trace. Immutable, and its own: it stays what it is when the reader goes
 * on, and may be used from any thread.
 */
public final class TraceBatch {

  private final TraceHeader header;
  private final long firstToken;
  private final int[] sequences;
  private final int[] positions;
  private final byte[] phases;
  private final int[] sourceRanks;
  private final int[] datasets;
  private final ExpertIds experts;
  private final float[] weights;

  private TraceBatch(
      TraceHeader header,
      long firstToken,
      int[] sequences,
      int[] positions,
      byte[] phases,
      int[] sourceRanks,
      int[] datasets,
      ExpertIds experts,
      float[] weights) {
    this.header = header;
    this.firstToken = firstToken;
    this.sequences = sequences;
    this.positions = positions;
    this.phases = phases;
    this.sourceRanks = sourceRanks;
    this.datasets = datasets;
    this.experts = experts;
    this.weights = weights;
  }

  /**
   * A batch from columns, which are handed over and must not be changed afterwards. That a token
   * chose no expert twice in a layer is not checked.
   *
   * @param header the model, and whether there are weights
   * @param firstToken how many tokens of the trace come before
   * @param sequences numbers of sequences from 0, {@code [tokens]}
   * @param positions places in the sequence from 0, {@code [tokens]}
   * @param phases codes of {@link Phase}, {@code [tokens]}
   * @param sourceRanks ranks from 0 or {@link TraceToken#UNKNOWN}, {@code [tokens]}
   * @param datasets indices into the header's datasets or {@link TraceToken#UNKNOWN}, {@code
   *     [tokens]}
   * @param experts {@code [tokens][layers][topK]} row-major
   * @param weights likewise; empty if the header says that there are none
   * @throws InvalidTraceException if a column's length is wrong or a value is out of its range; the
   *     message names the token, and the layer
   */
  @SuppressWarnings("TooManyParameters") // one for each column
  public static TraceBatch of(
      TraceHeader header,
      long firstToken,
      int[] sequences,
      int[] positions,
      byte[] phases,
      int[] sourceRanks,
      int[] datasets,
      ExpertIds experts,
      float[] weights) {
    TraceBatch batch =
        new TraceBatch(
            header,
            firstToken,
            sequences,
            positions,
            phases,
            sourceRanks,
            datasets,
            experts,
            weights);
    batch.requireLengths();
    batch.requireRanges();
    return batch;
  }

  private void requireLengths() {
    long choices = (long) sequences.length * header.choices();
    boolean fits =
        positions.length == sequences.length
            && phases.length == sequences.length
            && sourceRanks.length == sequences.length
            && datasets.length == sequences.length
            && experts.size() == choices
            && weights.length == (header.weights() ? choices : 0);
    if (!fits) {
      throw new InvalidTraceException(
          Diagnosis.of("columns of different lengths", "batch of " + sequences.length + " tokens")
              .expecting(header.choices() + " choices for each token"));
    }
  }

  private void requireRanges() {
    for (int token = 0; token < sequences.length; token++) {
      boolean valid =
          sequences[token] >= 0
              && positions[token] >= 0
              && phases[token] >= 0
              && phases[token] < Phase.count()
              && sourceRanks[token] >= TraceToken.UNKNOWN
              && datasets[token] >= TraceToken.UNKNOWN
              && datasets[token] < header.datasets().size();
      if (!valid) {
        throw wrongValue(token);
      }
    }
    if (experts.max() >= header.model().experts()) {
      throw unknownExpert();
    }
  }

  private InvalidTraceException wrongValue(int token) {
    int phase = Byte.toUnsignedInt(phases[token]);
    return new InvalidTraceException(
        Diagnosis.of(
                "sequence %d, position %d, phase %d, source rank %d, dataset %d"
                    .formatted(
                        sequences[token],
                        positions[token],
                        phase,
                        sourceRanks[token],
                        datasets[token]),
                "token " + (firstToken + token))
            .expecting(
                "sequence, position and rank from 0, phase 0 or 1, and one of %d datasets"
                    .formatted(header.datasets().size())));
  }

  private InvalidTraceException unknownExpert() {
    int at = 0;
    while (experts.get(at) < header.model().experts()) {
      at++;
    }
    int topK = header.model().topK();
    return new InvalidTraceException(
        Diagnosis.of(
                "expert " + experts.get(at),
                "token %d, layer %d, choice %d"
                    .formatted(
                        firstToken + at / header.choices(),
                        at % header.choices() / topK,
                        at % topK))
            .expecting("0 to " + (header.model().experts() - 1)));
  }

  /** What the trace says of itself. */
  public TraceHeader header() {
    return header;
  }

  /** How many tokens there are. */
  public int tokens() {
    return sequences.length;
  }

  /** How many tokens of the trace come before this batch. */
  public long firstToken() {
    return firstToken;
  }

  /** The number of a token's sequence. */
  public int sequence(int token) {
    return sequences[token];
  }

  /** A token's place in its sequence. */
  public int position(int token) {
    return positions[token];
  }

  /** What the model did with a token. */
  public Phase phase(int token) {
    return Phase.of(phases[token]);
  }

  /** The rank that a token came from; {@link TraceToken#UNKNOWN} if that was not recorded. */
  public int sourceRank(int token) {
    return sourceRanks[token];
  }

  /** The index of a token's dataset; {@link TraceToken#UNKNOWN} if it has no tag. */
  public int dataset(int token) {
    return datasets[token];
  }

  /** The logical expert of a token's choice in a layer. */
  public int expert(int token, int layer, int choice) {
    return experts.get(at(token, layer, choice));
  }

  /** The router's weight of a token's choice in a layer; only where weights were recorded. */
  public float weight(int token, int layer, int choice) {
    return weights[at(token, layer, choice)];
  }

  private int at(int token, int layer, int choice) {
    int topK = header.model().topK();
    return (Objects.checkIndex(token, tokens()) * header.model().layers()
                + Objects.checkIndex(layer, header.model().layers()))
            * topK
        + Objects.checkIndex(choice, topK);
  }

  /** All choices, {@code [tokens][layers][topK]} row-major; must not be changed. */
  public ExpertIds experts() {
    return experts;
  }

  /** All weights, likewise; empty if they were not recorded. Must not be changed. */
  public float[] weights() {
    return weights;
  }

  /** One token, with copies of its choices. */
  public TraceToken token(int token) {
    int choices = header.choices();
    char[] chosen = new char[choices];
    experts.copy(Objects.checkIndex(token, tokens()) * choices, chosen, 0, choices);
    TraceToken bare =
        TraceToken.of(sequences[token], positions[token], phase(token), chosen)
            .withSourceRank(sourceRanks[token])
            .withDataset(datasets[token]);
    if (!header.weights()) {
      return bare;
    }
    float[] own = new float[choices];
    System.arraycopy(weights, token * choices, own, 0, choices);
    return bare.withWeights(own);
  }

  /**
   * Some of these tokens.
   *
   * @param rows tokens of this batch, in the order that they shall have
   * @param before how many tokens come before them, in place of {@link #firstToken}
   */
  public TraceBatch select(int[] rows, long before) {
    int choices = header.choices();
    char[] chosen = new char[rows.length * choices];
    float[] chosenWeights = new float[header.weights() ? chosen.length : 0];
    byte[] chosenPhases = new byte[rows.length];
    for (int i = 0; i < rows.length; i++) {
      experts.copy(rows[i] * choices, chosen, i * choices, choices);
      chosenPhases[i] = phases[rows[i]];
      if (header.weights()) {
        System.arraycopy(weights, rows[i] * choices, chosenWeights, i * choices, choices);
      }
    }
    return new TraceBatch(
        header,
        before,
        select(sequences, rows),
        select(positions, rows),
        chosenPhases,
        select(sourceRanks, rows),
        select(datasets, rows),
        ExpertIds.of(chosen),
        chosenWeights);
  }

  private static int[] select(int[] column, int[] rows) {
    return Arrays.stream(rows).map(row -> column[row]).toArray();
  }

  @Override
  public String toString() {
    return "TraceBatch[tokens " + firstToken + " to " + (firstToken + tokens() - 1) + "]";
  }
}
