package io.stagger.samples.tinymoe;

import io.stagger.api.Cluster;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextModel;
import io.stagger.engine.text.TextRun;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Continues a text with the experts on one rank, and striped over eight: the same text. */
public final class SameTextEverywhere {

  private static final int NEW_TOKENS = 64;
  private static final List<Integer> RANKS = List.of(1, 8);

  private SameTextEverywhere() {}

  /**
   * Runs the model.
   *
   * @param args the folder of a checkpoint or a weight store, and a text to continue
   */
  public static void main(String[] args) {
    if (args.length != 2) {
      System.err.println("Usage: SameTextEverywhere MODEL_DIR TEXT");
      System.exit(2);
    }
    run(Path.of(args[0]), args[1], System.out);
  }

  static void run(Path directory, String prompt, PrintStream out) {
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build());
        TextModel model = TextModel.open(stagger, directory)) {
      for (int ranks : RANKS) {
        Cluster cluster = Cluster.of(1, ranks, model.model().shape().experts());
        PlanRequest request = PlanRequest.of(model.model().shape(), cluster);
        Plan plan = stagger.plan(request.withStrategy("zigzag"));
        try (PlacedModel placed = model.place(cluster, plan.placement())) {
          TextRun run = placed.run(prompt, NEW_TOKENS);
          out.printf("%n%d rank(s), digest %s%n", ranks, run.digest());
          out.printf("work of the ranks in layer 0: %s%n", workOf(run));
          out.println(prompt + run.generation().text());
        }
      }
    }
  }

  private static String workOf(TextRun run) {
    return Arrays.toString(run.routing().rankTokens(0));
  }
}
