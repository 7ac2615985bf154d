package io.stagger.runtime.cpu;

import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.MoeRuntimeContract;
import java.util.List;

class CpuRuntimeContractTest extends MoeRuntimeContract {

  @Override
  protected RuntimeBackend backend() {
    return new CpuBackend();
  }

  @Override
  protected List<Options> variants() {
    return List.of(
        options().with("threads", 1L),
        options().with("threads", 3L),
        options().with("threads", 8L),
        options().with("kernels", "vector"),
        options().with("kernels", "scalar"),
        options().with("kernels", "scalar").with("threads", 5L));
  }
}
