package io.stagger.testkit;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Makes placements and loads that a format of certain features can carry, each from a seed: the
 * same seed and features give an equal content on every machine. Layers 1 to 4, experts 1 to 12,
 * ranks 1 to 5; dense layers before and between the MoE layers.
 */
final class FormatContents {

  /** What a file may look like without any format's being asked too much. */
  private static final Set<FormatFeature> COMMON =
      EnumSet.of(
          FormatFeature.PLACEMENT,
          FormatFeature.LOAD,
          FormatFeature.RANKS,
          FormatFeature.SLOT_ORDER,
          FormatFeature.LAYER_NUMBERS);

  private static final double PLAIN_COUNTS = 0x1p20;

  private final Set<FormatFeature> features;
  private final SplittableRandom random;

  private FormatContents(Set<FormatFeature> features, long seed) {
    this.features = features;
    this.random = new SplittableRandom(seed);
  }

  /**
   * The content of a seed.
   *
   * @param features what the content may have; holds {@code PLACEMENT}, {@code LOAD} or both
   */
  static FormatContent generate(Set<FormatFeature> features, long seed) {
    FormatContents contents = new FormatContents(features, seed);
    boolean placement = features.contains(FormatFeature.PLACEMENT);
    boolean both = placement && features.contains(FormatFeature.LOAD);
    return both ? contents.ofKind(contents.random.nextBoolean()) : contents.ofKind(placement);
  }

  private FormatContent ofKind(boolean placement) {
    ModelShape model = model();
    return placement
        ? new FormatContent.OfPlacement(model, placement(model))
        : new FormatContent.OfLoad(model, load(model));
  }

  private ModelShape model() {
    int number = random.nextInt(3);
    Integer[] layers = new Integer[1 + random.nextInt(4)];
    for (int layer = 0; layer < layers.length; layer++) {
      layers[layer] = number;
      number += 1 + random.nextInt(8) / 7;
    }
    int experts = 1 + random.nextInt(12);
    int topK = 1 + random.nextInt(experts);
    return new ModelShape("generated", Arrays.asList(layers), experts, topK, 1, 1);
  }

  private Load load(ModelShape model) {
    double scale = chance(3) ? Load.MAX_COUNT : PLAIN_COUNTS;
    boolean whole = scale == PLAIN_COUNTS && !chance(4);
    double[][] rows = new double[model.layers()][model.experts()];
    for (double[] row : rows) {
      double top = chance(6) ? 0 : scale;
      Arrays.setAll(row, expert -> top * random.nextDouble());
      if (whole) {
        Arrays.setAll(row, expert -> Math.floor(row[expert]));
      }
    }
    return Load.of(model.experts(), rows);
  }

  private Placement placement(ModelShape model) {
    SlotLayout layout = layout(model.experts());
    int[][] rows = new int[model.layers()][];
    Arrays.setAll(rows, layer -> row(layout, model.experts()));
    return Placement.of(layout, model.experts(), rows);
  }

  private SlotLayout layout(int experts) {
    int ranks = 1 + random.nextInt(5);
    int most = features.contains(FormatFeature.REPEATED_EXPERTS) ? experts + 2 : experts;
    int even = Math.min(most, (experts + ranks - 1) / ranks + random.nextInt(3));
    int[] slots = new int[ranks];
    Arrays.fill(slots, even);
    if (features.contains(FormatFeature.UNEVEN_RANKS) && chance(2)) {
      Arrays.setAll(slots, rank -> random.nextInt(most + 1));
      for (int rank = 0; IntStream.of(slots).sum() < experts; rank = (rank + 1) % ranks) {
        slots[rank] = Math.min(most, slots[rank] + 1);
      }
    }
    return SlotLayout.of(slots);
  }

  /** Each expert gets a slot; in the slots that are left are replicas, or nothing. */
  private int[] row(SlotLayout layout, int experts) {
    int[] row = new int[layout.slots()];
    Arrays.fill(row, Placement.EMPTY);
    int[] slots = shuffled(layout.slots());
    boolean sparse = features.contains(FormatFeature.EMPTY_SLOTS) && chance(2);
    for (int i = 0; i < slots.length; i++) {
      boolean left = i >= experts;
      if (!left || !sparse || chance(2)) {
        row[slots[i]] = left ? replica(row, layout, slots[i], experts) : i;
      }
    }
    return row;
  }

  private int replica(int[] row, SlotLayout layout, int slot, int experts) {
    int first = layout.firstSlot(layout.rankOf(slot));
    int[] onRank = Arrays.copyOfRange(row, first, first + layout.slotsOf(layout.rankOf(slot)));
    int[] choice =
        IntStream.range(0, experts)
            .filter(expert ->
                features.contains(FormatFeature.REPEATED_EXPERTS)
                    || IntStream.of(onRank).noneMatch(other -> other == expert))
            .toArray();
    return choice[random.nextInt(choice.length)];
  }

  private int[] shuffled(int count) {
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /**
   * Whether every format that carries the kind must carry the content: every slot of equally large
   * ranks in use, or whole counts below a million.
   */
  static boolean isPlain(FormatContent content) {
    return switch (content) {
      case FormatContent.OfPlacement placement -> COMMON.containsAll(featuresOf(placement));
      case FormatContent.OfLoad(_, var load) ->
          IntStream.range(0, load.layers())
              .mapToObj(load::layer)
              .flatMapToDouble(Arrays::stream)
              .allMatch(count -> count == Math.rint(count) && count < PLAIN_COUNTS);
    };
  }

  /** What a format needs in order to carry a content whole. */
  static Set<FormatFeature> featuresOf(FormatContent content) {
    Set<FormatFeature> needed = EnumSet.of(content.kind());
    ModelShape model = content.model();
    if (model.moeLayers().getLast() != model.layers() - 1) {
      needed.add(FormatFeature.LAYER_NUMBERS);
    }
    if (content instanceof FormatContent.OfPlacement(_, var placement)) {
      needed.add(FormatFeature.RANKS);
      addFeatures(placement, needed);
    }
    return needed;
  }

  private static void addFeatures(Placement placement, Set<FormatFeature> needed) {
    SlotLayout layout = placement.layout();
    if (IntStream.of(layout.slotsPerRank()).distinct().count() > 1) {
      needed.add(FormatFeature.UNEVEN_RANKS);
    }
    if (!placement.withSlotsInOrder().equals(placement)) {
      needed.add(FormatFeature.SLOT_ORDER);
    }
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int rank = 0; rank < layout.ranks(); rank++) {
        int[] held = held(placement, layer, rank);
        if (held.length < layout.slotsOf(rank)) {
          needed.add(FormatFeature.EMPTY_SLOTS);
        }
        if (IntStream.of(held).distinct().count() < held.length) {
          needed.add(FormatFeature.REPEATED_EXPERTS);
        }
      }
    }
  }

  private static int[] held(Placement placement, int layer, int rank) {
    int first = placement.layout().firstSlot(rank);
    return IntStream.range(first, first + placement.layout().slotsOf(rank))
        .map(slot -> placement.logicalAt(layer, slot))
        .filter(expert -> expert != Placement.EMPTY)
        .toArray();
  }
}
