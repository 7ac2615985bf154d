package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.MoeRuntimeContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** All that a runtime must do, on the test driver with the plain kernels. */
class CudaRuntimeContractTest extends MoeRuntimeContract {

  private final TestDriver driver = TestDriver.fresh();

  @Override
  protected RuntimeBackend backend() {
    return new CudaBackend();
  }

  @Override
  protected Options options() {
    return driver.options();
  }

  @Override
  protected List<Options> variants() {
    return List.of(
        options().with("tokens", 1L),
        options().with("tokens", 5L),
        options().with("lanes", 1L).with("tokens", 16L),
        options().with("lanes", 5L),
        options().with("staging-mb", 2L).with("verify", true));
  }

  @AfterEach
  void nothingIsLeft() {
    for (String kind : TestDriver.kinds()) {
      assertThat(driver.live(kind)).as(kind + ", " + driver.report()).isZero();
    }
  }
}
