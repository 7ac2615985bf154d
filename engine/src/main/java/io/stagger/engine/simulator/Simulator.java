package io.stagger.engine.simulator;

import io.stagger.api.Load;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.plugin.StrategyEntry;
import io.stagger.engine.simulator.Comparison.Refusal;
import io.stagger.engine.simulator.replicas.LayerBatch;
import io.stagger.engine.simulator.replicas.Step;
import io.stagger.engine.trace.Phase;
import io.stagger.weights.ProgressListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replays a trace through the placements of several strategies. The trace is cut into windows:
 * every strategy plans with a window, its plan is checked as any, and scored on the next, which has
 * not even been read by then. The previous plan is part of the request, so strategies that limit
 * migration can. All strategies see the same steps, so that their figures can be compared in pairs.
 *
 * <p>The same trace and specification give the same result on every machine. Memory is that of one
 * window, whatever the length of the trace. Not safe for use by several threads.
 */
public final class Simulator {

  private final Stagger stagger;
  private final SimulationSpec spec;
  private final ProgressListener progress;
  private final List<StrategyReplay> replays = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private Optional<Load> load = Optional.empty();
  private long steps;

  private Simulator(Stagger stagger, SimulationSpec spec, ProgressListener progress) {
    this.stagger = stagger;
    this.spec = spec;
    this.progress = progress;
  }

  /**
   * Compares strategies on a trace.
   *
   * @param progress told how many tokens are done
   * @throws StaggerException if the trace cannot be used, there is no strategy of a name, or {@code
   *     linear} gives no plan; what other strategies fail with is part of the result
   */
  public static Comparison compare(
      Stagger stagger, Path trace, SimulationSpec spec, ProgressListener progress) {
    Simulator simulator = new Simulator(stagger, spec, progress);
    List<StrategyEntry> strategies =
        spec.strategies().stream().map(stagger.strategies()::find).distinct().toList();
    strategies.forEach(entry -> simulator.replays.add(new StrategyReplay(entry.name(), spec)));
    boolean routing = strategies.stream().anyMatch(entry -> entry.traits().usesRouting());
    try (WindowReader reader = WindowReader.open(trace, spec.windows(), routing)) {
      PairCount pairs = new PairCount(reader.header().model());
      simulator.run(reader, pairs);
      return simulator.comparison(reader, pairs);
    }
  }

  private void run(WindowReader reader, PairCount pairs) {
    boolean planned = false;
    while (replay(reader, pairs, planned)) {
      planned = true;
    }
  }

  /**
   * Goes one window on, which is not held when the next is read.
   *
   * @param planned whether there are plans in force, made before this window is read
   * @return whether there was a window
   */
  private boolean replay(WindowReader reader, PairCount pairs, boolean planned) {
    Optional<Window> next = reader.next();
    if (next.isEmpty()) {
      return false;
    }
    Window window = next.get();
    if (planned) {
      score(window, reader.tokens());
      pairs.add(window.tokens());
    }
    long read = window.tokens().firstToken() + window.tokens().tokens();
    if (read < reader.tokens()) {
      plan(reader, window);
    }
    progress.progress("replaying", read, reader.tokens());
    return true;
  }

  private void plan(WindowReader reader, Window window) {
    for (Iterator<StrategyReplay> each = replays.iterator(); each.hasNext(); ) {
      StrategyReplay replay = each.next();
      try {
        replay.begin(stagger.plan(request(reader, window, replay)));
      } catch (StaggerException e) {
        if (replay.strategy().equals(SimulationSpec.BASE)) {
          throw e;
        }
        refusals.add(new Refusal(replay.strategy(), String.valueOf(e.getMessage())));
        each.remove();
      }
    }
  }

  private PlanRequest request(WindowReader reader, Window window, StrategyReplay replay) {
    PlanRequest request =
        PlanRequest.of(reader.header().model(), spec.cluster())
            .withLoad(window.load())
            .withRouting(window.routing())
            .withStrategy(replay.strategy());
    return replay.placement().map(request::withPrevious).orElse(request);
  }

  private void score(Window window, long tokens) {
    long done = window.tokens().firstToken();
    int layers = window.tokens().header().model().layers();
    List<Step> windowSteps = spec.batching().steps(window.tokens(), spec.cluster(), steps);
    for (Step step : windowSteps) {
      for (int layer = 0; layer < layers; layer++) {
        LayerBatch batch = LayerBatch.of(window.tokens(), step, layer);
        replays.forEach(replay -> replay.replay(batch));
      }
      replays.forEach(replay -> replay.endStep(step.phase(), step.size()));
      done += step.size();
      progress.progress("replaying", done, tokens);
    }
    steps += windowSteps.size();
    replays.forEach(replay -> replay.endWindow(window.load()));
    load = Optional.of(load.map(window.load()::plus).orElse(window.load()));
  }

  private Comparison comparison(WindowReader reader, PairCount pairs) {
    Map<Phase, Comparison.Steps> counts = new EnumMap<>(Phase.class);
    List<Map<Phase, Map<Figure, Measured>>> figures = new ArrayList<>();
    replays.forEach(_ -> figures.add(new EnumMap<>(Phase.class)));
    for (Phase phase : Phase.values()) {
      Tally base = replays.getFirst().series(phase).total();
      if (base.get(Quantity.STEPS) > 0) {
        counts.put(
            phase,
            new Comparison.Steps(
                (long) base.get(Quantity.STEPS), (long) base.get(Quantity.TOKENS)));
        measure(phase, figures);
      }
    }
    List<StrategyScore> scores = new ArrayList<>();
    for (int i = 0; i < replays.size(); i++) {
      scores.add(replays.get(i).score(figures.get(i)));
    }
    return new Comparison(
        reader.header().model(),
        spec,
        reader.tokens(),
        counts,
        load.orElseThrow(),
        pairs.coSelection(),
        scores,
        refusals);
  }

  private void measure(Phase phase, List<Map<Phase, Map<Figure, Measured>>> figures) {
    BlockSeries base = replays.getFirst().series(phase);
    Bootstrap bootstrap = new Bootstrap(base.blocks().size());
    Tally[] baseDraws = bootstrap.draws(base.blocks());
    for (int i = 0; i < replays.size(); i++) {
      BlockSeries series = replays.get(i).series(phase);
      Tally total = series.total();
      Tally[] draws = bootstrap.draws(series.blocks());
      Map<Figure, Measured> measured = new EnumMap<>(Figure.class);
      for (Figure figure : Figure.values()) {
        if (figure.isKnown(spec)) {
          Optional<Measured.Change> change =
              i == 0
                  ? Optional.empty()
                  : bootstrap.change(figure, total, draws, base.total(), baseDraws);
          measured.put(figure, new Measured(figure.of(total), change));
        }
      }
      figures.get(i).put(phase, Collections.unmodifiableMap(measured));
    }
  }
}
