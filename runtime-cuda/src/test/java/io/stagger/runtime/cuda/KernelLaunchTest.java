package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.MoeRuntime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which kernels ran: counted by the driver when they did, not by the runtime when it asked. */
class KernelLaunchTest {

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);

  private Map<String, Long> launches() {
    Map<String, Long> counts = new TreeMap<>();
    Stream.of(
            "route",
            "router_logits_f32",
            "slot_counts",
            "slot_offsets",
            "permute",
            "expert_counts",
            "gate_up_bf16",
            "down_bf16",
            "split_bf16",
            "tensor_gate_up_bf16",
            "tensor_down_bf16",
            "combine_f32")
        .forEach(kernel -> counts.put(kernel, driver.launches("stagger_" + kernel)));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  /** Two chunks; two ranks and a shared expert; a router, and the shared expert's gate. */
  private Map<String, Long> launchesOfAForwardPass(String kernels) {
    try (MoeRuntime runtime =
        fixture.open(fixture.options().with("tokens", 16L).with("kernels", kernels))) {
      runtime.forward(Fixture.batch(20));
    }
    return launches();
  }

  @Test
  void thePlainSetRunsEveryStepOnce() {
    assertThat(launchesOfAForwardPass("plain"))
        .isEqualTo(
            Map.of(
                "route", 2L,
                "router_logits_f32", 2L + 2L,
                "slot_counts", 4L,
                "permute", 4L,
                "slot_offsets", 4L + 2L,
                "gate_up_bf16", 4L + 2L,
                "down_bf16", 4L + 2L,
                "combine_f32", 2L,
                "expert_counts", 2L));
  }

  @Test
  void theTensorSetSplitsAChunkOnceAndEveryResultOfGateAndUp() {
    assertThat(launchesOfAForwardPass("tensor"))
        .isEqualTo(
            Map.of(
                "route",
                2L,
                "router_logits_f32",
                2L + 2L,
                "slot_counts",
                4L,
                "permute",
                4L,
                "slot_offsets",
                4L + 2L,
                "split_bf16",
                2L + 4L + 2L,
                "tensor_gate_up_bf16",
                4L + 2L,
                "tensor_down_bf16",
                4L + 2L,
                "combine_f32",
                2L,
                "expert_counts",
                2L));
  }

  @Test
  void aDriverOfCuda11TakesTheKernels() {
    driver.version(11000);
    assertThat(launchesOfAForwardPass("tensor")).containsKey("tensor_down_bf16");
  }
}
