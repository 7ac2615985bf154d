package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * For every MoE layer, which logical expert each slot holds. The single truth for loader, router,
 * kernels, simulator and metrics: every other map is derived here and nowhere else.
 *
 * <p>A placement is sound in itself (every slot holds an expert of the model or {@link #EMPTY});
 * whether it suits a model and a cluster, and leaves no expert without a slot, is for {@link
 * PlacementRules}.
 */
public final class Placement {

  /** What a slot holds that holds no expert; also the padding of maps. */
  public static final int EMPTY = -1;

  private static final int MAX_CELLS = 1 << 27;

  private final SlotLayout layout;
  private final int layers;
  private final int experts;
  private final int[] physicalToLogical;

  /**
   * Where the slots of expert {@code e} in layer {@code l} begin in {@link #replicaSlots}, at
   * {@code l * experts + e}. The next entry is where they end; one more entry is there for the
   * counting.
   */
  private final int[] replicaStart;

  private final int[] replicaSlots;
  private final int maxReplicaCount;

  /** Computed once; a race computes it twice, to the same immutable text. */
  private @Nullable String fingerprint;

  private Placement(SlotLayout layout, int layers, int experts, int[] physicalToLogical) {
    this.layout = layout;
    this.layers = layers;
    this.experts = experts;
    this.physicalToLogical = physicalToLogical;
    this.replicaStart = new int[layers * experts + 2];
    this.replicaSlots = indexReplicas();
    this.maxReplicaCount = largestReplicaCount();
  }

  /**
   * A placement from one row a layer.
   *
   * @param layout the ranks and their slots, the same in every layer
   * @param experts logical experts of a layer, from 1
   * @param physicalToLogical the expert of each slot, {@code [layers][slots]}; {@link #EMPTY} where
   *     a slot holds none
   * @throws InvalidPlacementException if a row has another length or a slot holds an expert that
   *     does not exist; it names layer and slot
   */
  public static Placement of(SlotLayout layout, int experts, int[][] physicalToLogical) {
    int slots = layout.slots();
    requireSize(physicalToLogical.length, slots, experts);
    int[] flat = new int[physicalToLogical.length * slots];
    for (int layer = 0; layer < physicalToLogical.length; layer++) {
      int[] row = physicalToLogical[layer];
      if (row.length != slots) {
        throw broken(
            Violation.Rule.CAPACITY,
            layer,
            -1,
            "layer " + layer + " has " + row.length + " slots; expected " + slots);
      }
      requireInRange(row, 0, layer, layout, experts);
      System.arraycopy(row, 0, flat, layer * slots, slots);
    }
    return new Placement(layout, physicalToLogical.length, experts, flat);
  }

  /**
   * A placement from the rows of its layers in one array, for planners that plan it in one piece.
   *
   * @param layout the ranks and their slots, the same in every layer
   * @param layers how many MoE layers there are, from 0
   * @param experts logical experts of a layer, from 1
   * @param physicalToLogical the expert of each slot, {@code [layers * slots]}, layer by layer;
   *     {@link #EMPTY} where a slot holds none. It is copied
   * @throws InvalidPlacementException if the array has another length or a slot holds an expert
   *     that does not exist; it names layer and slot
   */
  public static Placement of(SlotLayout layout, int layers, int experts, int[] physicalToLogical) {
    int slots = layout.slots();
    requireSize(layers, slots, experts);
    if (physicalToLogical.length != layers * slots) {
      throw broken(
          Violation.Rule.CAPACITY,
          -1,
          -1,
          "%d slots over all layers; expected %d layers x %d slots"
              .formatted(physicalToLogical.length, layers, slots));
    }
    int[] flat = physicalToLogical.clone();
    for (int layer = 0; layer < layers; layer++) {
      requireInRange(flat, layer * slots, layer, layout, experts);
    }
    return new Placement(layout, layers, experts, flat);
  }

  /** Checks a layer's slots, the first of which is {@code cells[from]}. */
  private static void requireInRange(
      int[] cells, int from, int layer, SlotLayout layout, int experts) {
    for (int slot = 0; slot < layout.slots(); slot++) {
      int expert = cells[from + slot];
      if (expert < EMPTY || expert >= experts) {
        throw broken(
            Violation.Rule.SLOT_IN_RANGE,
            layer,
            slot,
            "layer %d, slot %d (rank %d) holds expert %d; expected 0 to %d, or %d for none"
                .formatted(layer, slot, layout.rankOf(slot), expert, experts - 1, EMPTY));
      }
    }
  }

  private static void requireSize(int layers, int slots, int experts) {
    boolean sane =
        experts >= 1
            && experts <= ModelShape.MAX_EXPERTS
            && layers >= 0
            && layers <= ModelShape.MAX_LAYERS
            && (long) layers * Math.max(slots, experts) <= MAX_CELLS;
    if (!sane) {
      throw broken(
          Violation.Rule.CAPACITY,
          -1,
          -1,
          "%d layers x %d slots of %d experts; expected at most %d layers, %d experts, %d cells"
              .formatted(
                  layers,
                  slots,
                  experts,
                  ModelShape.MAX_LAYERS,
                  ModelShape.MAX_EXPERTS,
                  MAX_CELLS));
    }
  }

  private static InvalidPlacementException broken(
      Violation.Rule rule, int layer, int slot, String message) {
    return new InvalidPlacementException(
        Diagnosis.of(message, "placement"), List.of(new Violation(rule, layer, slot, message)));
  }

  /**
   * A counting sort of the slots by layer and expert. While counts become starts, and starts move
   * on to the ends as slots come in, each cell's number stands two, then one, and at last none
   * behind its place.
   */
  private int[] indexReplicas() {
    countReplicas();
    for (int i = 2; i < replicaStart.length; i++) {
      replicaStart[i] += replicaStart[i - 1];
    }
    int slots = layout.slots();
    int[] replicas = new int[replicaStart[replicaStart.length - 1]];
    for (int layer = 0; layer < layers; layer++) {
      int row = layer * slots;
      int cells = layer * experts + 1;
      for (int slot = 0; slot < slots; slot++) {
        int expert = physicalToLogical[row + slot];
        if (expert != EMPTY) {
          replicas[replicaStart[cells + expert]++] = slot;
        }
      }
    }
    return replicas;
  }

  private void countReplicas() {
    int slots = layout.slots();
    for (int layer = 0; layer < layers; layer++) {
      int row = layer * slots;
      int cells = layer * experts + 2;
      for (int slot = 0; slot < slots; slot++) {
        int expert = physicalToLogical[row + slot];
        if (expert != EMPTY) {
          replicaStart[cells + expert]++;
        }
      }
    }
  }

  private int largestReplicaCount() {
    int most = 0;
    for (int i = 0; i < layers * experts; i++) {
      most = Math.max(most, replicaStart[i + 1] - replicaStart[i]);
    }
    return most;
  }

  private int rowOf(int layer) {
    return Objects.checkIndex(layer, layers) * layout.slots();
  }

  private int cellOf(int layer, int expert) {
    return Objects.checkIndex(layer, layers) * experts + Objects.checkIndex(expert, experts);
  }

  /** The ranks and their slots. */
  public SlotLayout layout() {
    return layout;
  }

  /** How many MoE layers the placement covers. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /** How many ranks there are. */
  public int ranks() {
    return layout.ranks();
  }

  /** How many slots a layer has. */
  public int slots() {
    return layout.slots();
  }

  /** The expert that a slot holds, or {@link #EMPTY}. */
  public int logicalAt(int layer, int slot) {
    return physicalToLogical[rowOf(layer) + Objects.checkIndex(slot, slots())];
  }

  /**
   * The same experts on every rank, in a rank's slots in ascending order, empty slots last: what is
   * left of a placement where the order of slots does not count.
   */
  public Placement withSlotsInOrder() {
    int[] sorted = physicalToLogical.clone();
    for (int row = 0; row < sorted.length; row += slots()) {
      for (int rank = 0; rank < ranks(); rank++) {
        int from = row + layout.firstSlot(rank);
        sort(sorted, from, from + layout.slotsOf(rank));
      }
    }
    return new Placement(layout, layers, experts, sorted);
  }

  private static void sort(int[] cells, int from, int to) {
    Arrays.sort(cells, from, to);
    int empty = from;
    while (empty < to && cells[empty] == EMPTY) {
      empty++;
    }
    int held = to - empty;
    System.arraycopy(cells, empty, cells, from, held);
    Arrays.fill(cells, from + held, to, EMPTY);
  }

  /** How many slots hold an expert in a layer ({@code logcnt}). */
  public int replicaCount(int layer, int expert) {
    int at = cellOf(layer, expert);
    return replicaStart[at + 1] - replicaStart[at];
  }

  /**
   * The slot of an expert's replica; replicas are in ascending slot order ({@code log2phy}).
   *
   * @param replica from 0 to {@code replicaCount(layer, expert) - 1}
   * @throws IndexOutOfBoundsException if there is no such replica
   */
  public int replica(int layer, int expert, int replica) {
    if (replica < 0 || replica >= replicaCount(layer, expert)) {
      throw new IndexOutOfBoundsException(
          "replica %d of expert %d in layer %d, which has %d"
              .formatted(replica, expert, layer, replicaCount(layer, expert)));
    }
    return replicaSlots[replicaStart[cellOf(layer, expert)] + replica];
  }

  /** {@code phy2log} of a layer, {@code [slots]}; the caller's own copy. */
  public int[] physicalToLogical(int layer) {
    int start = rowOf(layer);
    return Arrays.copyOfRange(physicalToLogical, start, start + slots());
  }

  /** {@code phy2log}, {@code [layers][slots]}; the caller's own copy. */
  public int[][] physicalToLogical() {
    int[][] rows = new int[layers][];
    for (int layer = 0; layer < layers; layer++) {
      rows[layer] = physicalToLogical(layer);
    }
    return rows;
  }

  /**
   * {@code log2phy} of a layer, {@code [experts][width]}: the slots of each expert, ascending,
   * padded with -1 to the largest replica count of the whole placement.
   *
   * @throws InvalidPlacementException if one expert has so many replicas that the padded map would
   *     not fit the memory; {@link #replica} serves such a placement all the same
   */
  public int[][] logicalToPhysical(int layer) {
    int width = maxReplicaCount;
    if ((long) experts * width > MAX_CELLS) {
      throw broken(
          Violation.Rule.CAPACITY,
          layer,
          -1,
          "%d experts x %d replicas in the padded map; expected at most %d cells"
              .formatted(experts, width, MAX_CELLS));
    }
    int[][] rows = new int[experts][width];
    for (int expert = 0; expert < experts; expert++) {
      int count = replicaCount(layer, expert);
      System.arraycopy(replicaSlots, replicaStart[cellOf(layer, expert)], rows[expert], 0, count);
      Arrays.fill(rows[expert], count, width, EMPTY);
    }
    return rows;
  }

  /** {@code logcnt} of a layer, {@code [experts]}. */
  public int[] replicaCounts(int layer) {
    int[] counts = new int[experts];
    for (int expert = 0; expert < experts; expert++) {
      counts[expert] = replicaCount(layer, expert);
    }
    return counts;
  }

  /** The largest replica count of any expert in any layer; 0 if there is no layer. */
  public int maxReplicaCount() {
    return maxReplicaCount;
  }

  /**
   * A rank's {@code expert_map} in a layer, {@code [experts]}: the local slot of each logical
   * expert, -1 where it is not on the rank. An expert that a rank holds twice maps to the lower
   * local slot.
   */
  public int[] expertMap(int layer, int rank) {
    int[] map = new int[experts];
    Arrays.fill(map, EMPTY);
    int first = layout.firstSlot(rank);
    for (int local = layout.slotsOf(rank) - 1; local >= 0; local--) {
      int expert = logicalAt(layer, first + local);
      if (expert != EMPTY) {
        map[expert] = local;
      }
    }
    return map;
  }

  /**
   * The placement's identity: SHA-256, in lower-case hexadecimal, of the ASCII text {@code
   * stagger-placement-1} followed by, as 32-bit little-endian integers, the layers, the experts,
   * the ranks, the slots of each rank, and {@code phy2log} row by row. Equal on every machine.
   */
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known =
          new FingerprintWriter("stagger-placement-1")
              .integers(layers, experts, ranks())
              .integers(layout.slotsPerRank())
              .integers(physicalToLogical)
              .hex();
      fingerprint = known;
    }
    return known;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Placement that
        && layers == that.layers
        && experts == that.experts
        && layout.equals(that.layout)
        && Arrays.equals(physicalToLogical, that.physicalToLogical);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(physicalToLogical) * 31 + experts;
  }

  @Override
  public String toString() {
    return "Placement[%d layers, %d experts, %d slots on %d ranks, %s]"
        .formatted(layers, experts, slots(), ranks(), fingerprint().substring(0, 12));
  }
}
