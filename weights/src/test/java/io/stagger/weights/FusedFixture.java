package io.stagger.weights;

import static io.stagger.weights.Families.EXPERTS;
import static io.stagger.weights.Families.HIDDEN;
import static io.stagger.weights.Families.INNER;
import static io.stagger.weights.Families.LAYERS;

import io.stagger.weights.CheckpointFixture.Content;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Fuses a checkpoint's experts, element by element. */
final class FusedFixture {

  private final CheckpointFixture separate;
  private final boolean transposed;
  private final CheckpointFixture fused = new CheckpointFixture(0);

  FusedFixture(CheckpointFixture separate, boolean transposed) {
    this.separate = separate;
    this.transposed = transposed;
  }

  CheckpointFixture fused() {
    separate.config().forEach(fused::with);
    separate.tensors().forEach((name, content) -> fused.tensors().put(name, content));
    for (int layer = 0; layer < LAYERS; layer++) {
      fuse("model.layers." + layer + ".mlp.experts.");
    }
    return fused;
  }

  private void fuse(String prefix) {
    ByteArrayOutputStream gateUp = new ByteArrayOutputStream();
    ByteArrayOutputStream down = new ByteArrayOutputStream();
    String dtype = "";
    for (int expert = 0; expert < EXPERTS; expert++) {
      Content gate = fused.tensors().remove(prefix + expert + ".gate_proj.weight");
      Content up = fused.tensors().remove(prefix + expert + ".up_proj.weight");
      Content last = fused.tensors().remove(prefix + expert + ".down_proj.weight");
      dtype = gate.dtype();
      if (transposed) {
        byte[] gateT = transpose(gate.bytes(), INNER, HIDDEN);
        byte[] upT = transpose(up.bytes(), INNER, HIDDEN);
        int row = gateT.length / HIDDEN;
        for (int hidden = 0; hidden < HIDDEN; hidden++) {
          gateUp.write(gateT, hidden * row, row);
          gateUp.write(upT, hidden * row, row);
        }
        down.writeBytes(transpose(last.bytes(), HIDDEN, INNER));
      } else {
        gateUp.writeBytes(gate.bytes());
        gateUp.writeBytes(up.bytes());
        down.writeBytes(last.bytes());
      }
    }
    long experts = EXPERTS;
    long hidden = HIDDEN;
    long inner = INNER;
    fused
        .tensors()
        .put(
            prefix + "gate_up_proj",
            new Content(
                dtype,
                transposed
                    ? List.of(experts, hidden, 2 * inner)
                    : List.of(experts, 2 * inner, hidden),
                gateUp.toByteArray()));
    fused
        .tensors()
        .put(
            prefix + "down_proj",
            new Content(
                dtype,
                transposed ? List.of(experts, inner, hidden) : List.of(experts, hidden, inner),
                down.toByteArray()));
  }

  private static byte[] transpose(byte[] matrix, int rows, int columns) {
    int bytes = matrix.length / (rows * columns);
    byte[] result = new byte[matrix.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        System.arraycopy(
            matrix, (row * columns + column) * bytes, result, (column * rows + row) * bytes, bytes);
      }
    }
    return result;
  }
}
