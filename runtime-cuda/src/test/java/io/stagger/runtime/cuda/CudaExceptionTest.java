package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said of every {@code CUresult} that CUDA 13.0 has, and of one that it doesn't. */
class CudaExceptionTest {

  /** After these, {@code cuda.h} says, the context or the process can do no more work. */
  private static final Set<Integer> LOST =
      Set.of(226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911);

  private static final int CODES_OF_CUDA_13 = 100;

  private final TestDriver driver = TestDriver.fresh();

  /** What a call throws that is made to fail, in a context of its own. */
  private CudaException failing(int code) {
    driver.reset();
    String library = driver.options().text("library");
    try (DeviceContext context = new DeviceContext(Device.all(Optional.of(library)).getFirst())) {
      context.current();
      driver.fail("cuMemAlloc_v2", 1, code);
      return catchThrowableOfType(
          CudaException.class, () -> new DeviceMemory(context, 8, "a buffer").close());
    }
  }

  @Test
  void namesEveryCodeAndSaysWhetherTheContextIsLost() {
    Map<Integer, String> names = driver.errorNames();
    assertThat(names).hasSize(CODES_OF_CUDA_13);
    names.forEach((code, name) -> {
      CudaException error = failing(code);

      assertThat(error.code()).isEqualTo(code);
      assertThat(error.function()).isEqualTo("cuMemAlloc_v2");
      assertThat(error)
          .hasMessageContaining("a buffer on device 0, 8 bytes: cuMemAlloc_v2 failed with " + name)
          .hasMessageContaining("(" + code + "): ");
      assertThat(error.isContextLost()).as(name).isEqualTo(LOST.contains(code));
      assertThat(error.getMessage().contains("start a new process"))
          .as(name)
          .isEqualTo(LOST.contains(code));
    });
  }

  @Test
  void givesTheNumberOfACodeThatTheDriverDoesNotKnow() {
    assertThat(failing(4711)).hasMessageContaining("cuMemAlloc_v2 failed with an error (4711)");
  }

  @Test
  void saysWhatHelpsWhereMemoryRunsOut() {
    assertThat(failing(2)).hasMessageContaining("lower runtime.cuda.tokens or runtime.cuda.lanes");
  }
}
