package io.stagger.api;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What no placement can beat: a lower bound on the busiest rank's work, layer by layer. It is the
 * largest of these, each of which holds for every placement:
 *
 * <ul>
 *   <li>the mean: some rank has at least the average work;
 *   <li>the heaviest replica: even if the slots are shared out among the experts as well as
 *       possible, some replica weighs this much;
 *   <li>the heaviest's company: with few slots to spare, the rank that holds the heaviest expert
 *       must take others as well, at best the lightest;
 *   <li>the heaviest few apart or together: without redundancy, either two of the {@code k}
 *       heaviest share a rank, or {@code k} ranks hold them and take the lightest others;
 *   <li>the crowd: of {@code j * ranks + 1} experts, {@code j + 1} share a rank;
 *   <li>the pairs, where equally fast ranks have two slots each: without redundancy the optimum
 *       itself, the heaviest with the lightest and so on; with redundancy, in {@link #sharpest},
 *       that there must be a small replica for each large one, however experts are replicated.
 * </ul>
 *
 * <p>An instance keeps its scratch between calls: not thread-safe. {@link #busiest(Load, Cluster)}
 * is.
 */
public final class LoadBound {

  /** How many slots ranks have, each number once, ascending. */
  private final int[] sizes;

  /** The speed of the fastest rank of each size. */
  private final double[] speeds;

  private final int ranks;
  private final int slots;

  /** The speeds of the {@code c} fastest ranks together, {@code [ranks + 1]}. */
  private final double[] fastest;

  /** The slots of the {@code k} ranks with the fewest together, {@code [ranks + 1]}. */
  private final int[] fewestSlots;

  /** What the {@code i} lightest experts weigh together, {@code [experts + 1]}. */
  private double[] lightest = new double[0];

  /** Where equally fast ranks have two slots each, else null. */
  private final @Nullable PairBound pairs;

  private int[] heap = new int[0];
  private int[] replicas = new int[0];

  private LoadBound(Cluster cluster) {
    int[] counted = cluster.ranksWithSlots();
    this.ranks = counted.length;
    this.slots = cluster.usableSlots();
    this.fastest = new double[ranks + 1];
    this.fewestSlots = new int[ranks + 1];
    double[] bySpeed = Arrays.stream(counted).mapToDouble(cluster::speed).sorted().toArray();
    int[] bySize = Arrays.stream(counted).map(cluster.layout()::slotsOf).sorted().toArray();
    for (int i = 0; i < ranks; i++) {
      fastest[i + 1] = fastest[i] + bySpeed[ranks - 1 - i];
      fewestSlots[i + 1] = fewestSlots[i] + bySize[i];
    }
    this.sizes = Arrays.stream(bySize).distinct().toArray();
    this.speeds = new double[sizes.length];
    for (int rank : counted) {
      int size = Arrays.binarySearch(sizes, cluster.layout().slotsOf(rank));
      speeds[size] = Math.max(speeds[size], cluster.speed(rank));
    }
    boolean alike = ranks > 0 && bySpeed[0] == bySpeed[ranks - 1];
    this.pairs = alike && sizes.length == 1 && sizes[0] == 2 ? new PairBound(slots) : null;
  }

  /** The bounds for a cluster, to be asked layer by layer. */
  public static LoadBound on(Cluster cluster) {
    return new LoadBound(cluster);
  }

  /**
   * The bound of each layer, {@code [layers]}: no placement of the load on the cluster gives its
   * busiest rank less work, but for the rounding of sums (a relative 1e-12).
   */
  public static double[] busiest(Load load, Cluster cluster) {
    LoadBound bound = on(cluster);
    double[] busiest = new double[load.layers()];
    for (int layer = 0; layer < busiest.length; layer++) {
      double[] counts = load.layer(layer);
      Arrays.sort(counts);
      busiest[layer] = bound.sharpest(counts);
    }
    return busiest;
  }

  /**
   * The bound of one layer, the best there is. Takes some tens of times as long as {@link
   * #busiest(double[])} where ranks have two slots each and some are redundant.
   *
   * @param ascending the layer's counts, the lightest first
   */
  public double sharpest(double[] ascending) {
    double bound = busiest(ascending);
    if (pairs == null || slots <= ascending.length) {
      return bound;
    }
    double speed = fastest[1];
    return pairs.atLeast(bound * speed, ascending) / speed;
  }

  /**
   * The bound of one layer, as good as it can be had in the time of a few sorts.
   *
   * @param ascending the layer's counts, the lightest first
   */
  public double busiest(double[] ascending) {
    if (ranks == 0) {
      return 0;
    }
    int experts = ascending.length;
    sumUp(ascending);
    double bound = lightest[experts] / fastest[ranks];
    bound = Math.max(bound, heaviestReplica(ascending, bound));
    int spare = slots - experts;
    if (spare >= 0) {
      bound = Math.max(bound, heaviestWithCompany(ascending, spare, bound));
      bound = Math.max(bound, crowd(ascending, spare));
    }
    if (spare == 0) {
      bound = Math.max(bound, heaviestFew(ascending));
      bound = pairs == null ? bound : Math.max(bound, heaviestPair(ascending));
    }
    return bound;
  }

  private void sumUp(double[] ascending) {
    if (lightest.length != ascending.length + 1) {
      lightest = new double[ascending.length + 1];
    }
    for (int i = 0; i < ascending.length; i++) {
      lightest[i + 1] = lightest[i] + ascending[i];
    }
  }

  private double lightest(int many) {
    return many <= 0 ? 0 : lightest[Math.min(many, lightest.length - 1)];
  }

  /** The least work that a replica means when its expert has so many, on the fastest ranks. */
  private double share(double weight, int count) {
    return weight / fastest[Math.min(count, ranks)];
  }

  /**
   * Even if every slot is spent as well as possible, some replica weighs this, on some rank.
   *
   * @param enough a bound that is known already; slots are spent only on experts that exceed it
   */
  private double heaviestReplica(double[] ascending, double enough) {
    int heavy = 0;
    while (heavy < ascending.length && share(ascending[ascending.length - 1 - heavy], 1) > enough) {
      heavy++;
    }
    if (heavy == 0) {
      return enough;
    }
    if (heap.length < heavy) {
      heap = new int[ascending.length];
      replicas = new int[ascending.length];
    }
    for (int i = 0; i < heavy; i++) {
      heap[i] = ascending.length - 1 - i;
      replicas[heap[i]] = 1;
    }
    int spare = Math.max(0, slots - ascending.length);
    double heaviest = share(ascending[heap[0]], 1);
    while (spare > 0 && heaviest > enough) {
      replicas[heap[0]]++;
      spare--;
      siftDown(ascending, heavy);
      heaviest = share(ascending[heap[0]], replicas[heap[0]]);
    }
    return heaviest;
  }

  /** Restores the order of the heap, heaviest share first, after its first expert changed. */
  private void siftDown(double[] weight, int size) {
    int expert = heap[0];
    double share = share(weight[expert], replicas[expert]);
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && shareAt(weight, child + 1) > shareAt(weight, child)) {
        child++;
      }
      if (shareAt(weight, child) <= share) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = expert;
  }

  private double shareAt(double[] weight, int at) {
    return share(weight[heap[at]], replicas[heap[at]]);
  }

  /**
   * The heaviest expert has some number of replicas. Whatever has no slot off a rank lies wholly on
   * it; where a replica of the heaviest lies, so do as many others as the other ranks' slots, less
   * those that the heaviest takes there, cannot hold.
   */
  private double heaviestWithCompany(double[] ascending, int spare, double enough) {
    double heaviest = ascending[ascending.length - 1];
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < sizes.length; i++) {
      for (int count = 1; count <= spare + 1 && least > enough; count++) {
        int company = sizes[i] - spare + count - 2;
        least = Math.min(least, (heaviest / count + lightest(company)) / speeds[i]);
      }
    }
    return least;
  }

  /** At most {@code spare} experts have several replicas; of the others, many share a rank. */
  private double crowd(double[] ascending, int spare) {
    double bound = 0;
    int experts = ascending.length;
    for (int j = 1; (long) j * ranks + 1 + spare <= experts; j++) {
      // The lightest j + 1 of the heaviest j * ranks + 1 + spare experts.
      int from = experts - (j * ranks + 1 + spare);
      double together = lightest[from + j + 1] - lightest[from];
      bound = Math.max(bound, leastWith(j + 1, together, spare));
    }
    return bound;
  }

  /**
   * The least work of a rank that holds some experts wholly, and what must be there as well;
   * infinite if no rank has so many slots.
   */
  private double leastWith(int experts, double together, int spare) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] >= experts) {
        least = Math.min(least, (together + lightest(sizes[i] - experts - spare)) / speeds[i]);
      }
    }
    return least;
  }

  /**
   * Without redundancy, two on a rank: no pairing is better than the heaviest with the lightest.
   */
  private double heaviestPair(double[] ascending) {
    double heaviest = 0;
    for (int i = 0, j = ascending.length - 1; i < j; i++, j--) {
      heaviest = Math.max(heaviest, ascending[i] + ascending[j]);
    }
    return heaviest / fastest[1];
  }

  /** Without redundancy: of the k heaviest, two share a rank, or k ranks hold one each. */
  private double heaviestFew(double[] ascending) {
    double bound = 0;
    int experts = ascending.length;
    for (int k = 2; k <= Math.min(ranks, experts); k++) {
      double together = ascending[experts - k] + ascending[experts - k + 1];
      double shared = leastWith(2, together, 0);
      double heaviest = lightest[experts] - lightest[experts - k];
      double apart = (heaviest + lightest(fewestSlots[k] - k)) / fastest[k];
      bound = Math.max(bound, Math.min(shared, apart));
    }
    return bound;
  }
}
