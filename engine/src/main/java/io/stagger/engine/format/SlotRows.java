package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A placement as a file has it, a row of slots for each layer; made one with what is known. */
final class SlotRows {

  private final Path file;
  private final FormatRequest request;
  private final SlotLayout layout;
  private final int[][] rows;
  private final List<String> notes = new ArrayList<>();

  /** Logical experts of a layer, where the file says it; 0 where not. */
  private int experts;

  SlotRows(Path file, FormatRequest request, SlotLayout layout, int[][] rows) {
    this.file = file;
    this.request = request;
    this.layout = layout;
    this.rows = rows;
  }

  /** Ranks of equally many slots. */
  static SlotLayout even(Path file, int ranks, int slots) {
    if (ranks < 1 || ranks > SlotLayout.MAX_RANKS || slots % ranks != 0) {
      throw wrong(
          file,
          slots + " slots a layer on " + ranks + " ranks",
          "equally many slots on every rank");
    }
    return SlotLayout.even(ranks, slots);
  }

  static InvalidPlacementException wrong(Path file, String problem, String expected) {
    return new InvalidPlacementException(
        Diagnosis.of(problem, file.toString()).expecting(expected), List.of());
  }

  SlotRows note(String note) {
    notes.add(note);
    return this;
  }

  /** The file says how many experts a layer has. */
  SlotRows withExperts(int said) {
    request
        .model()
        .filter(model -> model.experts() != said)
        .ifPresent(model -> {
          throw wrong(file, said + " experts", model.experts() + ", those of " + model.name());
        });
    experts = said;
    return this;
  }

  /** The rows are those of the MoE layers. */
  FormatReading ofMoeLayers() {
    if (request.model().isPresent()) {
      requireLayers(request.model().get());
      return reading(request.model().get(), rows);
    }
    return reading(shape(IntStream.range(0, rows.length).boxed().toList()), rows);
  }

  /** The rows are those of the MoE layers, whose numbers in the model the file says. */
  FormatReading ofNumberedLayers(List<Integer> numbers) {
    if (request.model().isEmpty()) {
      return reading(shape(numbers), rows);
    }
    ModelShape model = request.model().get();
    requireLayers(model);
    boolean unnumbered = model.layers() == 0 || model.moeLayers().getLast() == model.layers() - 1;
    if (!unnumbered && !model.moeLayers().equals(numbers)) {
      throw wrong(
          file,
          "is for the model's layers " + numbers,
          model.moeLayers() + ", the MoE layers of " + model.name());
    }
    ModelShape numbered =
        new ModelShape(
            model.name(),
            numbers,
            model.experts(),
            model.topK(),
            model.groups(),
            model.topGroups());
    return reading(numbered, rows);
  }

  /** The rows are those of all layers of the model, or those of its MoE layers. */
  FormatReading ofModelLayers() {
    if (request.model().isEmpty()) {
      note("every row is taken for an MoE layer; name the model if it has dense layers");
      return ofMoeLayers();
    }
    ModelShape model = request.model().get();
    if (rows.length == model.layers() || model.moeLayers().getLast() >= rows.length) {
      return ofMoeLayers();
    }
    int dense = rows.length - model.layers();
    note("left out " + dense + " rows, which are not those of MoE layers");
    return reading(
        model, model.moeLayers().stream().map(number -> rows[number]).toArray(int[][]::new));
  }

  private void requireLayers(ModelShape model) {
    if (rows.length != model.layers()) {
      throw wrong(
          file, rows.length + " layers", model.layers() + ", the MoE layers of " + model.name());
    }
  }

  /** The model as far as the rows tell. */
  private ModelShape shape(List<Integer> numbers) {
    int count = experts == 0 ? mentioned() : experts;
    // What no valid placement can have is refused before memory is taken for it.
    if (count > layout.slots()) {
      throw wrong(
          file,
          count + " experts in " + layout.slots() + " slots a layer",
          "a slot for every expert");
    }
    if (experts == 0) {
      note("takes the model to have " + count + " experts, as the file names no higher one");
    }
    return new ModelShape("unnamed", numbers, count, 1, 1, 1);
  }

  private int mentioned() {
    int highest = 0;
    for (int[] row : rows) {
      highest = Math.max(highest, IntStream.of(row).max().orElse(0));
    }
    return highest == Integer.MAX_VALUE ? highest : highest + 1;
  }

  private FormatReading reading(ModelShape model, int[][] layers) {
    try {
      Placement placement = Placement.of(layout, model.experts(), layers);
      return new FormatReading(new FormatContent.OfPlacement(model, placement), notes);
    } catch (InvalidPlacementException e) {
      throw new InvalidPlacementException(e.diagnosis().at(file.toString()), e.violations(), e);
    }
  }
}
