package io.stagger.bench;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.runtime.Routing;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.runtime.cpu.FewestReplicaPolicy;
import io.stagger.strategies.affinity.AffinityStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * What a cap on imbalance costs in ranks visited: plans gpt-oss-20b's recorded routes by {@code
 * affinity} at several caps, on the sequences of even number, and scores the plans on those of odd
 * number with the replica policy {@code fewest} in batches of 256. Prints a table and draws it.
 */
public final class AffinityFrontier {

  private static final ModelShape MODEL = ModelShape.of(24, 32, 4, 1, 1);
  private static final int ROW = MODEL.layers() * MODEL.topK();
  private static final int BATCH = 256;
  private static final double[] CAPS = {0.02, 0.05, 0.1, 0.2, 0.4, 0.8};
  private static final int[][] CLUSTERS = {{1, 4, 32}, {1, 4, 36}, {1, 8, 32}, {1, 8, 40}};
  private static final int[][] NODES = {{2, 8, 32}, {2, 8, 40}};

  private AffinityFrontier() {}

  /**
   * Measures.
   *
   * @param args the trace, {@code gptoss20b_topk_215438x24x4.u8.gz}; its {@code index.csv}; the SVG
   *     file to write
   */
  public static void main(String[] args) throws IOException {
    byte[] rows;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(Path.of(args[0])))) {
      rows = in.readAllBytes();
    }
    List<String> index = Files.readAllLines(Path.of(args[1]));
    Routes even = half(rows, index, 0);
    Routes odd = half(rows, index, 1);
    List<FrontierPlot.Point> points = new ArrayList<>();
    print(System.out, "cluster", "cap", "ranks", "nodes", "imbalance");
    for (int[] cluster : CLUSTERS) {
      points.addAll(measure(cluster, even, odd));
    }
    for (int[] cluster : NODES) {
      measure(cluster, even, odd);
    }
    Files.writeString(Path.of(args[2]), new FrontierPlot(points).svg());
  }

  /** The tokens of the sequences of one parity that do not repeat themselves. */
  private static Routes half(byte[] rows, List<String> index, int parity) {
    List<Integer> tokens = new ArrayList<>();
    List<Integer> sequences = new ArrayList<>();
    for (String line : index.subList(1, index.size())) {
      // The columns are counted from the end, for the path before them may hold commas.
      String[] columns = line.split(",", -1);
      int sequence = Integer.parseInt(columns[0]);
      if (sequence % 2 == parity && columns[columns.length - 5].equals("False")) {
        int first = Integer.parseInt(columns[columns.length - 2]);
        int end = first + Integer.parseInt(columns[columns.length - 3]);
        for (int token = first; token < end; token++) {
          tokens.add(token);
          sequences.add(sequence);
        }
      }
    }
    char[] choices = new char[tokens.size() * ROW];
    for (int i = 0; i < choices.length; i++) {
      choices[i] = (char) Byte.toUnsignedInt(rows[tokens.get(i / ROW) * ROW + i % ROW]);
    }
    return Routes.of(MODEL, sequences.stream().mapToInt(s -> s).toArray(), choices);
  }

  private static List<FrontierPlot.Point> measure(int[] sizes, Routes even, Routes odd) {
    Cluster cluster = Cluster.of(sizes[0], sizes[1], sizes[2]);
    AffinityStrategy strategy = new AffinityStrategy();
    PlacementRequest request =
        PlacementRequest.of(MODEL, cluster)
            .withLoad(even.load())
            .withRouting(RoutingProfile.none().withRoutes(even));
    List<FrontierPlot.Point> points = new ArrayList<>();
    for (double cap : CAPS) {
      Options options = Options.defaults(strategy.options()).with("cap", cap);
      Placement placement = strategy.place(request.withOptions(options)).placement();
      points.add(score(placement, cluster, odd, cap));
    }
    return points;
  }

  private static FrontierPlot.Point score(
      Placement placement, Cluster cluster, Routes odd, double cap) {
    int[] rankOf = placement.layout().rankOfSlots();
    double[][] work = new double[placement.layers()][placement.ranks()];
    long ranks = 0;
    long nodes = 0;
    for (int layer = 0; layer < placement.layers(); layer++) {
      int[] experts = odd.layer(layer);
      for (int from = 0; from < experts.length; from += BATCH * MODEL.topK()) {
        int to = Math.min(experts.length, from + BATCH * MODEL.topK());
        int[] batch = Arrays.copyOfRange(experts, from, to);
        Routing routing = Routing.of(MODEL.topK(), batch, new float[batch.length]);
        int[] slots = new FewestReplicaPolicy().choose(placement, cluster, layer, routing, 0);
        for (int i = 0; i < slots.length; i += MODEL.topK()) {
          int[] visited = IntStream.range(i, i + MODEL.topK()).map(s -> rankOf[slots[s]]).toArray();
          for (int rank : visited) {
            work[layer][rank]++;
          }
          ranks += IntStream.of(visited).distinct().count();
          nodes += IntStream.of(visited).map(cluster::nodeOf).distinct().count();
        }
      }
    }
    double visits = (double) placement.layers() * odd.tokens();
    double imbalance = Balance.ofRankLoads(work, cluster).imbalance();
    String name =
        "%d x %d ranks, %d slots"
            .formatted(cluster.nodes(), cluster.ranksPerNode(), placement.slots());
    print(
        System.out,
        name,
        decimal(cap),
        decimal(ranks / visits),
        decimal(nodes / visits),
        decimal(imbalance));
    return new FrontierPlot.Point(name, imbalance, ranks / visits);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static void print(PrintStream out, String... cells) {
    out.printf("%-24s %8s %8s %8s %10s%n", (Object[]) cells);
  }
}
