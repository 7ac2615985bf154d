package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The machines that serve a model: nodes of equally many ranks, each rank with its slots, whether
 * it is up, and how fast it is. Rank {@code r} is on node {@code r / ranksPerNode()}.
 */
public final class Cluster {

  /** The slowest that a rank may be, relative to one of speed 1. */
  public static final double MIN_SPEED = 1e-6;

  /** The fastest that a rank may be, relative to one of speed 1. */
  public static final double MAX_SPEED = 1e6;

  private final int nodes;
  private final SlotLayout layout;
  private final BitSet down;
  private final double[] speeds;

  private Cluster(int nodes, SlotLayout layout, BitSet down, double[] speeds) {
    this.nodes = nodes;
    this.layout = layout;
    this.down = down;
    this.speeds = speeds;
  }

  /**
   * A cluster of equally fast ranks that are all up.
   *
   * @param nodes nodes, at least 1, a divisor of the ranks
   * @param layout the ranks and their slots
   * @throws InvalidClusterException if the nodes do not divide the ranks
   */
  public static Cluster of(int nodes, SlotLayout layout) {
    if (nodes < 1 || layout.ranks() % nodes != 0) {
      throw new InvalidClusterException(
          Diagnosis.of(nodes + " nodes for " + layout.ranks() + " ranks", "cluster")
              .expecting("a divisor of the ranks, from 1"));
    }
    double[] speeds = new double[layout.ranks()];
    Arrays.fill(speeds, 1.0);
    return new Cluster(nodes, layout, new BitSet(), speeds);
  }

  /**
   * A cluster whose slots are spread as evenly as possible, see {@link SlotLayout#even}.
   *
   * @param slots physical experts of a layer over all ranks
   */
  public static Cluster of(int nodes, int ranks, int slots) {
    return of(nodes, SlotLayout.even(ranks, slots));
  }

  /**
   * This cluster with the given ranks down, and all others up.
   *
   * @throws InvalidClusterException if a rank does not exist, or none would be up
   */
  public Cluster withRanksDown(int... ranks) {
    BitSet bits = new BitSet(ranks());
    for (int rank : ranks) {
      if (rank < 0 || rank >= ranks()) {
        throw new InvalidClusterException(
            Diagnosis.of("rank " + rank + " is said to be down", "cluster")
                .expecting("a rank from 0 to " + (ranks() - 1)));
      }
      bits.set(rank);
    }
    if (bits.cardinality() == ranks()) {
      throw new InvalidClusterException(
          Diagnosis.of("all " + ranks() + " ranks are down", "cluster")
              .expecting("at least one rank that is up"));
    }
    return new Cluster(nodes, layout, bits, speeds);
  }

  /**
   * This cluster with relative speeds: a rank of speed 2 does twice the tokens in the same time.
   *
   * @param rankSpeeds one for each rank, {@link #MIN_SPEED} to {@link #MAX_SPEED}
   * @throws InvalidClusterException if there are too few or too many, or one is out of range
   */
  public Cluster withSpeeds(double... rankSpeeds) {
    if (rankSpeeds.length != ranks()) {
      throw new InvalidClusterException(
          Diagnosis.of(rankSpeeds.length + " speeds", "cluster")
              .expecting(ranks() + ", one for each rank"));
    }
    for (int rank = 0; rank < rankSpeeds.length; rank++) {
      if (!(rankSpeeds[rank] >= MIN_SPEED && rankSpeeds[rank] <= MAX_SPEED)) {
        throw new InvalidClusterException(
            Diagnosis.of("speed " + rankSpeeds[rank], "cluster, rank " + rank)
                .expecting("a number from " + MIN_SPEED + " to " + MAX_SPEED));
      }
    }
    return new Cluster(nodes, layout, down, rankSpeeds.clone());
  }

  /**
   * This cluster with other slots; its ranks stay on their nodes, up or down, and as fast.
   *
   * @param newLayout the slots of as many ranks
   * @throws InvalidClusterException if it has another number of ranks
   */
  public Cluster withLayout(SlotLayout newLayout) {
    if (newLayout.ranks() != ranks()) {
      throw new InvalidClusterException(
          Diagnosis.of("slots of " + newLayout.ranks() + " ranks", "cluster")
              .expecting("those of " + ranks() + " ranks"));
    }
    return new Cluster(nodes, newLayout, down, speeds);
  }

  /** How many nodes there are, at least 1. */
  public int nodes() {
    return nodes;
  }

  /** How many ranks there are, up or down, at least 1. */
  public int ranks() {
    return layout.ranks();
  }

  /** How many ranks each node has, at least 1. */
  public int ranksPerNode() {
    return ranks() / nodes;
  }

  /** The node of a rank. */
  public int nodeOf(int rank) {
    return Objects.checkIndex(rank, ranks()) / ranksPerNode();
  }

  /** The slots of all ranks, those that are down included. */
  public SlotLayout layout() {
    return layout;
  }

  /** Whether a rank is up. */
  public boolean isUp(int rank) {
    return !down.get(Objects.checkIndex(rank, ranks()));
  }

  /** The ranks that are up, ascending; at least one; the caller's own copy. */
  public int[] ranksUp() {
    return IntStream.range(0, ranks()).filter(this::isUp).toArray();
  }

  /**
   * The ranks that are up and have slots, ascending: those that can hold experts, and so those that
   * balance is about; the caller's own copy.
   */
  public int[] ranksWithSlots() {
    return IntStream.range(0, ranks()).filter(r -> isUp(r) && layout.slotsOf(r) > 0).toArray();
  }

  /** Slots of a layer on ranks that are up. */
  public int usableSlots() {
    int usable = 0;
    for (int rank = 0; rank < ranks(); rank++) {
      usable += isUp(rank) ? layout.slotsOf(rank) : 0;
    }
    return usable;
  }

  /** How fast a rank is, relative to the others; 1 unless said otherwise. */
  public double speed(int rank) {
    return speeds[rank];
  }

  /** Whether every rank is up, has the same number of slots and the same speed. */
  public boolean isUniform() {
    for (int rank = 0; rank < ranks(); rank++) {
      if (!isUp(rank) || layout.slotsOf(rank) != layout.slotsOf(0) || speeds[rank] != speeds[0]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks that a model fits.
   *
   * @throws InvalidClusterException if there are fewer usable slots than experts; it says how many
   *     are missing
   */
  public void requireRoomFor(ModelShape model) {
    int usable = usableSlots();
    if (model.layers() > 0 && usable < model.experts()) {
      throw new InvalidClusterException(
          Diagnosis.of(
                  usable + " usable slots for " + model.experts() + " experts of a layer",
                  "cluster of " + ranks() + " ranks, " + down.cardinality() + " down")
              .expecting("a slot for every expert")
              .remedy("Add at least " + (model.experts() - usable) + " slots"));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cluster that
        && nodes == that.nodes
        && layout.equals(that.layout)
        && down.equals(that.down)
        && Arrays.equals(speeds, that.speeds);
  }

  @Override
  public int hashCode() {
    return ((nodes * 31 + layout.hashCode()) * 31 + down.hashCode()) * 31 + Arrays.hashCode(speeds);
  }

  @Override
  public String toString() {
    boolean equal = Arrays.stream(speeds).allMatch(speed -> speed == speeds[0]);
    return "Cluster[nodes=%d, %s, down=%s%s]"
        .formatted(nodes, layout, down, equal ? "" : ", speeds=" + Arrays.toString(speeds));
  }
}
