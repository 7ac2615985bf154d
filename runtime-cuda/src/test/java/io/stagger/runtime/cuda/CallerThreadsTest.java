package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallerThreadsTest {

  private static final TokenBatch BATCH = Fixture.batch(3);

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);

  @Test
  void mayBeVirtualAndMoveBetweenCarriers() throws Exception {
    float[] expected = fixture.expected(BATCH);
    try (MoeRuntime runtime = fixture.open(fixture.options().with("lanes", 3L));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        calls.add(
            threads.submit(() -> {
              for (int pass = 0; pass < 3; pass++) {
                assertThat(runtime.forward(BATCH).hidden().toFloats()).isEqualTo(expected);
                Thread.sleep(1);
              }
              return true;
            }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      assertThat(runtime.drainLoad().total(0)).isEqualTo(60 * 3 * 3 * 2);
    }
    fixture.requireNothingLeft();
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void mayKeepTheirTokensInMemoryOfTheirOwn(TensorType type) {
    int width = Fixture.SPEC.hiddenSize();
    byte[] bytes = new byte[3 * width * type.bytes()];
    for (int i = 0; i < bytes.length; i++) {
      // Numbers between 2^-8 and 2 in each of the types.
      bytes[i] = (byte) (i % 2 == 0 ? i * 37 : 0x3c);
    }
    Tensor hidden = Tensor.of(MemorySegment.ofArray(bytes), type, 3, width);
    try (MoeRuntime runtime = fixture.open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment own = arena.allocate(bytes.length).copyFrom(hidden.data());
      Tensor confined = Tensor.of(own, type, 3, width);
      TokenBatch batch = new TokenBatch(0, confined, 0);
      float[] expected = runtime.forward(new TokenBatch(0, hidden, 0)).hidden().toFloats();

      Routing routing = runtime.route(batch);
      assertThat(runtime.experts(batch, routing).hidden().toFloats()).isEqualTo(expected);
      assertThat(runtime.forward(batch).hidden().toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void keepTheirOwnContext() {
    // A thread that no other test has left a context on.
    try (DriverThread caller = new DriverThread("caller")) {
      caller.run(() -> {
        try (MoeRuntime runtime = fixture.open()) {
          runtime.forward(BATCH);
          runtime.migrate(Fixture.NEXT);
          runtime.drainLoad();
          assertThat(driver.currentContext()).isZero();
        }
        assertThat(driver.currentContext()).isZero();
      });
    }
  }

  @Test
  void areServedWhenInterruptedAndStayInterrupted() {
    float[] expected = fixture.expected(BATCH);
    try (MoeRuntime runtime = fixture.open()) {
      Thread.currentThread().interrupt();
      float[] found = runtime.forward(BATCH).hidden().toFloats();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(found).isEqualTo(expected);
    }
  }
}
