package io.stagger.weights;

import io.stagger.api.MoeSpec;
import io.stagger.api.weights.TensorType;
import java.util.List;

/**
 * What a weight store holds: the model, and the checksum of every expert, tensor and file. All
 * matrices are row-major and little-endian. Checksums are SHA-256 in lower-case hexadecimal.
 *
 * @param modelType {@code model_type} of the model's {@code config.json}
 * @param spec the model's MoE layers; the shapes of all experts follow from it
 * @param expertType the type of all expert weights
 * @param layers the MoE layers, in order
 * @param dense the tensors that belong to no MoE layer, by their names in the checkpoint
 * @param files every file of the store but the manifest
 * @param notes what the conversion left out, for people
 * @param source identity of the checkpoint that it was made of
 */
public record Manifest(
    String modelType,
    MoeSpec spec,
    TensorType expertType,
    List<MoeLayer> layers,
    List<StoredTensor> dense,
    List<StoredFile> files,
    List<String> notes,
    String source) {

  /** The version of the store's format that this library writes and reads. */
  public static final int VERSION = 1;

  /** The name of the file that holds the manifest. */
  public static final String FILE = "manifest.json";

  /** Makes the lists unmodifiable. */
  public Manifest {
    layers = List.copyOf(layers);
    dense = List.copyOf(dense);
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }

  /**
   * An MoE layer.
   *
   * @param modelLayer the model's layer number
   * @param file the file with a record batch for each logical expert
   * @param experts for each logical expert the checksum of gate, up and down, one behind the other
   * @param commonFile the file of router and shared expert
   * @param common the tensors in it
   */
  public record MoeLayer(
      int modelLayer,
      String file,
      List<String> experts,
      String commonFile,
      List<StoredTensor> common) {

    /** Makes the lists unmodifiable. */
    public MoeLayer {
      experts = List.copyOf(experts);
      common = List.copyOf(common);
    }
  }

  /**
   * A tensor that is not an expert's.
   *
   * @param name its name, unique in the file
   * @param file the file that it is in
   * @param type its elements
   * @param shape sizes of its dimensions
   * @param sha256 checksum of its bytes
   */
  public record StoredTensor(
      String name, String file, TensorType type, List<Long> shape, String sha256) {

    /** Makes the list unmodifiable. */
    public StoredTensor {
      shape = List.copyOf(shape);
    }
  }

  /**
   * A file of the store.
   *
   * @param path relative to the store's folder, with forward slashes
   * @param bytes its size
   * @param sha256 checksum of the whole file, as {@code sha256sum} prints it
   */
  public record StoredFile(String path, long bytes, String sha256) {}

  /** Bytes of one expert's three matrices. */
  public long expertBytes() {
    return 3L * spec.intermediateSize() * spec.hiddenSize() * expertType.bytes();
  }

  /** Bytes of all files of the store but the manifest. */
  public long bytes() {
    return files.stream().mapToLong(StoredFile::bytes).sum();
  }
}
