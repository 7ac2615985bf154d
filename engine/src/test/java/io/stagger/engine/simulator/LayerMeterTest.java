package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.ExpertSizes;
import io.stagger.engine.simulator.cost.HardwareFile;
import io.stagger.engine.simulator.replicas.LayerBatch;
import io.stagger.engine.simulator.replicas.PlacedLayer;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.simulator.replicas.Step;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold of any placement and any tokens. */
class LayerMeterTest {

  private static final CostModel COSTS =
      new CostModel(HardwareFile.read("h100x8"), new ExpertSizes(64, 32, 2, 2));

  /** A random case: ranks on nodes, experts, tokens with a recorded source rank each. */
  private static final class Case {
    private final Cluster cluster;
    private final int experts;
    private final int topK;
    private final int[] phy2log;
    private final byte[] ids;
    private final int[] sources;

    private Case(SplittableRandom random) {
      int nodes = 1 + random.nextInt(3);
      int ranksPerNode = 1 + random.nextInt(4);
      int slotsPerRank = 1 + random.nextInt(4);
      cluster = Cluster.of(nodes, nodes * ranksPerNode, nodes * ranksPerNode * slotsPerRank);
      experts = cluster.layout().slots();
      topK = 1 + random.nextInt(Math.min(6, experts));
      phy2log = shuffled(experts, random);
      int tokens = 1 + random.nextInt(40);
      sources = random.ints(tokens, 0, cluster.ranks()).toArray();
      ids = new byte[tokens * topK];
      for (int token = 0; token < tokens; token++) {
        int[] drawn = shuffled(experts, random);
        for (int choice = 0; choice < topK; choice++) {
          ids[token * topK + choice] = (byte) drawn[choice];
        }
      }
    }

    private Case(Case of, int[] newRank) {
      cluster = of.cluster;
      experts = of.experts;
      topK = of.topK;
      ids = of.ids;
      sources = Arrays.stream(of.sources).map(rank -> newRank[rank]).toArray();
      phy2log = new int[experts];
      int slots = experts / cluster.ranks();
      for (int rank = 0; rank < cluster.ranks(); rank++) {
        System.arraycopy(of.phy2log, rank * slots, phy2log, newRank[rank] * slots, slots);
      }
    }

    private static int[] shuffled(int count, SplittableRandom random) {
      int[] order = IntStream.range(0, count).toArray();
      for (int i = count - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int moved = order[i];
        order[i] = order[j];
        order[j] = moved;
      }
      return order;
    }

    private int tokens() {
      return sources.length;
    }

    private Tally measure(LayerMeter meter) {
      TraceHeader header = TraceHeader.of(ModelShape.of(1, experts, topK, 1, 1));
      int[] none = new int[tokens()];
      int[] unknown = new int[tokens()];
      Arrays.fill(unknown, -1);
      TraceBatch window =
          TraceBatch.of(
              header,
              0,
              none,
              none,
              new byte[tokens()],
              sources,
              unknown,
              ExpertIds.of(ids),
              new float[0]);
      int[] all = IntStream.range(0, tokens()).toArray();
      LayerBatch batch = LayerBatch.of(window, Step.of(0, Phase.PREFILL, all, window, cluster), 0);
      Placement placement = Placement.of(cluster.layout(), experts, new int[][] {phy2log});
      PlacedLayer layer = PlacedLayer.of(placement, cluster, 0);
      int[] slots = new int[ids.length];
      ReplicaRule.HASH.chooser(layer, new double[experts]).choose(batch, slots);
      Tally tally = new Tally();
      meter.count(batch, layer, slots, tally);
      return tally;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void countsEveryChoiceOnceAndEveryTokenOnFewRanks(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 30; round++) {
      Case any = new Case(random);
      LayerMeter meter = new LayerMeter(any.cluster, Optional.of(COSTS));
      Tally tally = any.measure(meter);
      int served = IntStream.range(0, any.cluster.ranks()).map(meter::tokens).sum();
      assertThat(served).isEqualTo(any.tokens() * any.topK);
      assertThat(tally.get(Quantity.MEAN_WORK) * any.cluster.ranks())
          .isCloseTo(served, within(1e-9));
      double fanOut = Figure.FAN_OUT_RANKS.of(tally);
      double nodes = Figure.FAN_OUT_NODES.of(tally);
      assertThat(fanOut).isBetween(1.0, (double) Math.min(any.topK, any.cluster.ranks()));
      assertThat(nodes).isBetween(1.0, Math.min(fanOut, any.cluster.nodes()));
      // A token is sent to each rank that it needs but its own.
      double sent = Figure.SENT_WITHIN.of(tally) + Figure.SENT_BETWEEN.of(tally);
      assertThat(sent).isBetween(fanOut - 1 - 1e-9, fanOut);
      Traffic traffic = meter.traffic();
      long onLinks = 0;
      for (int from = 0; from < any.cluster.ranks(); from++) {
        for (int to = 0; to < any.cluster.ranks(); to++) {
          onLinks += traffic.copies(from, to);
        }
        assertThat(traffic.copies(from, from)).isZero();
      }
      assertThat((double) onLinks).isCloseTo(sent * any.tokens(), within(1e-9));
      assertThat((double) traffic.hottest().copies()).isEqualTo(tally.get(Quantity.HOTTEST_LINK));
    }
  }

  /** Ranks change places within their nodes, and nodes with each other. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void givesTheSameFiguresWhateverTheRanksAreNumbered(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 30; round++) {
      Case one = new Case(random);
      int perNode = one.cluster.ranksPerNode();
      int[] nodes = Case.shuffled(one.cluster.nodes(), random);
      int[] newRank = new int[one.cluster.ranks()];
      for (int node = 0; node < nodes.length; node++) {
        int[] within = Case.shuffled(perNode, random);
        for (int i = 0; i < perNode; i++) {
          newRank[node * perNode + i] = nodes[node] * perNode + within[i];
        }
      }
      Tally before = one.measure(new LayerMeter(one.cluster, Optional.of(COSTS)));
      Case other = new Case(one, newRank);
      Tally after = other.measure(new LayerMeter(other.cluster, Optional.of(COSTS)));
      for (Quantity quantity : Quantity.values()) {
        assertThat(after.get(quantity)).as(quantity.name()).isEqualTo(before.get(quantity));
      }
    }
  }
}
