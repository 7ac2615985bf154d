package io.stagger.testkit;

import io.stagger.api.MoeSpec;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * MoE layers with random weights, held on the heap. Values are normally distributed and scaled so
 * that hidden states keep their size from layer to layer. The same name, spec, type and seed give
 * the same weights. Immutable.
 */
public final class SyntheticModel {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final MoeSpec spec;
  private final TensorType type;
  private final List<List<ExpertWeights>> experts = new ArrayList<>();
  private final List<LayerWeights> layers = new ArrayList<>();

  /**
   * Makes up a model.
   *
   * @param name for people
   * @param type of the expert weights, shared ones included; router and bias are of 32 bits
   */
  public SyntheticModel(String name, MoeSpec spec, TensorType type, long seed) {
    this.name = name;
    this.spec = spec;
    this.type = type;
    SplittableRandom random = new SplittableRandom(seed);
    for (int layer = 0; layer < spec.shape().layers(); layer++) {
      layers.add(common(random));
      List<ExpertWeights> row = new ArrayList<>();
      for (int expert = 0; expert < spec.shape().experts(); expert++) {
        row.add(expert(random, spec.intermediateSize()));
      }
      experts.add(List.copyOf(row));
    }
  }

  private LayerWeights common(SplittableRandom random) {
    int count = spec.shape().experts();
    return new LayerWeights(
        gaussian(random, TensorType.F32, count, spec.hiddenSize()),
        spec.router().correctionBias()
            ? Optional.of(Tensor.ofFloats(floats(random, count, 0.2), count))
            : Optional.empty(),
        spec.hasSharedExpert()
            ? Optional.of(expert(random, spec.sharedIntermediateSize()))
            : Optional.empty(),
        spec.sharedGate()
            ? Optional.of(gaussian(random, TensorType.F32, 1, spec.hiddenSize()))
            : Optional.empty());
  }

  private ExpertWeights expert(SplittableRandom random, int width) {
    return new ExpertWeights(
        gaussian(random, type, width, spec.hiddenSize()),
        gaussian(random, type, width, spec.hiddenSize()),
        gaussian(random, type, spec.hiddenSize(), width));
  }

  private static Tensor gaussian(SplittableRandom random, TensorType type, int rows, int columns) {
    float[] values = floats(random, Math.multiplyExact(rows, columns), 1.5 / Math.sqrt(columns));
    return tensor(values, type, rows, columns);
  }

  private static float[] floats(SplittableRandom random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  /** A matrix of these finite values, rounded to the nearest of a type. */
  static Tensor tensor(float[] values, TensorType type, int rows, int columns) {
    if (type == TensorType.F32) {
      return Tensor.ofFloats(values, rows, columns);
    }
    MemorySegment data = MemorySegment.ofArray(new byte[values.length * Short.BYTES]);
    for (int i = 0; i < values.length; i++) {
      int bits =
          type == TensorType.F16
              ? Float.floatToFloat16(values[i])
              : nearestBfloat16(Float.floatToIntBits(values[i]));
      data.set(SHORT, (long) i * Short.BYTES, (short) bits);
    }
    return Tensor.of(data, type, rows, columns);
  }

  private static int nearestBfloat16(int bits) {
    int toEven = (bits >>> Short.SIZE) & 1;
    return (bits + 0x7fff + toEven) >>> Short.SIZE;
  }

  /** Random hidden states, {@code [tokens][hiddenSize]}. */
  public float[] hidden(int tokens, long seed) {
    return floats(new SplittableRandom(seed), tokens * spec.hiddenSize(), 1);
  }

  /** Layers, experts, router. */
  public MoeSpec spec() {
    return spec;
  }

  /** The type of the expert weights. */
  public TensorType type() {
    return type;
  }

  /** Router and shared expert of a layer. */
  public LayerWeights layer(int layer) {
    return layers.get(layer);
  }

  /** A logical expert's weights. */
  public ExpertWeights expert(int layer, int expert) {
    return experts.get(layer).get(expert);
  }

  /** A loader of these weights. */
  public SyntheticLoader loader() {
    return new SyntheticLoader(this);
  }

  @Override
  public String toString() {
    return name;
  }
}
