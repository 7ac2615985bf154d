package io.stagger.api.runtime.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallGateTest {

  private final CallGate gate = new CallGate();

  @Test
  void letsCallsThroughUntilItIsClosed() {
    assertThat(gate.call(() -> 42)).isEqualTo(42);
    gate.close(() -> {});
    assertThatIllegalStateException().isThrownBy(() -> gate.call(() -> 42));
  }

  @Test
  void doesTheLastThingOnce() {
    AtomicInteger closed = new AtomicInteger();
    gate.close(closed::incrementAndGet);
    gate.close(closed::incrementAndGet);
    assertThat(closed).hasValue(1);
  }

  @Test
  void isClosedAlsoWhereTheLastThingFails() {
    assertThatIllegalStateException()
        .isThrownBy(() ->
            gate.close(() -> {
              throw new IllegalStateException("the device is gone");
            }))
        .withMessage("the device is gone");
    assertThatIllegalStateException()
        .isThrownBy(() -> gate.call(() -> 42))
        .withMessage("the runtime is closed");
  }

  @Test
  void closesAfterTheCallsThatAreInside() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayLeave = new CountDownLatch(1);
    AtomicBoolean left = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> call =
          threads.submit(() ->
              gate.call(() -> {
                inside.countDown();
                awaitQuietly(mayLeave);
                left.set(true);
                return true;
              }));
      inside.await();
      Future<Boolean> sawItLeft =
          threads.submit(() -> {
            AtomicBoolean seen = new AtomicBoolean();
            gate.close(() -> seen.set(left.get()));
            return seen.get();
          });
      mayLeave.countDown();
      call.get();
      assertThat(sawItLeft.get()).isTrue();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
