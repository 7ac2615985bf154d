package io.stagger.weights;

import io.stagger.weights.arrow.ChecksumPer;
import io.stagger.weights.arrow.TensorColumn;
import io.stagger.weights.checkpoint.Checkpoint;
import io.stagger.weights.checkpoint.CheckpointLayout;
import io.stagger.weights.checkpoint.MoeLayerSources;
import io.stagger.weights.checkpoint.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file that a conversion writes.
 *
 * @param path relative to the store's folder
 * @param rows for each row the tensors of its columns
 * @param scope what its checksums cover: an expert, or a tensor
 */
record StoreFile(String path, List<List<TensorSource>> rows, ChecksumPer scope) {

  /** Dense tensors are spread over files of about this size, so that any tool can open them. */
  private static final long DENSE_FILE_BYTES = 1L << 30;

  private static final Pattern PATH =
      Pattern.compile("layers/layer-\\d{5}(\\.common)?\\.arrow|dense-\\d{5}\\.arrow");

  /** Whether a path is one that a store's file may have. */
  static boolean isStorePath(String path) {
    return PATH.matcher(path).matches() || path.equals(Checkpoint.CONFIG);
  }

  /** The file of an MoE layer's experts. */
  static StoreFile experts(MoeLayerSources layer) {
    return new StoreFile(
        "layers/layer-%05d.arrow".formatted(layer.modelLayer()), layer.experts(), ChecksumPer.ROW);
  }

  /** The file of what every rank holds of an MoE layer. */
  static StoreFile common(MoeLayerSources layer) {
    return new StoreFile(
        "layers/layer-%05d.common.arrow".formatted(layer.modelLayer()),
        List.of(layer.common()),
        ChecksumPer.TENSOR);
  }

  /** The files of the dense tensors. */
  static List<StoreFile> dense(CheckpointLayout layout) {
    List<StoreFile> files = new ArrayList<>();
    List<TensorSource> row = new ArrayList<>();
    long bytes = 0;
    for (TensorSource tensor : layout.dense()) {
      if (bytes + tensor.bytes() > DENSE_FILE_BYTES && !row.isEmpty()) {
        files.add(dense(files.size(), row));
        row = new ArrayList<>();
        bytes = 0;
      }
      row.add(tensor);
      bytes += tensor.bytes();
    }
    if (!row.isEmpty()) {
      files.add(dense(files.size(), row));
    }
    return files;
  }

  private static StoreFile dense(int number, List<TensorSource> row) {
    return new StoreFile(
        "dense-%05d.arrow".formatted(number), List.of(List.copyOf(row)), ChecksumPer.TENSOR);
  }

  /** The columns, which all rows share. */
  List<TensorColumn> columns() {
    return rows.getFirst().stream()
        .map(tensor -> new TensorColumn(tensor.name(), tensor.type(), tensor.shape()))
        .toList();
  }

  /** How many checksums it has. */
  int sumCount() {
    return scope == ChecksumPer.ROW ? rows.size() : rows.size() * rows.getFirst().size();
  }

  /** Bytes of all its tensors. */
  long tensorBytes() {
    return rows.stream().flatMap(List::stream).mapToLong(TensorSource::bytes).sum();
  }
}
