package io.stagger.weights;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.Tensor;
import io.stagger.weights.Manifest.StoredTensor;
import io.stagger.weights.arrow.TensorColumn;
import io.stagger.weights.arrow.TensorFile;
import io.stagger.weights.io.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of a file of one row, each checked when it is first asked for. Safe for use by
 * several threads.
 */
final class StoredTensors {

  private final String where;
  private final TensorFile file;
  private final Map<String, Integer> columns = new HashMap<>();
  private final Map<String, StoredTensor> entries = new HashMap<>();
  private final Map<String, Tensor> checked = new ConcurrentHashMap<>();

  /**
   * @param where the file, for errors
   * @param listed what the manifest says of the file
   */
  StoredTensors(String where, TensorFile file, List<StoredTensor> listed) {
    this.where = where;
    this.file = file;
    if (file.rows() != 1 || file.columns().size() != listed.size()) {
      throw new WeightStoreException(
          Diagnosis.of(file.rows() + " rows of " + file.columns().size() + " tensors", where)
              .expecting("one row of " + listed.size() + " by the manifest"));
    }
    for (TensorColumn column : file.columns()) {
      columns.put(column.name(), columns.size());
    }
    for (StoredTensor entry : listed) {
      requireColumn(entry);
      entries.put(entry.name(), entry);
    }
  }

  private void requireColumn(StoredTensor entry) {
    Integer index = columns.get(entry.name());
    TensorColumn expected = new TensorColumn(entry.name(), entry.type(), entry.shape());
    if (index == null || !file.columns().get(index).equals(expected)) {
      throw new WeightStoreException(
          Diagnosis.of("no such tensor", where + ", tensor " + entry.name())
              .expecting(entry.type() + " " + entry.shape() + " by the manifest"));
    }
  }

  /** Whether the file holds a tensor. */
  boolean has(String name) {
    return entries.containsKey(name);
  }

  /** A tensor that {@link #has} knows, checked. */
  Tensor tensor(String name) {
    return checked.computeIfAbsent(name, this::check);
  }

  /** Reads and checks every tensor anew. */
  long verify() {
    long bytes = 0;
    for (String name : entries.keySet()) {
      bytes += check(name).data().byteSize();
    }
    return bytes;
  }

  private Tensor check(String name) {
    StoredTensor entry = entries.get(name);
    Integer column = columns.get(name);
    if (entry == null || column == null) {
      throw new IllegalArgumentException(name);
    }
    Tensor tensor = file.row(0).get(column);
    String found = new Sha256().add(tensor.data()).hex();
    if (!found.equals(entry.sha256())) {
      throw new WeightStoreException(
          Diagnosis.of("the bytes are damaged: SHA-256 " + found, where + ", tensor " + name)
              .expecting(entry.sha256() + " by the manifest")
              .remedy("Convert the checkpoint again"));
    }
    return tensor;
  }
}
