package io.stagger.engine;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;

/** Runs something for a while to warm up, then for as long again, and measures. */
final class CostMeter {

  /** As many as a median needs; more would only fill the memory. */
  private static final int MAX_RUNS = 10_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Duration budget;

  /**
   * @param budget how long to measure in all; at least one run is measured, however long it takes
   */
  CostMeter(Duration budget) {
    this.budget = budget;
  }

  PlanCost measure(Runnable work) {
    long half = budget.toNanos() / 2;
    long start = System.nanoTime();
    while (System.nanoTime() - start < half) {
      work.run();
    }
    return measureWarm(work, start + 2 * half);
  }

  private PlanCost measureWarm(Runnable work, long end) {
    long[] cpu = new long[MAX_RUNS];
    long[] elapsed = new long[MAX_RUNS];
    int runs = 0;
    long allocated = threads.getCurrentThreadAllocatedBytes();
    do {
      long clock = System.nanoTime();
      long before = threads.getCurrentThreadCpuTime();
      work.run();
      cpu[runs] = threads.getCurrentThreadCpuTime() - before;
      elapsed[runs] = System.nanoTime() - clock;
      runs++;
    } while (runs < MAX_RUNS && end - System.nanoTime() > 0);
    return new PlanCost(runs, median(cpu, runs), median(elapsed, runs), perRun(allocated, runs));
  }

  private OptionalLong perRun(long before, int runs) {
    long after = threads.getCurrentThreadAllocatedBytes();
    return before < 0 ? OptionalLong.empty() : OptionalLong.of((after - before) / runs);
  }

  private static Duration median(long[] nanos, int runs) {
    long[] sorted = Arrays.copyOf(nanos, runs);
    Arrays.sort(sorted);
    return Duration.ofNanos(sorted[runs / 2]);
  }
}
