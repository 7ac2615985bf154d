package io.stagger.runtime.cuda;

import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.MoeRuntimeContract;
import java.util.List;

/** All that a runtime must do, on this machine's GPUs; skipped, with the reason, without one. */
class RealDeviceContractTest extends MoeRuntimeContract {

  @Override
  protected RuntimeBackend backend() {
    return new CudaBackend();
  }

  @Override
  protected Options options() {
    return super.options().with("kernels", "plain").with("verify", true);
  }

  @Override
  protected List<Options> variants() {
    return List.of(options().with("tokens", 5L), options().with("lanes", 4L));
  }
}
