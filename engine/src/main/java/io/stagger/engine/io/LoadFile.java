package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A load that was read from a file: SGLang's JSON ({@code {"logical_count": ...}}), a bare JSON
 * matrix, or NumPy's {@code .npy}; {@code [layers][experts]}, or windows of such matrices, which
 * are added up.
 *
 * <p>A file may have a row for each layer of the model, where those of dense layers are all zero;
 * these rows are left out.
 *
 * @param load tokens per MoE layer and expert
 * @param windows how many windows were added up; 1 for a single matrix
 * @param history the load in consecutive windows, oldest first, whose sum it is; at most 64, as the
 *     neighbours of many are added up
 * @param droppedRows rows of the file that were left out, as belonging to dense layers
 */
public record LoadFile(Load load, int windows, List<Load> history, List<Integer> droppedRows) {

  /** Keeps its own lists. */
  public LoadFile {
    history = List.copyOf(history);
    droppedRows = List.copyOf(droppedRows);
  }

  /**
   * Reads a load.
   *
   * @param file its name ends in {@code .npy}, or it is JSON
   * @param model whose load it is
   * @throws InvalidLoadException if the file cannot be read, is malformed, or does not fit the
   *     model; it names the file and, where there is one, the layer and the expert
   */
  public static Load read(Path file, ModelShape model) {
    return open(file, model).load();
  }

  /**
   * Several files as one load: their sum, each file a window of it, in the order given. One file is
   * as {@link #open} gives it.
   *
   * @param files at least one
   * @throws InvalidLoadException as {@link #read}
   */
  public static LoadFile openAll(List<Path> files, ModelShape model) {
    List<LoadFile> all = files.stream().map(file -> open(file, model)).toList();
    if (all.size() == 1) {
      return all.getFirst();
    }
    List<Load> loads = all.stream().map(LoadFile::load).toList();
    return new LoadFile(
        loads.stream().reduce(Load::plus).orElseThrow(),
        loads.size(),
        loads,
        all.getFirst().droppedRows());
  }

  /** Likewise, with what was done to make it fit. */
  public static LoadFile open(Path file, ModelShape model) {
    boolean npy = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".npy");
    return open(file, Optional.of(model), npy ? LoadNpy::read : LoadJson::read);
  }

  /**
   * Reads a load from JSON, whatever the file's name is.
   *
   * @param model whose load it is; empty to take it as it is, but for rows that are all zero: these
   *     are those of dense layers
   * @throws InvalidLoadException as {@link #read}
   */
  public static LoadFile openJson(Path file, Optional<ModelShape> model) {
    return open(file, model, LoadJson::read);
  }

  private interface Form {
    void read(Path file, LoadRows rows) throws IOException;
  }

  private static LoadFile open(Path file, Optional<ModelShape> model, Form form) {
    LoadRows rows = new LoadRows(file, model.map(ModelShape::experts).orElse(0));
    try {
      form.read(file, rows);
    } catch (JsonProcessingException e) {
      throw new InvalidLoadException(
          StrictJson.notJson(e, file.toString())
              .expecting("a JSON load, or a name that ends in .npy"),
          e);
    } catch (IOException e) {
      throw new InvalidLoadException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a load file that exists and can be read"),
          e);
    }
    double[][] sums = rows.sums();
    int[] kept = model.map(shape -> moeRows(sums, shape, rows)).orElseGet(() -> busyRows(sums));
    BitSet dropped = new BitSet();
    dropped.set(0, sums.length);
    IntStream.of(kept).forEach(dropped::clear);
    return new LoadFile(
        load(rows.experts(), sums, kept),
        rows.windows(),
        rows.history().stream().map(window -> load(rows.experts(), window, kept)).toList(),
        dropped.stream().boxed().toList());
  }

  private static Load load(int experts, double[][] rows, int[] kept) {
    return Load.of(experts, IntStream.of(kept).mapToObj(row -> rows[row]).toArray(double[][]::new));
  }

  /** The row of each layer of the load, which is its number in the model if rows were dropped. */
  public List<Integer> keptRows() {
    return IntStream.range(0, load.layers() + droppedRows.size())
        .boxed()
        .filter(row -> !droppedRows.contains(row))
        .toList();
  }

  /**
   * Writes a load as {@link #read} reads it: {@code {"logical_count": [layers][experts]}}.
   *
   * @throws io.stagger.api.error.InvalidInputException if the file cannot be written
   */
  public static void write(Path file, Load load) {
    FileReplacement.write(file, out -> LoadJson.write(out, load));
  }

  /**
   * Likewise, with the windows of a load, which a reader adds up: {@code {"logical_count":
   * [windows][layers][experts]}}.
   *
   * @throws io.stagger.api.error.InvalidInputException if the file cannot be written
   */
  public static void writeWindows(Path file, List<Load> windows) {
    FileReplacement.write(file, out -> LoadJson.writeWindows(out, windows));
  }

  /** The rows of the model's MoE layers. */
  private static int[] moeRows(double[][] rows, ModelShape model, LoadRows file) {
    int layers = model.layers();
    if (rows.length == layers) {
      return IntStream.range(0, layers).toArray();
    }
    int[] busy = busyRows(rows);
    int[] byNumber =
        model.moeLayers().stream()
            .mapToInt(Integer::intValue)
            .filter(number -> number < rows.length)
            .toArray();
    boolean allBusyAreMoe = IntStream.of(busy).allMatch(row -> model.moeLayers().contains(row));
    if (byNumber.length == layers && allBusyAreMoe) {
      return byNumber;
    }
    // A shape without the model's layer numbers: what is not idle must be its MoE layers.
    if (busy.length == layers) {
      return busy;
    }
    throw file.wrong(
        "layers: " + rows.length + ", of them with tokens: " + busy.length,
        layers + ", or more where those of dense layers are all zero");
  }

  private static int[] busyRows(double[][] rows) {
    return IntStream.range(0, rows.length).filter(row -> !isIdle(rows[row])).toArray();
  }

  private static boolean isIdle(double[] row) {
    for (double count : row) {
      if (count != 0) {
        return false;
      }
    }
    return true;
  }
}
