package io.stagger.samples.cuda;

import io.stagger.api.Cluster;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.engine.BackendChoice;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextModel;
import io.stagger.weights.ProgressListener;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/**
 * Lists the devices that Stagger can use, runs the first MoE layer of a model on the best of them,
 * and compares it with the CPU. Says so where there is no GPU, and shows the same on the CPU then.
 *
 * <p>The only argument is the model: a checkpoint or a weight store. Configuration comes from the
 * environment and from system properties, as {@code -Dstagger.runtime.cuda.kernels=plain}.
 */
public final class CudaSample {

  private static final Cluster CLUSTER = Cluster.of(1, 2, 64);
  private static final int[] BATCHES = {1, 16, 64};
  private static final int REPEATS = 3;

  private final Path model;
  private final PrintStream out;

  CudaSample(Path model, PrintStream out) {
    this.model = model;
    this.out = out;
  }

  /** Runs the sample on standard output. */
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("One argument is needed: the folder of a model");
      System.exit(2);
    }
    CudaSample sample = new CudaSample(Path.of(arguments[0]), System.out);
    sample.run(StaggerConfig.builder().process());
  }

  void run(StaggerConfig.Builder configuration) {
    float[][] onCpu = new float[BATCHES.length][];
    withLayer(
        configuration.set("runtime.backend", "cpu").build(),
        (_, runtime) -> {
          for (int i = 0; i < BATCHES.length; i++) {
            onCpu[i] = runtime.forward(batch(runtime, BATCHES[i])).hidden().toFloats();
          }
        });
    withLayer(
        configuration.set("runtime.backend", "auto").build(),
        (stagger, runtime) -> {
          listDevices(stagger.chooseBackend());
          out.println("Running on " + runtime.description());
          for (int i = 0; i < BATCHES.length; i++) {
            TokenBatch batch = batch(runtime, BATCHES[i]);
            float[] found = runtime.forward(batch).hidden().toFloats();
            out.printf(
                "%4d tokens: %8.3f ms a layer, copies from and to the host included;"
                    + " within %.1e of the CPU's values%n",
                BATCHES[i], milliseconds(runtime, batch), relativeError(found, onCpu[i]));
          }
        });
  }

  /** What was chosen once a runtime is open: one that could not be opened is not available. */
  private void listDevices(BackendChoice choice) {
    choice
        .considered()
        .forEach((name, availability) ->
            out.println(
                name
                    + (availability.available() ? ": " : " is not available: ")
                    + availability.detail()));
    if (!choice.backend().name().equals("cuda")) {
      out.println("There is no GPU that Stagger can use, so this is the CPU:");
    }
  }

  private void withLayer(StaggerConfig config, BiConsumer<Stagger, MoeRuntime> use) {
    try (Stagger stagger = Stagger.open(config);
        TextModel text = TextModel.open(stagger, model, ProgressListener.NONE)) {
      PlanRequest request = PlanRequest.of(text.model().shape(), CLUSTER).withStrategy("zigzag");
      try (PlacedModel placed = text.place(CLUSTER, stagger.plan(request).placement())) {
        use.accept(stagger, placed.runtime());
      }
    }
  }

  private static TokenBatch batch(MoeRuntime runtime, int tokens) {
    int width = runtime.spec().hiddenSize();
    SplittableRandom random = new SplittableRandom(tokens);
    float[] hidden = new float[tokens * width];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) random.nextGaussian();
    }
    return TokenBatch.of(0, hidden, width);
  }

  /** The median of a few runs. */
  private static double milliseconds(MoeRuntime runtime, TokenBatch batch) {
    double[] times = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      runtime.forward(batch);
      times[i] = (System.nanoTime() - start) / (double) Duration.ofMillis(1).toNanos();
    }
    Arrays.sort(times);
    return times[REPEATS / 2];
  }

  /** The largest difference, relative to the largest value. */
  private static double relativeError(float[] found, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
    }
    return difference / largest;
  }
}
