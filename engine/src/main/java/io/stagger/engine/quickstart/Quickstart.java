package io.stagger.engine.quickstart;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextFile;
import io.stagger.engine.text.TextModel;
import io.stagger.engine.text.TextScore;
import io.stagger.weights.ProgressListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes a model from its checkpoint to text under several placements, and measures: it plans on the
 * load of the first half of each text and runs the second halves, as an operator would plan on
 * yesterday's load and serve today's.
 */
public final class Quickstart {

  /** How many ranks the quick start plans for. */
  public static final int RANKS = 8;

  /** What the others are compared with; it also runs while the load is measured. */
  public static final Contender BASELINE =
      new Contender("linear", "neighbouring experts share a rank", "linear", false, 0);

  /** What is tried, in the order of the result. */
  public static final List<Contender> CONTENDERS =
      List.of(
          BASELINE,
          new Contender("zigzag", "experts are dealt out to the ranks in turn", "zigzag", false, 0),
          new Contender(
              "eplb", "experts are packed by the load that was measured", "eplb", true, 0),
          new Contender(
              "eplb, 8 redundant",
              "likewise, with 8 slots more for copies of busy experts",
              "eplb",
              true,
              8));

  private final Stagger stagger;
  private final ProgressListener progress;

  /**
   * A quick start.
   *
   * @param stagger plans and runs
   * @param progress told how far the conversion and each run is
   */
  public Quickstart(Stagger stagger, ProgressListener progress) {
    this.stagger = stagger;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @param model a checkpoint, which is converted into a temporary store, or a weight store
   * @param files the texts
   * @throws OutputMismatchException if two placements give different output
   * @throws io.stagger.api.error.StaggerException if model or texts cannot be used
   */
  public QuickstartResult run(Path model, List<Path> files) {
    long start = System.nanoTime();
    try (TextModel opened = TextModel.open(stagger, model, progress)) {
      List<int[]> texts = new ArrayList<>();
      for (Path file : files) {
        texts.add(opened.language().encode(TextFile.read(file)));
      }
      StrategyRun measured = run(opened, BASELINE, Optional.empty(), firstHalves(texts));
      Optional<Load> load = Optional.of(measured.routing().load());
      List<StrategyRun> runs = new ArrayList<>();
      for (Contender contender : CONTENDERS) {
        runs.add(run(opened, contender, load, secondHalves(texts)));
        requireSameOutput(runs.getFirst(), runs.getLast());
      }
      return new QuickstartResult(
          opened.model(),
          files.stream().map(file -> String.valueOf(file.getFileName())).toList(),
          measured,
          runs,
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private StrategyRun run(
      TextModel model, Contender contender, Optional<Load> load, List<int[]> texts) {
    ModelShape shape = model.model().shape();
    Cluster cluster = Cluster.of(1, RANKS, shape.experts() + contender.redundant());
    Plan plan =
        stagger.plan(
            new PlanRequest(
                shape,
                cluster,
                load,
                RoutingProfile.none(),
                Optional.empty(),
                Optional.of(contender.strategy())));
    try (PlacedModel placed = model.place(cluster, plan.placement())) {
      List<TextScore> scores = score(placed, contender, load.isPresent(), texts);
      return new StrategyRun(
          contender,
          plan,
          scores,
          placed.statistics(),
          placed.runtime().proofs(),
          placed.runtime().description());
    }
  }

  private List<TextScore> score(
      PlacedModel placed, Contender contender, boolean planned, List<int[]> texts) {
    String what = planned ? "running under " + contender.title() : "measuring the load";
    long total = texts.stream().mapToLong(text -> text.length).sum();
    long before = 0;
    List<TextScore> scores = new ArrayList<>();
    for (int[] text : texts) {
      long start = before;
      scores.add(placed.score(text, done -> progress.progress(what, start + done, total)));
      before += text.length;
    }
    progress.progress(what, total, total);
    return scores;
  }

  private static List<int[]> firstHalves(List<int[]> texts) {
    return texts.stream().map(text -> Arrays.copyOf(text, text.length / 2)).toList();
  }

  private static List<int[]> secondHalves(List<int[]> texts) {
    return texts.stream()
        .map(text -> Arrays.copyOfRange(text, text.length / 2, text.length))
        .toList();
  }

  private static void requireSameOutput(StrategyRun one, StrategyRun other) {
    if (!one.score().digest().equals(other.score().digest())) {
      throw new OutputMismatchException(
          Diagnosis.of(
                  "digest " + other.score().digest(), "output under " + other.contender().title())
              .expecting(one.score().digest() + ", as under " + one.contender().title())
              .remedy("This is a defect of the runtime '" + other.backend() + "'. Report it"));
    }
  }
}
