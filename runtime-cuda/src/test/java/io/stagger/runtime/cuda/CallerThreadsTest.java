package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

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
