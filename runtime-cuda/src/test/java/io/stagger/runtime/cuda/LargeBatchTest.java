package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Load;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LargeBatchTest {

  private static final int TOKENS = 10_000;
  private static final SyntheticModel MODEL = SyntheticModels.one();

  private final TestDriver driver = TestDriver.fresh();

  @Test
  void isCutIntoChunksThatShowNowhere() {
    Deployment single = Deployment.single(MODEL.spec().shape());
    float[] hidden = MODEL.hidden(TOKENS, 4);
    RuntimeRequest request =
        new RuntimeRequest(
            single.cluster(),
            single.placement(),
            MODEL.loader(),
            ReplicaPick.FIRST,
            driver.options().with("tokens", 4096L));
    try (MoeRuntime runtime = new CudaBackend().open(request)) {
      float[] all = runtime.forward(TokenBatch.of(0, hidden, 1)).hidden().toFloats();

      assertThat(runtime.drainLoad()).isEqualTo(Load.uniform(1, 1, TOKENS));
      for (int from : new int[] {0, 4095, 8190, TOKENS - 3}) {
        float[] few = Arrays.copyOfRange(hidden, from, from + 3);
        assertThat(runtime.forward(TokenBatch.of(0, few, 1)).hidden().toFloats())
            .as("tokens from " + from)
            .isEqualTo(Arrays.copyOfRange(all, from, from + 3));
      }
    }
  }
}
