package io.stagger.engine.migration;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/**
 * Decides, layer by layer, which rank gets what a wanted placement gives to another that is alike:
 * as many slots, as fast, up or down like it, and, so that memory stays where it was planned, as
 * many experts. Ranks of a node stay together, on whatever node.
 */
final class RankMatching {

  private final Cluster cluster;
  private final SlotLayout layout;
  private long leastCopies;

  RankMatching(Cluster cluster) {
    this.cluster = cluster;
    this.layout = cluster.layout();
  }

  /**
   * Matches the ranks of a layer.
   *
   * @param now the expert of each slot in force
   * @param wanted the expert of each slot to come
   * @return what each slot shall hold
   */
  int[] match(int[] now, int[] wanted) {
    long[][] copies = copies(now, wanted);
    int[] giver = matchNodes(copies);
    int[] row = new int[wanted.length];
    for (int rank = 0; rank < giver.length; rank++) {
      System.arraycopy(
          wanted, layout.firstSlot(giver[rank]), row, layout.firstSlot(rank), layout.slotsOf(rank));
    }
    leastCopies += cluster.nodes() == 1 ? total(copies, giver) : Assignment.of(copies).cost();
    return row;
  }

  /** The copies that would do for the layers so far if nodes were no matter. */
  long leastCopies() {
    return leastCopies;
  }

  private static long total(long[][] copies, int[] giver) {
    long total = 0;
    for (int rank = 0; rank < giver.length; rank++) {
      total += copies[rank][giver[rank]];
    }
    return total;
  }

  /** The rank whose wanted experts each rank gets. */
  private int[] matchNodes(long[][] copies) {
    int nodes = cluster.nodes();
    int ranks = cluster.ranksPerNode();
    Assignment[][] within = new Assignment[nodes][nodes];
    long[][] costs = new long[nodes][nodes];
    for (int node = 0; node < nodes; node++) {
      for (int other = 0; other < nodes; other++) {
        Assignment assignment = Assignment.of(block(copies, node, other, ranks));
        within[node][other] = assignment;
        costs[node][other] = Math.min(assignment.cost(), Assignment.IMPOSSIBLE);
      }
    }
    Assignment byNode = Assignment.of(costs);
    int[] giver = new int[cluster.ranks()];
    for (int rank = 0; rank < giver.length; rank++) {
      int node = rank / ranks;
      int other = byNode.column(node);
      giver[rank] = other * ranks + within[node][other].column(rank % ranks);
    }
    return giver;
  }

  private static long[][] block(long[][] copies, int node, int other, int ranks) {
    long[][] block = new long[ranks][];
    for (int rank = 0; rank < ranks; rank++) {
      block[rank] =
          Arrays.copyOfRange(copies[node * ranks + rank], other * ranks, (other + 1) * ranks);
    }
    return block;
  }

  /** How many experts each rank lacks of what the wanted placement gives to each. */
  private long[][] copies(int[] now, int[] wanted) {
    int experts = 1 + Math.max(max(now), max(wanted));
    long[][] copies = new long[cluster.ranks()][cluster.ranks()];
    for (int rank = 0; rank < copies.length; rank++) {
      int[] held = new int[experts];
      for (int slot = first(rank); slot < end(rank); slot++) {
        if (now[slot] != Placement.EMPTY) {
          held[now[slot]]++;
        }
      }
      for (int other = 0; other < copies.length; other++) {
        copies[rank][other] =
            isAlike(rank, other, wanted) ? lacking(held, wanted, other) : Assignment.IMPOSSIBLE;
      }
    }
    return copies;
  }

  private long lacking(int[] held, int[] wanted, int giver) {
    long lacking = 0;
    for (int slot = first(giver); slot < end(giver); slot++) {
      if (wanted[slot] != Placement.EMPTY && --held[wanted[slot]] < 0) {
        lacking++;
      }
    }
    for (int slot = first(giver); slot < end(giver); slot++) {
      if (wanted[slot] != Placement.EMPTY) {
        held[wanted[slot]]++;
      }
    }
    return lacking;
  }

  private boolean isAlike(int rank, int other, int[] wanted) {
    return layout.slotsOf(rank) == layout.slotsOf(other)
        && cluster.isUp(rank) == cluster.isUp(other)
        && Double.compare(cluster.speed(rank), cluster.speed(other)) == 0
        && experts(wanted, rank) == experts(wanted, other);
  }

  private long experts(int[] row, int rank) {
    return Arrays.stream(row, first(rank), end(rank)).filter(e -> e != Placement.EMPTY).count();
  }

  private int first(int rank) {
    return layout.firstSlot(rank);
  }

  private int end(int rank) {
    return layout.firstSlot(rank) + layout.slotsOf(rank);
  }

  private static int max(int[] row) {
    return Arrays.stream(row).max().orElse(Placement.EMPTY);
  }
}
