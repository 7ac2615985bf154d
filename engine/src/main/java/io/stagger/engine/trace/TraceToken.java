package io.stagger.engine.trace;

import java.util.Arrays;

/** One token of a trace. Its arrays are handed over, and must not be changed afterwards. */
public final class TraceToken {

  /** Stands for a source rank or a dataset that is not known. */
  public static final int UNKNOWN = -1;

  private static final float[] NO_WEIGHTS = {};

  private final int sequence;
  private final int position;
  private final Phase phase;
  private final int sourceRank;
  private final int dataset;
  private final char[] experts;
  private final float[] weights;

  private TraceToken(
      int sequence,
      int position,
      Phase phase,
      int sourceRank,
      int dataset,
      char[] experts,
      float[] weights) {
    this.sequence = sequence;
    this.position = position;
    this.phase = phase;
    this.sourceRank = sourceRank;
    this.dataset = dataset;
    this.experts = experts;
    this.weights = weights;
  }

  /**
   * A token of unknown source rank and dataset, without weights.
   *
   * @param sequence the number of its sequence, from 0
   * @param position its place in the sequence, from 0
   * @param experts logical experts, {@code [layers][topK]} row-major, best first, none twice in a
   *     layer
   */
  public static TraceToken of(int sequence, int position, Phase phase, char[] experts) {
    return new TraceToken(sequence, position, phase, UNKNOWN, UNKNOWN, experts, NO_WEIGHTS);
  }

  /** This token, come from a rank; {@link #UNKNOWN} or from 0. */
  public TraceToken withSourceRank(int rank) {
    return new TraceToken(sequence, position, phase, rank, dataset, experts, weights);
  }

  /** This token in another sequence. */
  public TraceToken withSequence(int number) {
    return new TraceToken(number, position, phase, sourceRank, dataset, experts, weights);
  }

  /** This token, tagged with a dataset of the header; {@link #UNKNOWN} or its index. */
  public TraceToken withDataset(int index) {
    return new TraceToken(sequence, position, phase, sourceRank, index, experts, weights);
  }

  /** This token with the router's weights, in the order of the experts. */
  public TraceToken withWeights(float[] values) {
    return new TraceToken(sequence, position, phase, sourceRank, dataset, experts, values);
  }

  /** This token without the router's weights. */
  public TraceToken withoutWeights() {
    return withWeights(NO_WEIGHTS);
  }

  /** The number of its sequence. */
  public int sequence() {
    return sequence;
  }

  /** Its place in the sequence. */
  public int position() {
    return position;
  }

  /** What the model did with it. */
  public Phase phase() {
    return phase;
  }

  /** The rank it came from; {@link #UNKNOWN} if that was not recorded. */
  public int sourceRank() {
    return sourceRank;
  }

  /** The index of its dataset; {@link #UNKNOWN} if it has no tag. */
  public int dataset() {
    return dataset;
  }

  /** Logical experts, {@code [layers][topK]} row-major; must not be changed. */
  public char[] experts() {
    return experts;
  }

  /** The router's weights, likewise; empty if they were not recorded. */
  public float[] weights() {
    return weights;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TraceToken that
        && sequence == that.sequence
        && position == that.position
        && phase == that.phase
        && sourceRank == that.sourceRank
        && dataset == that.dataset
        && Arrays.equals(experts, that.experts)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return (sequence * 31 + position) * 31 + Arrays.hashCode(experts);
  }

  @Override
  public String toString() {
    return "TraceToken[sequence " + sequence + ", position " + position + ", " + phase + "]";
  }
}
