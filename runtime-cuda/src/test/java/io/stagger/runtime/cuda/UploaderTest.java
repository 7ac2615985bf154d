package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.weights.ExpertWeights;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploaderTest {

  private final TestDriver driver = TestDriver.fresh();

  /** Buffers that hold less than a matrix, a part of one, and more than all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 100, 1406, 1 << 16})
  void copiesThroughBuffersOfAnySizeAndSeesEveryByteThatDiffers(long bufferBytes) {
    SyntheticModel model = SyntheticModels.odd();
    ExpertWeights expert = model.expert(0, 0);
    ExpertLayout layout = ExpertLayout.of(expert);
    String library = driver.options().text("library");
    try (DeviceContext context = new DeviceContext(Device.all(Optional.of(library)).getFirst());
        Uploader uploader = new Uploader(context, bufferBytes);
        CudaStream stream = new CudaStream(context);
        DeviceMemory memory = new DeviceMemory(context, layout.bytes(), "test")) {
      uploader.upload(expert, memory.address());
      uploader.finish();
      assertThat(uploader.holds(expert, memory.address())).isTrue();
      assertThat(uploader.holds(model.expert(0, 1), memory.address())).isFalse();

      long last = memory.address() + layout.bytes() - 1;
      stream.setBytes(last, 0x55, 1);
      stream.synchronize();
      assertThat(uploader.holds(expert, memory.address())).isFalse();
    }
  }
}
