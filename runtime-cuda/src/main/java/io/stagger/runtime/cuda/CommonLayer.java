package io.stagger.runtime.cuda;

import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * What every device holds of an MoE layer, whatever the placement: router, correction bias, shared
 * expert and its gate. Immutable.
 */
final class CommonLayer implements Resource {

  private static final long POINTER_TABLE_BYTES = 3 * Long.BYTES;

  private final Resources resources = new Resources();
  private final Matrix router;
  private final long bias;
  private final Optional<Shared> shared;

  /**
   * Queues the copies; they are done when the uploader is finished.
   *
   * @param weights of the shapes that the model's spec promises
   */
  CommonLayer(DeviceContext context, Uploader uploader, LayerWeights weights) {
    Copier copier = new Copier(context, uploader);
    try {
      this.router = copier.matrix(weights.router(), "router");
      this.bias =
          weights
              .correctionBias()
              .map(bias -> copier.memory(MemorySegment.ofArray(bias.toFloats()), "router's bias"))
              .orElse(0L);
      this.shared = weights.shared().map(expert -> copier.shared(expert, weights.sharedGate()));
    } catch (RuntimeException | Error e) {
      // Before the memory goes that copies under way are for.
      resources.add(uploader::finish);
      resources.closeAfter(e);
      throw e;
    }
  }

  /** How much device memory a layer takes, at most. */
  static long allocatedBytes(LayerWeights weights) {
    LongStream parts =
        LongStream.of(
            weights.router().data().byteSize(),
            weights.correctionBias().map(bias -> bias.elements() * Float.BYTES).orElse(0L),
            weights.shared().map(expert -> ExpertLayout.of(expert).bytes()).orElse(0L),
            POINTER_TABLE_BYTES,
            weights.sharedGate().map(gate -> gate.data().byteSize()).orElse(0L));
    return parts.map(MemoryBudget::allocated).sum();
  }

  /** The router, {@code [experts, hidden]}. */
  Matrix router() {
    return router;
  }

  /** Where the correction bias lies, {@code f32 [experts]}; 0 if there is none. */
  long bias() {
    return bias;
  }

  /** The shared expert. */
  Optional<Shared> shared() {
    return shared;
  }

  @Override
  public void close() {
    resources.close();
  }

  /**
   * A matrix on the device.
   *
   * @param address where it lies
   * @param type its elements' type
   */
  record Matrix(long address, TensorType type) {}

  /**
   * A shared expert on the device.
   *
   * @param type its elements' type
   * @param intermediateSize its width
   * @param pointers a table of the addresses of gate, up and down
   * @param gate what its results are multiplied with the logistic function of
   */
  record Shared(TensorType type, int intermediateSize, long pointers, Optional<Matrix> gate) {}

  /** Allocates memory and queues its filling. */
  private final class Copier {

    private final DeviceContext context;
    private final Uploader uploader;

    Copier(DeviceContext context, Uploader uploader) {
      this.context = context;
      this.uploader = uploader;
    }

    long memory(MemorySegment from, String what) {
      DeviceMemory memory = resources.add(new DeviceMemory(context, from.byteSize(), what));
      uploader.upload(from, memory.address());
      return memory.address();
    }

    Matrix matrix(Tensor tensor, String what) {
      return new Matrix(memory(tensor.data(), what), tensor.type());
    }

    Shared shared(ExpertWeights expert, Optional<Tensor> gate) {
      ExpertLayout layout = ExpertLayout.of(expert);
      long at = resources.add(new DeviceMemory(context, layout.bytes(), "shared expert")).address();
      uploader.upload(expert, at);
      long[] pointers = {at, at + layout.up(), at + layout.down()};
      return new Shared(
          layout.type(),
          layout.intermediateSize(),
          memory(MemorySegment.ofArray(pointers), "shared expert's pointers"),
          gate.map(tensor -> matrix(tensor, "shared expert's gate")));
    }
  }
}
