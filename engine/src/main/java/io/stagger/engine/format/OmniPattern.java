package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.IoProblem;
import io.stagger.engine.io.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What an OmniPlacement pattern says.
 *
 * @param experts logical experts of a layer
 * @param layout as many slots for each rank as the most experts it holds in a layer
 * @param rows the expert of each slot, {@code [layers][slots]}, ascending on each rank, then -1
 */
record OmniPattern(int experts, SlotLayout layout, List<int[]> rows) {

  private static final long MAX_CELLS = 1 << 26;

  static OmniPattern read(Path file) {
    try (NpyArray array = NpyArray.open(file)) {
      return read(file, array);
    } catch (InvalidLoadException e) {
      // Arrays are the form of loads too, and say so when they are wrong.
      throw new InvalidPlacementException(e.diagnosis(), List.of(), e);
    } catch (IOException e) {
      throw new InvalidPlacementException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a pattern that exists and can be read"),
          List.of(),
          e);
    }
  }

  private static OmniPattern read(Path file, NpyArray array) {
    int[] shape = array.shape();
    boolean sane =
        shape.length == 3
            && shape[0] >= 1
            && shape[0] <= SlotLayout.MAX_RANKS
            && shape[1] >= 1
            && shape[1] <= ModelShape.MAX_LAYERS
            && shape[2] >= 1
            && shape[2] <= ModelShape.MAX_EXPERTS;
    if (!sane) {
      throw SlotRows.wrong(
          file, "an array of " + Arrays.toString(shape), "ranks x MoE layers x experts");
    }
    SlotLayout layout = layout(file, array, shape);
    if ((long) shape[1] * layout.slots() > MAX_CELLS) {
      throw SlotRows.wrong(
          file,
          shape[1] + " layers x " + layout.slots() + " slots",
          "at most " + MAX_CELLS + " in all");
    }
    int[][] rows = new int[shape[1]][layout.slots()];
    for (int layer = 0; layer < shape[1]; layer++) {
      fill(array, layer, shape[2], layout, rows[layer]);
    }
    return new OmniPattern(shape[2], layout, List.of(rows));
  }

  private static SlotLayout layout(Path file, NpyArray array, int[] shape) {
    int[] slots = new int[shape[0]];
    for (int rank = 0; rank < shape[0]; rank++) {
      for (int layer = 0; layer < shape[1]; layer++) {
        int held = 0;
        for (int expert = 0; expert < shape[2]; expert++) {
          double cell = array.get(rank, layer, expert);
          if (cell != 0 && cell != 1) {
            throw SlotRows.wrong(
                file,
                "%s at rank %d, layer %d, expert %d".formatted(cell, rank, layer, expert),
                "0 or 1");
          }
          held += (int) cell;
        }
        slots[rank] = Math.max(slots[rank], held);
      }
    }
    return SlotLayout.of(slots);
  }

  private static void fill(NpyArray array, int layer, int experts, SlotLayout layout, int[] row) {
    Arrays.fill(row, Placement.EMPTY);
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int slot = layout.firstSlot(rank);
      for (int expert = 0; expert < experts; expert++) {
        if (array.get(rank, layer, expert) == 1) {
          row[slot++] = expert;
        }
      }
    }
  }
}
