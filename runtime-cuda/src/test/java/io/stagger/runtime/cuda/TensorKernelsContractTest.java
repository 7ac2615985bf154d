package io.stagger.runtime.cuda;

import io.stagger.api.strategy.Options;
import io.stagger.testkit.SyntheticModel;
import java.util.List;

/**
 * The same with the tensor kernels, where the weights have 16 bits. They multiply with tokens that
 * are split into two numbers of the weights' type, and so know 16 bits of a token's value beside
 * bfloat16 weights and 21 beside binary16 ones.
 */
class TensorKernelsContractTest extends CudaRuntimeContractTest {

  @Override
  protected Options options() {
    return super.options().with("kernels", "auto").with("lanes", 1L);
  }

  @Override
  protected List<Options> variants() {
    return List.of(options().with("tokens", 5L), options().with("lanes", 3L));
  }

  @Override
  protected double operandError(SyntheticModel model) {
    return splitError(model);
  }

  /** What tokens lose when they are split for the products of a model's experts. */
  static double splitError(SyntheticModel model) {
    return switch (model.type()) {
      case F32 -> 0;
      case F16 -> 0x1p-21;
      case BF16 -> 0x1p-17;
    };
  }
}
