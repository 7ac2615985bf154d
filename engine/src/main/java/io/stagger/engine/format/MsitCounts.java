package io.stagger.engine.format;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Loads as msit has them: for each rank a CSV file without header, whose columns are the rank's
 * slots and whose rows are MoE layers, snapshot after snapshot of counts that only grow. Files are
 * read twice: first to see how many snapshots all of them have, then for the last of these.
 */
final class MsitCounts {

  private static final Pattern NAME = Pattern.compile("(decode|prefill)_([0-9]{1,6})\\.csv");

  private final Path source;
  private final List<Path> ranks;
  private final List<String> notes = new ArrayList<>();

  private MsitCounts(Path source) {
    this.source = source;
    this.ranks = Files.isDirectory(source) ? ranksIn(source) : List.of(source);
  }

  static FormatReading read(Path source, FormatRequest request, Optional<Path> deployment) {
    MsitCounts counts = new MsitCounts(source);
    double[][] slots = counts.lastSnapshot(request.model().map(ModelShape::layers));
    int width = slots.length == 0 ? 0 : slots[0].length;
    if (deployment.isEmpty()) {
      ModelShape model =
          request.model().orElseGet(() -> counts.shape(slots.length, Math.max(1, width)));
      if (width != model.experts()) {
        throw new InvalidLoadException(
            Diagnosis.of(width + " columns over all ranks", source.toString())
                .expecting(model.experts() + ", the experts of " + model.name())
                .remedy("Give the option deployment=FILE if experts have replicas"));
      }
      return counts.reading(model, slots);
    }
    FormatReading deployed = DeploymentJson.read(deployment.get(), request);
    if (!(deployed.content() instanceof FormatContent.OfPlacement(var model, var placement))) {
      throw new AssertionError("a deployment is a placement");
    }
    return counts.reading(model, counts.byExpert(slots, placement));
  }

  private static List<Path> ranksIn(Path folder) {
    Map<Integer, Path> byRank = new TreeMap<>();
    List<String> phases = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          phases.add(name.group(1));
          byRank.put(Integer.parseInt(name.group(2)), file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new InvalidLoadException(Diagnosis.of("cannot be listed: " + e, folder.toString()), e);
    }
    if (phases.stream().distinct().count() != 1 || byRank.size() != phases.size()) {
      throw new InvalidLoadException(
          Diagnosis.of(
                  phases.isEmpty() ? "holds no load" : "holds both phases, or a rank twice",
                  folder.toString())
              .expecting("decode_0.csv, decode_1.csv and so on, or prefill_0.csv and so on"));
    }
    return List.copyOf(byRank.values());
  }

  /** The counts of each slot, {@code [layers][slots]}, the ranks' columns side by side. */
  private double[][] lastSnapshot(Optional<Integer> modelLayers) {
    long rows = Long.MAX_VALUE;
    for (Path rank : ranks) {
      rows = Math.min(rows, CountsCsv.rows(rank));
    }
    int layers = modelLayers.orElse((int) Math.min(rows, ModelShape.MAX_LAYERS + 1L));
    if (rows == 0 || layers == 0 || layers > ModelShape.MAX_LAYERS || rows < layers) {
      throw new InvalidLoadException(
          Diagnosis.of(rows + " rows", source.toString())
              .expecting(modelLayers.map(n -> "at least " + n).orElse("a row for each MoE layer")));
    }
    long snapshots = rows / layers;
    if (modelLayers.isEmpty()) {
      notes.add("takes the rows for one snapshot of " + layers + " MoE layers");
    } else if (snapshots > 1) {
      notes.add("read the last of " + snapshots + " snapshots");
    }
    double[][] slots = new double[layers][0];
    for (Path rank : ranks) {
      double[][] columns = CountsCsv.read(rank, (snapshots - 1) * layers, layers);
      for (int layer = 0; layer < layers; layer++) {
        slots[layer] = joined(slots[layer], columns[layer]);
      }
    }
    return slots;
  }

  private double[] joined(double[] left, double[] right) {
    if (left.length + right.length > ModelShape.MAX_EXPERTS) {
      throw new InvalidLoadException(
          Diagnosis.of("too many columns over all ranks", source.toString())
              .expecting("at most " + ModelShape.MAX_EXPERTS));
    }
    double[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  private double[][] byExpert(double[][] slots, Placement placement) {
    if (slots.length != placement.layers() || slots[0].length != placement.slots()) {
      throw new InvalidLoadException(
          Diagnosis.of(
                  "%d layers x %d columns".formatted(slots.length, slots[0].length),
                  source.toString())
              .expecting(
                  "%d x %d, as the deployment has"
                      .formatted(placement.layers(), placement.slots())));
    }
    double[][] experts = new double[slots.length][placement.experts()];
    for (int layer = 0; layer < slots.length; layer++) {
      for (int slot = 0; slot < placement.slots(); slot++) {
        int expert = placement.logicalAt(layer, slot);
        if (expert != Placement.EMPTY) {
          experts[layer][expert] += slots[layer][slot];
        }
      }
    }
    return experts;
  }

  private ModelShape shape(int layers, int experts) {
    notes.add("takes the model to have " + experts + " experts, one for each column");
    return ModelShape.of(layers, experts, 1, 1, 1);
  }

  private FormatReading reading(ModelShape model, double[][] counts) {
    return new FormatReading(
        new FormatContent.OfLoad(model, Load.of(model.experts(), counts)), notes);
  }

  static void write(Load load, OutputStream out) throws IOException {
    requireWhole(load);
    for (int layer = 0; layer < load.layers(); layer++) {
      String row =
          Arrays.stream(load.layer(layer))
              .mapToObj(count -> Long.toString((long) count))
              .collect(Collectors.joining(",", "", "\n"));
      out.write(row.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void requireWhole(Load load) {
    for (int layer = 0; layer < load.layers(); layer++) {
      for (int expert = 0; expert < load.experts(); expert++) {
        double count = load.get(layer, expert);
        if (!LoadMatrix.isWhole(count)) {
          throw new InvalidInputException(
              Diagnosis.of("count " + count, "load, layer " + layer + ", expert " + expert)
                  .expecting("whole counts, since msit reads no others"));
        }
      }
    }
  }
}
