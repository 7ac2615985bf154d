package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelModuleTest {

  private final TestDriver driver = TestDriver.fresh();

  private DeviceContext context() {
    String library = driver.options().text("library");
    return new DeviceContext(Device.all(Optional.of(library)).getFirst());
  }

  @Test
  void namesTheResourceAndTheDeviceOfPtxThatTheDriverRefuses() {
    try (DeviceContext context = context()) {
      assertThatExceptionOfType(CudaException.class)
          .isThrownBy(() -> new KernelModule(context, "broken.ptx", "not PTX at all"))
          .withMessageContaining("broken.ptx on device 0")
          .withMessageContaining("cuModuleLoadDataEx failed with CUDA_ERROR_INVALID_PTX (218)");
    }
  }

  @Test
  void namesAKernelThatIsNotThere() {
    String ptx = ".version 7.0\n.target sm_80\n.address_size 64\n";
    try (DeviceContext context = context();
        KernelModule module = new KernelModule(context, "empty.ptx", ptx)) {
      assertThatExceptionOfType(CudaException.class)
          .isThrownBy(() -> module.kernel("stagger_nothing", 32, 0))
          .withMessageContaining("kernel stagger_nothing: cuModuleGetFunction failed");
    }
  }
}
