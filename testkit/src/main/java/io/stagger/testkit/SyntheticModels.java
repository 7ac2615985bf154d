package io.stagger.testkit;

import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.RouterSpec;
import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.weights.TensorType;
import java.util.List;

/** Small models of every kind that runtimes must cope with. */
public final class SyntheticModels {

  private SyntheticModels() {}

  /**
   * All of them: softmax and sigmoid routers with and without groups, shared experts and gates; one
   * expert; every expert chosen; more experts than tokens; widths of 1, odd ones, and whole
   * vectors; each type of weights.
   */
  public static List<SyntheticModel> all() {
    return List.of(one(), odd(), deepSeekV2(), deepSeekV3(), everyExpert(), qwen2(), manyExperts());
  }

  /** One expert, one value wide. */
  public static SyntheticModel one() {
    MoeSpec spec =
        new MoeSpec(ModelShape.of(1, 1, 1, 1, 1), RouterSpec.softmaxNormalized(), 1, 1, 0, false);
    return new SyntheticModel("one expert, one wide, f32", spec, TensorType.F32, 1);
  }

  /** Seven experts of odd sizes. */
  public static SyntheticModel odd() {
    MoeSpec spec =
        new MoeSpec(
            ModelShape.of(2, 7, 3, 1, 1), RouterSpec.softmaxNormalized(), 37, 19, 23, false);
    return new SyntheticModel("odd sizes, bf16", spec, TensorType.BF16, 2);
  }

  /** DeepSeek-V2's router: softmax, the best groups by their largest score, scaled. */
  public static SyntheticModel deepSeekV2() {
    RouterSpec router = new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, false, 16.0);
    MoeSpec spec = new MoeSpec(ModelShape.of(2, 16, 4, 4, 2), router, 64, 48, 96, false);
    return new SyntheticModel("DeepSeek-V2's router, bf16", spec, TensorType.BF16, 3);
  }

  /** DeepSeek-V3's router: sigmoid, correction bias, the best groups by their best two, scaled. */
  public static SyntheticModel deepSeekV3() {
    RouterSpec router = new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, true, 2.5);
    MoeSpec spec = new MoeSpec(ModelShape.of(1, 12, 5, 3, 2), router, 47, 31, 17, false);
    return new SyntheticModel("DeepSeek-V3's router, f16", spec, TensorType.F16, 4);
  }

  /** Every token goes to every expert. */
  public static SyntheticModel everyExpert() {
    RouterSpec router = new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, false, 1.0);
    MoeSpec spec = new MoeSpec(ModelShape.of(1, 5, 5, 1, 1), router, 33, 65, 0, false);
    return new SyntheticModel("every expert, f32", spec, TensorType.F32, 5);
  }

  /** A shared expert with a gate. */
  public static SyntheticModel qwen2() {
    RouterSpec router = new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, false, 1.0);
    MoeSpec spec = new MoeSpec(ModelShape.of(1, 6, 2, 1, 1), router, 40, 24, 56, true);
    return new SyntheticModel("gated shared expert, f32", spec, TensorType.F32, 6);
  }

  /** Most experts get no token. */
  public static SyntheticModel manyExperts() {
    MoeSpec spec =
        new MoeSpec(
            ModelShape.of(1, 96, 1, 1, 1), RouterSpec.softmaxNormalized(), 32, 32, 0, false);
    return new SyntheticModel("96 experts, top-1, bf16", spec, TensorType.BF16, 7);
  }
}
