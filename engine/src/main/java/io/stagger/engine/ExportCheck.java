package io.stagger.engine;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.PluginException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.engine.plugin.FormatEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether a format can carry a content, by what it declares; and whether it did. */
final class ExportCheck {

  private final FormatEntry format;
  private final FormatContent content;

  ExportCheck(FormatEntry format, FormatContent content) {
    this.format = format;
    this.content = content;
  }

  /**
   * What will be lost, in sentences for people; empty if nothing.
   *
   * @throws InvalidInputException if the format cannot carry the content
   */
  List<String> losses() {
    if (!format.carries(content.kind())) {
      throw refused(
          "carries no " + content.kind().words().replaceFirst("^a ", ""),
          format.features().stream()
              .filter(
                  feature -> feature == FormatFeature.PLACEMENT || feature == FormatFeature.LOAD)
              .map(FormatFeature::words)
              .collect(Collectors.joining(" or ")),
          String.join(". ", format.notes()));
    }
    List<String> losses = new ArrayList<>();
    if (content instanceof FormatContent.OfPlacement(_, var placement)) {
      requireCarried(placement);
      if (!format.carries(FormatFeature.RANKS)) {
        losses.add("the file does not say that it is for " + placement.ranks() + " ranks");
      }
      if (!format.carries(FormatFeature.SLOT_ORDER)
          && !placement.withSlotsInOrder().equals(placement)) {
        losses.add("the order of the slots on a rank is lost; the experts of each rank are not");
      }
    }
    ModelShape model = content.model();
    boolean numbered = model.layers() > 0 && model.moeLayers().getLast() != model.layers() - 1;
    if (!format.carries(FormatFeature.LAYER_NUMBERS) && numbered) {
      losses.add(
          "MoE layers are numbered from 0; in the model they are "
              + model.moeLayers().getFirst()
              + " to "
              + model.moeLayers().getLast());
    }
    return losses;
  }

  private void requireCarried(Placement placement) {
    SlotLayout layout = placement.layout();
    boolean even =
        IntStream.of(layout.slotsPerRank()).allMatch(count -> count == layout.slotsOf(0));
    if (!even && !format.carries(FormatFeature.UNEVEN_RANKS)) {
      throw refused(
          "ranks have different numbers of slots: " + Arrays.toString(layout.slotsPerRank()),
          "equally many slots on every rank",
          "Plan with a number of slots that the ranks divide");
    }
    for (int layer = 0; layer < placement.layers(); layer++) {
      int[] seenAt = new int[placement.experts()];
      Arrays.fill(seenAt, -1);
      for (int slot = 0; slot < placement.slots(); slot++) {
        requireCarried(placement, layer, slot, seenAt);
      }
    }
  }

  private void requireCarried(Placement placement, int layer, int slot, int[] seenAt) {
    int expert = placement.logicalAt(layer, slot);
    if (expert == Placement.EMPTY) {
      if (!format.carries(FormatFeature.EMPTY_SLOTS)) {
        throw refused(
            "layer " + layer + ", slot " + slot + " holds no expert",
            "an expert in every slot",
            "Plan with as many slots as experts, or by a strategy that fills the rest");
      }
      return;
    }
    int rank = placement.layout().rankOf(slot);
    int before = seenAt[expert];
    if (before >= placement.layout().firstSlot(rank)
        && !format.carries(FormatFeature.REPEATED_EXPERTS)) {
      throw refused(
          "layer %d, rank %d holds expert %d in the slots %d and %d"
              .formatted(layer, rank, expert, before, slot),
          "an expert at most once on a rank",
          "Plan with fewer slots, or by a strategy that spreads replicas");
    }
    seenAt[expert] = slot;
  }

  private InvalidInputException refused(String problem, String expected, String remedy) {
    return new InvalidInputException(
        new Diagnosis(problem, "format '" + format.name() + "'", expected, remedy));
  }

  /**
   * Compares what was read back.
   *
   * @throws PluginException if it is not the content, but for the announced losses
   */
  void requireSame(FormatContent back) {
    boolean same =
        switch (content) {
          case FormatContent.OfLoad(_, var load) ->
              back instanceof FormatContent.OfLoad(_, var other)
                  && IntStream.range(0, load.layers())
                      .allMatch(layer -> Arrays.equals(load.layer(layer), other.layer(layer)));
          case FormatContent.OfPlacement(_, var placement) ->
              back instanceof FormatContent.OfPlacement(_, var other) && same(placement, other);
        };
    if (!same) {
      throw new PluginException(
          Diagnosis.of("what was written reads back as something else", format.described())
              .expecting("the same " + content.kind().words().replaceFirst("^a ", ""))
              .remedy("Mend the format; nothing was written"));
    }
  }

  private boolean same(Placement one, Placement other) {
    return format.carries(FormatFeature.SLOT_ORDER)
        ? one.equals(other)
        : one.withSlotsInOrder().equals(other.withSlotsInOrder());
  }
}
