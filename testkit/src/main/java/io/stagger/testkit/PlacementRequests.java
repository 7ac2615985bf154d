package io.stagger.testkit;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.PlacementRequest;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Makes requests of every kind a strategy may meet, each from a seed: the same seed gives an equal
 * request on every machine.
 *
 * <p>Layers 0 to 64, experts 1 to 512, ranks 1 to 64, nodes that divide the ranks, groups that
 * divide the experts, even and uneven slots, ranks without slots, redundancy from none to three
 * times the experts, ranks down, ranks of different speed, loads from zero to {@link
 * io.stagger.api.Load#MAX_COUNT}, previous placements that may have holes, as one that lost a rank
 * has, and routing profiles that know much, little or nothing.
 */
public final class PlacementRequests {

  private static final int MAX_LAYERS = 64;
  private static final int MAX_EXPERTS = 512;
  private static final int MAX_RANKS = 64;
  private static final List<LoadPattern> LOAD_PATTERNS = List.of(LoadPattern.values());

  private final RandomGenerator random;

  private PlacementRequests(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** The request of a seed, without options. */
  public static PlacementRequest generate(long seed) {
    return new PlacementRequests(seed).request();
  }

  private PlacementRequest request() {
    ModelShape model = model();
    Cluster cluster = cluster(model.experts());
    PlacementRequest request = PlacementRequest.of(model, cluster);
    if (chance(4, 5)) {
      LoadPattern pattern = LOAD_PATTERNS.get(random.nextInt(LOAD_PATTERNS.size()));
      request = request.withLoad(pattern.draw(random, model.layers(), model.experts()));
    }
    if (chance(2, 5)) {
      request = request.withPrevious(previous(model, cluster.layout()));
    }
    return chance(1, 3) ? request.withRouting(new RoutingDraw(random, model).profile()) : request;
  }

  private ModelShape model() {
    int layers = chance(1, 20) ? 0 : upTo(MAX_LAYERS);
    int experts = upTo(MAX_EXPERTS);
    int groups = divisor(experts);
    int topGroups = 1 + random.nextInt(groups);
    int topK = 1 + random.nextInt(topGroups * (experts / groups));
    return ModelShape.of(layers, experts, topK, groups, topGroups);
  }

  private Cluster cluster(int experts) {
    int ranks = upTo(MAX_RANKS);
    int[] down = chance(1, 4) ? ranksDown(ranks) : new int[0];
    int[] slots = chance(2, 3) ? evenSlots(ranks, experts) : unevenSlots(ranks, experts);
    makeRoom(slots, down, experts);
    Cluster cluster = Cluster.of(divisor(ranks), SlotLayout.of(slots)).withRanksDown(down);
    return chance(1, 6) ? cluster.withSpeeds(random.doubles(ranks, 0.25, 4).toArray()) : cluster;
  }

  /** At least one rank stays up. */
  private int[] ranksDown(int ranks) {
    int survivor = random.nextInt(ranks);
    return IntStream.range(0, ranks)
        .filter(rank -> rank != survivor && random.nextInt(4) == 0)
        .toArray();
  }

  private int[] evenSlots(int ranks, int experts) {
    int total = experts + redundancy(experts);
    boolean sameOnEveryRank = random.nextBoolean();
    int rounded = sameOnEveryRank ? Math.ceilDiv(total, ranks) * ranks : total;
    return SlotLayout.even(ranks, rounded).slotsPerRank();
  }

  private int[] unevenSlots(int ranks, int experts) {
    int[] slots = new int[ranks];
    int most = 2 * Math.ceilDiv(experts + redundancy(experts), ranks);
    Arrays.setAll(slots, rank -> random.nextInt(4) == 0 ? 0 : random.nextInt(most + 1));
    return slots;
  }

  private int redundancy(int experts) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(9);
      case 2 -> random.nextInt(experts + 1);
      default -> random.nextInt(3 * experts + 1);
    };
  }

  /** Gives ranks that are up, beginning anywhere, a slot more until every expert has one. */
  private void makeRoom(int[] slots, int[] down, int experts) {
    int[] up =
        IntStream.range(0, slots.length)
            .filter(rank -> Arrays.binarySearch(down, rank) < 0)
            .toArray();
    int usable = Arrays.stream(up).map(rank -> slots[rank]).sum();
    int next = random.nextInt(up.length);
    for (int missing = experts - usable; missing > 0; missing--) {
      slots[up[next++ % up.length]]++;
    }
  }

  /** Any slot may hold any expert, or none. */
  private Placement previous(ModelShape model, SlotLayout layout) {
    int[][] rows = new int[model.layers()][layout.slots()];
    for (int[] row : rows) {
      Arrays.setAll(row, slot -> random.nextInt(model.experts() + 1) - 1);
    }
    return Placement.of(layout, model.experts(), rows);
  }

  private int divisor(int of) {
    int[] divisors = IntStream.rangeClosed(1, of).filter(d -> of % d == 0).toArray();
    return divisors[random.nextInt(divisors.length)];
  }

  /** From 1; half of the numbers are small, where corner cases are. */
  private int upTo(int max) {
    return 1 + random.nextInt(random.nextBoolean() ? Math.min(max, 8) : max);
  }

  /** True in {@code times} out of {@code of} cases. */
  private boolean chance(int times, int of) {
    return random.nextInt(of) < times;
  }
}
