package io.stagger.engine.simulator;

import io.stagger.api.Cluster;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.LayerTime;
import io.stagger.engine.simulator.cost.RankWork;
import io.stagger.engine.simulator.replicas.LayerBatch;
import io.stagger.engine.simulator.replicas.PlacedLayer;
import java.util.Optional;

/**
 * Counts what a layer does in a step when its choices are served by given slots. A token is sent
 * once to each rank other than its own that has any of its experts. Keeps its scratch, and the
 * traffic of all that it counted; used by one thread.
 */
final class LayerMeter {

  private final Cluster cluster;
  private final Optional<CostModel> costs;
  private final int[] counted;
  private final double speed;
  private final RankWork work;
  private final long[] traffic;

  /** Tokens on each link in this layer and step; only those of {@link #usedLinks} are not 0. */
  private final int[] links;

  private final int[] usedLinks;
  private int linkCount;

  /** The mark of the layer or token that was last seen at a slot, rank or node. */
  private final int[] slotMark;

  private final int[] rankMark;
  private final int[] nodeMark;
  private int mark;

  LayerMeter(Cluster cluster, Optional<CostModel> costs) {
    int ranks = cluster.ranks();
    this.cluster = cluster;
    this.costs = costs;
    this.counted = cluster.ranksWithSlots();
    double sum = 0;
    for (int rank : counted) {
      sum += cluster.speed(rank);
    }
    this.speed = sum;
    this.work = new RankWork(ranks);
    this.traffic = new long[ranks * ranks];
    this.links = new int[ranks * ranks];
    this.usedLinks = new int[ranks * ranks];
    this.slotMark = new int[cluster.layout().slots()];
    this.rankMark = new int[ranks];
    this.nodeMark = new int[cluster.nodes()];
  }

  /**
   * Counts a layer of a step.
   *
   * @param slots the slot that serves each choice
   * @param tally gets what was counted
   */
  void count(LayerBatch batch, PlacedLayer layer, int[] slots, Tally tally) {
    work.clear();
    serve(batch, layer, slots);
    send(batch, layer, slots, tally);
    balance(batch, tally);
    tally.add(Quantity.HOTTEST_LINK, closeLinks());
    costs.ifPresent(model -> addTimes(model.time(work, cluster), tally));
  }

  /** Choices served by a rank in the layer that was counted last. */
  int tokens(int rank) {
    return work.tokens(rank);
  }

  /** What was sent over all that was counted. */
  Traffic traffic() {
    return new Traffic(cluster.ranks(), traffic);
  }

  private void serve(LayerBatch batch, PlacedLayer layer, int[] slots) {
    int layerMark = nextMark();
    for (int choice = 0; choice < batch.choices(); choice++) {
      int rank = layer.rankOf(slots[choice]);
      work.serve(rank);
      if (slotMark[slots[choice]] != layerMark) {
        slotMark[slots[choice]] = layerMark;
        work.activate(rank);
      }
    }
  }

  private void send(LayerBatch batch, PlacedLayer layer, int[] slots, Tally tally) {
    int ranks = 0;
    int nodes = 0;
    int within = 0;
    int between = 0;
    int topK = batch.topK();
    for (int token = 0; token < batch.step().size(); token++) {
      int home = batch.step().home(token);
      int tokenMark = nextMark();
      for (int choice = token * topK; choice < (token + 1) * topK; choice++) {
        int rank = layer.rankOf(slots[choice]);
        if (rankMark[rank] == tokenMark) {
          continue;
        }
        rankMark[rank] = tokenMark;
        ranks++;
        int node = layer.nodeOf(rank);
        if (nodeMark[node] != tokenMark) {
          nodeMark[node] = tokenMark;
          nodes++;
        }
        if (rank != home) {
          useLink(home, rank);
          if (node == layer.nodeOf(home)) {
            work.sendWithin(home, rank);
            within++;
          } else {
            work.sendBetween(home, rank);
            between++;
          }
        }
      }
    }
    tally.add(Quantity.RANKS, ranks);
    tally.add(Quantity.NODES, nodes);
    tally.add(Quantity.SENT_WITHIN, within);
    tally.add(Quantity.SENT_BETWEEN, between);
    tally.add(Quantity.TOKEN_LAYERS, batch.step().size());
    if (costs.isPresent()) {
      double thereAndBack = 2 * costs.get().sizes().tokenBytes();
      tally.add(Quantity.BYTES_WITHIN, within * thereAndBack);
      tally.add(Quantity.BYTES_BETWEEN, between * thereAndBack);
    }
  }

  private int nextMark() {
    // Marks of four billion tokens ago have long been overwritten.
    mark = mark == -1 ? 1 : mark + 1;
    return mark;
  }

  private void useLink(int from, int to) {
    int link = from * cluster.ranks() + to;
    if (links[link]++ == 0) {
      usedLinks[linkCount++] = link;
    }
  }

  private int closeLinks() {
    int hottest = 0;
    for (int i = 0; i < linkCount; i++) {
      int link = usedLinks[i];
      hottest = Math.max(hottest, links[link]);
      traffic[link] += links[link];
      links[link] = 0;
    }
    linkCount = 0;
    return hottest;
  }

  private void balance(LayerBatch batch, Tally tally) {
    double mean = batch.choices() / speed;
    double max = 0;
    int activated = 0;
    for (int rank : counted) {
      max = Math.max(max, work.tokens(rank) / cluster.speed(rank));
      activated = Math.max(activated, work.activated(rank));
    }
    tally.add(Quantity.LAYERS, 1);
    tally.add(Quantity.MEAN_WORK, mean);
    tally.add(Quantity.MAX_WORK, max);
    tally.add(Quantity.IMBALANCE, Math.max(0, max / mean - 1));
    tally.add(Quantity.ACTIVATED, activated);
  }

  private static void addTimes(LayerTime time, Tally tally) {
    tally.add(Quantity.WEIGHT_SECONDS, time.weights());
    tally.add(Quantity.FLOP_SECONDS, time.flops());
    tally.add(Quantity.EXPERT_SECONDS, time.experts());
    tally.add(Quantity.DISPATCH_SECONDS, time.dispatch());
    tally.add(Quantity.COMBINE_SECONDS, time.combine());
    tally.add(Quantity.SECONDS, time.total());
  }
}
