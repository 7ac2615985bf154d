package io.stagger.bench;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import io.stagger.api.weights.WeightLoader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Weights of one layer's size in native memory, quickly made up: every expert has memory of its
 * own, as in a mapped store, and all layers share it.
 */
final class FilledLoader implements WeightLoader {

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Arena arena = Arena.ofShared();
  private final MoeSpec spec;
  private final TensorType type;
  private final ExpertWeights[] experts;
  private final LayerWeights common;

  FilledLoader(MoeSpec spec, TensorType type) {
    this.spec = spec;
    this.type = type;
    this.experts = new ExpertWeights[spec.shape().experts()];
    for (int e = 0; e < experts.length; e++) {
      experts[e] = expert(spec.intermediateSize(), e);
    }
    this.common =
        new LayerWeights(
            matrix(TensorType.F32, experts.length, spec.hiddenSize(), -1),
            Optional.empty(),
            spec.hasSharedExpert()
                ? Optional.of(expert(spec.sharedIntermediateSize(), -2))
                : Optional.empty(),
            Optional.empty());
  }

  private ExpertWeights expert(int width, long seed) {
    return new ExpertWeights(
        matrix(type, width, spec.hiddenSize(), 3 * seed),
        matrix(type, width, spec.hiddenSize(), 3 * seed + 1),
        matrix(type, spec.hiddenSize(), width, 3 * seed + 2));
  }

  private Tensor matrix(TensorType of, int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment data = arena.allocate((long) rows * columns * of.bytes(), 4096);
    double scale = 3.4 / Math.sqrt(columns);
    for (long i = 0; i < (long) rows * columns; i++) {
      float value = (float) ((random.nextInt(1 << 16) / 65536.0 - 0.5) * scale);
      switch (of) {
        case F32 -> data.set(FLOAT, i * 4, value);
        case F16 -> data.set(SHORT, i * 2, Float.floatToFloat16(value));
        case BF16 -> data.set(SHORT, i * 2, (short) (Float.floatToIntBits(value) >>> 16));
      }
    }
    return Tensor.of(data, of, rows, columns);
  }

  @Override
  public MoeSpec spec() {
    return spec;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public LayerWeights layer(int layer) {
    return common;
  }

  @Override
  public RankWeights load(Placement placement, int rank) {
    return new Rank(placement, rank);
  }

  @Override
  public void close() {
    arena.close();
  }

  private final class Rank implements RankWeights {

    private final Placement placement;
    private final int rank;

    Rank(Placement placement, int rank) {
      this.placement = placement;
      this.rank = rank;
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public Placement placement() {
      return placement;
    }

    @Override
    public ExpertWeights slot(int layer, int localSlot) {
      return experts[placement.logicalAt(layer, placement.layout().firstSlot(rank) + localSlot)];
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    /** True by construction: a slot asks the placement itself. */
    @Override
    public LoadProof prove(Placement expected) {
      long slots = (long) placement.layers() * placement.layout().slotsOf(rank);
      return new LoadProof(rank, slots, 0, expected.fingerprint());
    }

    @Override
    public void close() {}
  }
}
