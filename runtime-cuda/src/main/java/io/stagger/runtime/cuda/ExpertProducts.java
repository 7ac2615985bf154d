package io.stagger.runtime.cuda;

import static io.stagger.runtime.cuda.Scratch.COUNTS;
import static io.stagger.runtime.cuda.Scratch.HIDDEN;
import static io.stagger.runtime.cuda.Scratch.HIDDEN_HIGH;
import static io.stagger.runtime.cuda.Scratch.HIDDEN_LOW;
import static io.stagger.runtime.cuda.Scratch.HIDDEN_SCALE;
import static io.stagger.runtime.cuda.Scratch.INNER;
import static io.stagger.runtime.cuda.Scratch.INNER_HIGH;
import static io.stagger.runtime.cuda.Scratch.INNER_LOW;
import static io.stagger.runtime.cuda.Scratch.INNER_SCALE;
import static io.stagger.runtime.cuda.Scratch.OFFSETS;
import static io.stagger.runtime.cuda.Scratch.TILE_COUNT;
import static io.stagger.runtime.cuda.Scratch.TILE_LINE;
import static io.stagger.runtime.cuda.Scratch.TILE_SLOT;

import io.stagger.api.weights.TensorType;
import io.stagger.runtime.cuda.CudaOptions.KernelChoice;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies experts with tokens on one device: {@code down(silu(gate x) * (up x))} for every line,
 * with the plain or the tensor kernels.
 *
 * <p>Which ones depends on the weights' type alone, never on how many tokens an expert has: the two
 * sets round differently, and a token's bits must depend neither on its batch nor on the placement.
 */
final class ExpertProducts {

  private static final int PLAIN_LINES = 32;
  private static final int PLAIN_COLUMNS = 32;
  private static final int SPLIT_ROWS = 4;
  private static final int TENSOR_LINES = 64;
  private static final int TENSOR_GATE_UP_COLUMNS = 64;
  private static final int TENSOR_DOWN_COLUMNS = 128;

  private final Workspace workspace;
  private final CudaStream stream;
  private final Kernels kernels;
  private final KernelChoice choice;
  private final int hiddenSize;
  private final int tokens;
  private final TensorType hiddenType;
  private @Nullable TensorType splitFor;

  /**
   * Products with the hidden states that the workspace holds.
   *
   * @param tokens how many there are
   * @param hiddenType the type that they came in
   */
  ExpertProducts(
      Workspace workspace, KernelChoice choice, int hiddenSize, int tokens, TensorType hiddenType) {
    this.workspace = workspace;
    this.stream = workspace.stream();
    this.kernels = workspace.gpu().kernels();
    this.choice = choice;
    this.hiddenSize = hiddenSize;
    this.tokens = tokens;
    this.hiddenType = hiddenType;
  }

  /** Turns the lines of each slot into offsets and tiles. */
  void tile(TensorType type, int slots) {
    Parameters parameters =
        new Parameters()
            .pointer(workspace.at(COUNTS))
            .integer(slots)
            .integer(tileLines(type))
            .pointer(0)
            .integer(0)
            .pointer(workspace.at(OFFSETS))
            .pointer(workspace.at(TILE_SLOT))
            .pointer(workspace.at(TILE_LINE))
            .pointer(workspace.at(TILE_COUNT));
    stream.launch(kernels.get("slot_offsets"), 1, 1, parameters);
  }

  /** Multiplies, after {@link #tile}. */
  void multiply(ExpertWork work) {
    if (choice.usesTensorCores(work.type())) {
      multiplyByTensorCores(work);
    } else {
      multiplyPlainly(work);
    }
  }

  private int tileLines(TensorType type) {
    return choice.usesTensorCores(type) ? TENSOR_LINES : PLAIN_LINES;
  }

  /** An upper bound of the tiles; kernels of tiles that don't exist end at once. */
  private int tiles(ExpertWork work) {
    return work.lines() / tileLines(work.type()) + Math.min(work.slots(), work.lines());
  }

  private void multiplyPlainly(ExpertWork work) {
    Parameters gateUp =
        withTiles(
                new Parameters()
                    .pointer(workspace.at(HIDDEN))
                    .pointer(work.gates())
                    .pointer(work.ups()))
            .pointer(work.lineChoice())
            .integer(work.topK())
            .integer(hiddenSize)
            .integer(work.intermediateSize())
            .pointer(workspace.at(INNER));
    stream.launch(
        kernels.get("gate_up", work.type()),
        tiles(work),
        Math.ceilDiv(work.intermediateSize(), PLAIN_COLUMNS),
        gateUp);
    Parameters down =
        withTiles(new Parameters().pointer(workspace.at(INNER)).pointer(work.downs()))
            .pointer(work.outRow())
            .integer(work.intermediateSize())
            .integer(hiddenSize)
            .pointer(work.out());
    stream.launch(
        kernels.get("down", work.type()),
        tiles(work),
        Math.ceilDiv(hiddenSize, PLAIN_COLUMNS),
        down);
  }

  private void multiplyByTensorCores(ExpertWork work) {
    TensorType type = work.type();
    // What came in the weights' own type has nothing in its lower part, where the type has the
    // exponents to need no scaling.
    boolean exact = hiddenType == TensorType.BF16 && type == TensorType.BF16;
    long low = exact ? 0 : workspace.at(HIDDEN_LOW);
    if (splitFor != type) {
      split(type, HIDDEN, tokens, hiddenSize, HIDDEN_HIGH, low, HIDDEN_SCALE);
      splitFor = type;
    }
    Parameters gateUp =
        withTiles(
                new Parameters()
                    .pointer(workspace.at(HIDDEN_HIGH))
                    .pointer(low)
                    .pointer(workspace.at(HIDDEN_SCALE))
                    .integer(Scratch.padded(hiddenSize))
                    .pointer(work.gates())
                    .pointer(work.ups()))
            .pointer(work.lineChoice())
            .integer(work.topK())
            .integer(hiddenSize)
            .integer(work.intermediateSize())
            .pointer(workspace.at(INNER));
    stream.launch(
        kernels.get("tensor_gate_up", type),
        tiles(work),
        Math.ceilDiv(work.intermediateSize(), TENSOR_GATE_UP_COLUMNS),
        gateUp);
    long innerLow = workspace.at(INNER_LOW);
    split(type, INNER, work.lines(), work.intermediateSize(), INNER_HIGH, innerLow, INNER_SCALE);
    Parameters down =
        withTiles(
                new Parameters()
                    .pointer(workspace.at(INNER_HIGH))
                    .pointer(innerLow)
                    .pointer(workspace.at(INNER_SCALE))
                    .integer(Scratch.padded(work.intermediateSize()))
                    .pointer(work.downs()))
            .pointer(work.outRow())
            .integer(work.intermediateSize())
            .integer(hiddenSize)
            .pointer(work.out());
    stream.launch(
        kernels.get("tensor_down", type),
        tiles(work),
        Math.ceilDiv(hiddenSize, TENSOR_DOWN_COLUMNS),
        down);
  }

  private void split(
      TensorType type, Scratch from, int rows, int width, Scratch high, long low, Scratch scale) {
    Parameters parameters =
        new Parameters()
            .pointer(workspace.at(from))
            .integer(rows)
            .integer(width)
            .integer(Scratch.padded(width))
            .pointer(workspace.at(high))
            .pointer(low)
            .pointer(workspace.at(scale));
    stream.launch(kernels.get("split", type), Math.ceilDiv(rows, SPLIT_ROWS), 1, parameters);
  }

  private Parameters withTiles(Parameters parameters) {
    return parameters
        .pointer(workspace.at(OFFSETS))
        .pointer(workspace.at(TILE_SLOT))
        .pointer(workspace.at(TILE_LINE))
        .pointer(workspace.at(TILE_COUNT));
  }
}
