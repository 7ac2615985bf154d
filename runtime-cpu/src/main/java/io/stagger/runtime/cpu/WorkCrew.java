package io.stagger.runtime.cpu;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share a caller's tasks. The caller works too, so several callers at once never wait
 * for each other's tasks to begin. Which thread does which task is open; tasks must not care.
 */
final class WorkCrew implements AutoCloseable {

  private final int threads;
  private final ExecutorService helpers;

  /**
   * @param threads how many work for a caller, the caller included, from 1
   */
  WorkCrew(int threads) {
    this.threads = threads;
    ThreadFactory names = Thread.ofPlatform().daemon().name("stagger-cpu-", 1).factory();
    this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), names);
  }

  int threads() {
    return threads;
  }

  /**
   * Does tasks 0 to {@code tasks - 1} and returns when all are done.
   *
   * @throws RuntimeException or an error: what the first task that failed threw; tasks that had not
   *     begun by then are left out
   */
  void run(int tasks, IntConsumer task) {
    if (tasks == 0) {
      return;
    }
    Batch batch = new Batch(tasks, task);
    for (int helper = 1; helper < Math.min(threads, tasks); helper++) {
      helpers.execute(batch);
    }
    batch.run();
    batch.await();
  }

  /** Ends the threads; no call of {@link #run} may be in flight. */
  @Override
  public void close() {
    helpers.close();
  }

  private static final class Batch implements Runnable {

    private final int tasks;
    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch open;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Batch(int tasks, IntConsumer task) {
      this.tasks = tasks;
      this.task = task;
      this.open = new CountDownLatch(tasks);
    }

    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            task.accept(i);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          open.countDown();
        }
      }
    }

    void await() {
      boolean interrupted = false;
      while (open.getCount() > 0) {
        try {
          open.await();
        } catch (InterruptedException e) {
          // The tasks write to arrays of the caller's; it cannot leave before they are done.
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      switch (failure.get()) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }
  }
}
