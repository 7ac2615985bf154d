package io.stagger.weights.checkpoint;

import io.stagger.api.MoeSpec;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The experts of a layer whose checkpoint holds them in two tensors: {@code gate_up_proj}, gate in
 * front of up, and {@code down_proj}. Checkpoints hold both as matrices that multiply a column
 * ({@code [E, 2I, H]}, {@code [E, H, I]}) or both as matrices that multiply a row ({@code [E, H,
 * 2I]}, {@code [E, I, H]}). The shapes tell which: at most one of the two tensors can be square.
 */
final class FusedExperts {

  private final CheckpointTensor gateUp;
  private final CheckpointTensor down;
  private final long experts;
  private final long hidden;
  private final long inner;
  private final TensorType gateUpType;
  private final TensorType downType;

  FusedExperts(CheckpointTensor gateUp, CheckpointTensor down, MoeSpec spec) {
    this.gateUp = gateUp;
    this.down = down;
    this.experts = spec.shape().experts();
    this.hidden = spec.hiddenSize();
    this.inner = spec.intermediateSize();
    this.gateUpType = gateUp.tensorType();
    this.downType = down.tensorType();
  }

  List<List<TensorSource>> experts() {
    boolean transposed = isTransposed();
    List<List<TensorSource>> all = new ArrayList<>();
    for (long expert = 0; expert < experts; expert++) {
      all.add(transposed ? transposed(expert) : direct(expert));
    }
    return List.copyOf(all);
  }

  private boolean isTransposed() {
    boolean direct =
        gateUp.shape().equals(List.of(experts, 2 * inner, hidden))
            && down.shape().equals(List.of(experts, hidden, inner));
    boolean transposed =
        gateUp.shape().equals(List.of(experts, hidden, 2 * inner))
            && down.shape().equals(List.of(experts, inner, hidden));
    if (direct == transposed) {
      throw gateUp.wrong(
          "shape %s, with down_proj %s".formatted(gateUp.shape(), down.shape()),
          "%s and %s, or %s and %s, by config.json"
              .formatted(
                  List.of(experts, 2 * inner, hidden),
                  List.of(experts, hidden, inner),
                  List.of(experts, hidden, 2 * inner),
                  List.of(experts, inner, hidden)),
          CheckpointTensor.OTHER_MODEL);
    }
    return transposed;
  }

  private List<TensorSource> direct(long expert) {
    long matrix = inner * hidden * gateUpType.bytes();
    long downMatrix = inner * hidden * downType.bytes();
    List<Long> wide = List.of(inner, hidden);
    return List.of(
        new TensorSource.Contiguous(
            "gate", gateUpType, wide, gateUp.data().asSlice(expert * 2 * matrix, matrix)),
        new TensorSource.Contiguous(
            "up", gateUpType, wide, gateUp.data().asSlice((expert * 2 + 1) * matrix, matrix)),
        new TensorSource.Contiguous(
            "down",
            downType,
            List.of(hidden, inner),
            down.data().asSlice(expert * downMatrix, downMatrix)));
  }

  private List<TensorSource> transposed(long expert) {
    long elementBytes = gateUpType.bytes();
    long both = 2 * inner * hidden * elementBytes;
    MemorySegment pair = gateUp.data().asSlice(expert * both, both);
    long downBytes = inner * hidden * downType.bytes();
    List<Long> wide = List.of(inner, hidden);
    return List.of(
        new TensorSource.Transposed("gate", gateUpType, wide, pair, 2 * inner),
        new TensorSource.Transposed(
            "up", gateUpType, wide, pair.asSlice(inner * elementBytes), 2 * inner),
        new TensorSource.Transposed(
            "down",
            downType,
            List.of(hidden, inner),
            down.data().asSlice(expert * downBytes, downBytes),
            hidden));
  }
}
