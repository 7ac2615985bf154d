package io.stagger.runtime.cpu;

import io.stagger.api.weights.TensorType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs experts of one intermediate size on their tokens: {@code down(silu(gate x) * (up x))}, one
 * line of results for each token of each expert. Lines are computed apart from one another, whoever
 * computes them.
 */
final class ExpertPhase {

  /** Weights that a task reads: what fits a core's cache beside the token vectors. */
  private static final long TASK_BYTES = 256 * 1024;

  private final Kernels kernels;
  private final WorkCrew crew;
  private final int hiddenSize;
  private final int intermediateSize;

  ExpertPhase(Kernels kernels, WorkCrew crew, int hiddenSize, int intermediateSize) {
    this.kernels = kernels;
    this.crew = crew;
    this.hiddenSize = hiddenSize;
    this.intermediateSize = intermediateSize;
  }

  /**
   * Runs experts.
   *
   * @param hidden {@code [tokens][hiddenSize]} row-major
   * @param lines how many lines of results there are
   * @return {@code [lines][hiddenSize]} row-major
   */
  float[] run(List<ExpertRun> runs, float[] hidden, int lines) {
    Map<LaneOrder, Activations> inner = new EnumMap<>(LaneOrder.class);
    Map<LaneOrder, Activations> outer = new EnumMap<>(LaneOrder.class);
    for (ExpertRun run : runs) {
      LaneOrder order = LaneOrder.of(run.gate().type());
      outer.computeIfAbsent(
          order, o -> Activations.of(hidden, hidden.length / hiddenSize, hiddenSize, o));
      inner.computeIfAbsent(order, o -> Activations.empty(lines, intermediateSize, o));
    }
    int size = Math.multiplyExact(lines, intermediateSize);
    float[] gates = new float[size];
    float[] ups = new float[size];
    List<Task> first = tasks(runs, intermediateSize, hiddenSize);
    crew.run(first.size(), i -> activate(first.get(i), outer, inner, gates, ups));
    float[] results = new float[Math.multiplyExact(lines, hiddenSize)];
    List<Task> second = tasks(runs, hiddenSize, intermediateSize);
    crew.run(second.size(), i -> project(second.get(i), inner, results));
    return results;
  }

  private void activate(
      Task task,
      Map<LaneOrder, Activations> outer,
      Map<LaneOrder, Activations> inner,
      float[] gates,
      float[] ups) {
    ExpertRun run = task.run;
    TensorType type = run.gate().type();
    LaneOrder order = LaneOrder.of(type);
    DotKernel kernel = kernels.of(type);
    Activations x = get(outer, order);
    kernel.multiply(run.gate(), task.fromRow, task.toRow, x, run.in(), gates, intermediateSize);
    kernel.multiply(run.up(), task.fromRow, task.toRow, x, run.in(), ups, intermediateSize);
    Activations target = get(inner, order);
    for (int i = 0; i < run.lines().size(); i++) {
      int line = run.lines().output(i);
      int from = line * intermediateSize;
      int to = target.at(line);
      for (int row = task.fromRow; row < task.toRow; row++) {
        target.values()[to + order.position(row)] = Silu.of(gates[from + row]) * ups[from + row];
      }
    }
  }

  private void project(Task task, Map<LaneOrder, Activations> inner, float[] results) {
    ExpertRun run = task.run;
    TensorType type = run.down().type();
    kernels
        .of(type)
        .multiply(
            run.down(),
            task.fromRow,
            task.toRow,
            get(inner, LaneOrder.of(type)),
            run.lines(),
            results,
            hiddenSize);
  }

  private static Activations get(Map<LaneOrder, Activations> map, LaneOrder order) {
    Activations found = map.get(order);
    if (found == null) {
      throw new IllegalStateException("no activations in order " + order);
    }
    return found;
  }

  private static List<Task> tasks(List<ExpertRun> runs, int rows, int columns) {
    List<Task> tasks = new ArrayList<>();
    for (ExpertRun run : runs) {
      long rowBytes = (long) columns * run.gate().type().bytes();
      int step = Math.clamp(TASK_BYTES / rowBytes / 8 * 8, 8, 1 << 10);
      for (int row = 0; row < rows; row += step) {
        tasks.add(new Task(run, row, Math.min(rows, row + step)));
      }
    }
    return tasks;
  }

  private record Task(ExpertRun run, int fromRow, int toRow) {}
}
