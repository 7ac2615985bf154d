package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkCrewTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void doesEveryTaskOnce(int threads) {
    try (WorkCrew crew = new WorkCrew(threads)) {
      for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
        AtomicIntegerArray done = new AtomicIntegerArray(tasks);
        crew.run(tasks, done::incrementAndGet);
        for (int i = 0; i < tasks; i++) {
          assertThat(done.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void worksInAsManyThreadsAsItHas() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(3);
    try (WorkCrew crew = new WorkCrew(3)) {
      crew.run(
          3,
          task -> {
            seen.add(Thread.currentThread());
            all.countDown();
            awaitUninterrupted(all);
          });
    }
    assertThat(seen).hasSize(3).contains(Thread.currentThread());
  }

  @Test
  void throwsWhatATaskThrew() {
    try (WorkCrew crew = new WorkCrew(2)) {
      assertThatThrownBy(() ->
              crew.run(
                  100,
                  task -> {
                    if (task == 3) {
                      throw new IllegalArgumentException("task 3");
                    }
                  }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("task 3");
    }
  }

  @Test
  void throwsAnErrorAsItIs() {
    try (WorkCrew crew = new WorkCrew(2)) {
      assertThatThrownBy(() ->
              crew.run(
                  2,
                  task -> {
                    throw new StackOverflowError();
                  }))
          .isInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  void worksOnAfterAFailure() {
    try (WorkCrew crew = new WorkCrew(2)) {
      assertThatThrownBy(() -> crew.run(9, task -> Integer.parseInt("x" + task)))
          .isInstanceOf(NumberFormatException.class);
      AtomicInteger done = new AtomicInteger();
      crew.run(9, task -> done.incrementAndGet());
      assertThat(done).hasValue(9);
    }
  }

  @Test
  void finishesForAnInterruptedCallerAndKeepsTheInterrupt() {
    try (WorkCrew crew = new WorkCrew(2)) {
      AtomicInteger done = new AtomicInteger();
      Thread.currentThread().interrupt();
      crew.run(50, task -> done.incrementAndGet());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(done).hasValue(50);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
