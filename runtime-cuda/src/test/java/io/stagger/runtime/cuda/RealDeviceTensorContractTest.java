package io.stagger.runtime.cuda;

import io.stagger.api.strategy.Options;
import io.stagger.testkit.SyntheticModel;

/** The same with the tensor kernels, where the weights have 16 bits. */
class RealDeviceTensorContractTest extends RealDeviceContractTest {

  @Override
  protected Options options() {
    return super.options().with("kernels", "auto");
  }

  @Override
  protected double operandError(SyntheticModel model) {
    return TensorKernelsContractTest.splitError(model);
  }
}
