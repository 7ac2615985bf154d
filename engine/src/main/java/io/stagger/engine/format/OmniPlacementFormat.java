package io.stagger.engine.format;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * OmniPlacement's patterns: a NumPy array {@code [ranks][MoE layers][experts]} of integers, 1 where
 * a rank holds an expert in a layer and 0 where not. Ranks may hold different numbers of experts,
 * and a rank different numbers in its layers.
 */
public final class OmniPlacementFormat implements PlacementFormat {

  private static final String TYPE = "dtype";
  private static final String WIDE = "int64";

  /** For {@link java.util.ServiceLoader}. */
  public OmniPlacementFormat() {}

  @Override
  public String name() {
    return "omniplacement";
  }

  @Override
  public String description() {
    return "OmniPlacement's NumPy pattern (pattern_path), 0 or 1 for each rank, layer and expert.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.RANKS,
        FormatFeature.EMPTY_SLOTS,
        FormatFeature.UNEVEN_RANKS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "a rank has as many slots as it holds experts in the layer where it holds the most; in its"
            + " other layers the last of them are empty");
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.choice(TYPE, List.of("int32", WIDE), "The type of the array's elements."));
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    OmniPattern pattern = OmniPattern.read(file);
    request.agreedRanks(pattern.layout().ranks(), file.toString());
    SlotRows rows =
        new SlotRows(file, request, pattern.layout(), pattern.rows().toArray(int[][]::new));
    rows.note("the pattern has no order of slots; they hold a rank's experts in ascending order");
    return rows.withExperts(pattern.experts()).ofMoeLayers();
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    if (!(content instanceof FormatContent.OfPlacement(_, var placement))) {
      throw new InvalidInputException(
          Diagnosis.of("a load", name()).expecting("a placement").remedy("Give a placement"));
    }
    requireSlotsInUse(placement);
    boolean wide = options.text(TYPE).equals(WIDE);
    out.write(header(placement, wide));
    for (int rank = 0; rank < placement.ranks(); rank++) {
      for (int layer = 0; layer < placement.layers(); layer++) {
        out.write(row(placement, layer, rank, wide ? Long.BYTES : Integer.BYTES));
      }
    }
    return List.of();
  }

  /** A slot that is empty in every layer would be gone when the pattern is read. */
  private static void requireSlotsInUse(Placement placement) {
    SlotLayout layout = placement.layout();
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int used = 0;
      for (int layer = 0; layer < placement.layers(); layer++) {
        used = Math.max(used, held(placement, layer, rank));
      }
      if (used < layout.slotsOf(rank)) {
        throw new InvalidInputException(
            Diagnosis.of(
                    "rank %d has %d slots and holds at most %d experts in a layer"
                        .formatted(rank, layout.slotsOf(rank), used),
                    "omniplacement")
                .expecting("a layer in which all slots of the rank are in use")
                .remedy("Plan with fewer slots"));
      }
    }
  }

  private static int held(Placement placement, int layer, int rank) {
    int first = placement.layout().firstSlot(rank);
    int held = 0;
    for (int slot = first; slot < first + placement.layout().slotsOf(rank); slot++) {
      held += placement.logicalAt(layer, slot) == Placement.EMPTY ? 0 : 1;
    }
    return held;
  }

  /** As NumPy writes it: version 1, padded with blanks so that the data begin at 64 bytes. */
  private static byte[] header(Placement placement, boolean wide) {
    String dictionary =
        String.format(
            Locale.ROOT,
            "{'descr': '<i%d', 'fortran_order': False, 'shape': (%d, %d, %d), }",
            wide ? Long.BYTES : Integer.BYTES,
            placement.ranks(),
            placement.layers(),
            placement.experts());
    int fixed = 10;
    int whole = (fixed + dictionary.length() + 1 + 63) / 64 * 64;
    ByteBuffer header = ByteBuffer.allocate(whole).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (whole - fixed));
    String padded = dictionary + " ".repeat(whole - fixed - dictionary.length() - 1) + "\n";
    return header.put(padded.getBytes(StandardCharsets.US_ASCII)).array();
  }

  private static byte[] row(Placement placement, int layer, int rank, int bytes) {
    ByteBuffer row = ByteBuffer.allocate(placement.experts() * bytes);
    int[] map = placement.expertMap(layer, rank);
    for (int expert = 0; expert < map.length; expert++) {
      row.put(expert * bytes, (byte) (map[expert] == Placement.EMPTY ? 0 : 1));
    }
    return row.array();
  }
}
