package io.stagger.weights.checkpoint;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.safetensors.SafetensorsType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor of a checkpoint.
 *
 * @param name its name, unique in the checkpoint
 * @param file the file that it is in, for errors
 * @param type its elements, of any type
 * @param shape sizes of the dimensions; may be empty
 * @param data its bytes, mapped
 */
public record CheckpointTensor(
    String name, String file, SafetensorsType type, List<Long> shape, MemorySegment data) {

  /** What to do when weights are not those that config.json speaks of. */
  static final String OTHER_MODEL = "Use the config.json of these weights: it is another model's";

  /**
   * The type, if Stagger computes with it.
   *
   * @throws CheckpointException if it does not
   */
  public TensorType tensorType() {
    return type.tensorType()
        .orElseThrow(() ->
            wrong(
                "type " + type, "F32, F16 or BF16", "Convert quantised weights to bfloat16 first"));
  }

  /** Checks the shape against what config.json says. */
  CheckpointTensor requireShape(long... expected) {
    List<Long> sizes = Arrays.stream(expected).boxed().toList();
    if (!shape.equals(sizes)) {
      throw wrong("shape " + shape, sizes + " by config.json", OTHER_MODEL);
    }
    return this;
  }

  /** An error about this tensor. */
  CheckpointException wrong(String problem, String expected, String remedy) {
    return new CheckpointException(
        Diagnosis.of(problem, file + ", tensor " + name).expecting(expected).remedy(remedy));
  }
}
