package io.stagger.strategies.activated;

import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.balanced.BalancedStrategy;
import java.util.List;
import java.util.Locale;

/**
 * Places experts for decoding, where a step takes as long as it takes to read the weights of the
 * experts that a batch activates: the rank that has most of them decides. It makes the largest
 * number of distinct experts activated on a rank small, in the mean over sampled batches.
 *
 * <p>Batches are drawn from the routes, if there are some: each token from another sequence, as in
 * decoding. Without routes they are drawn from the load, as if experts were chosen independently of
 * each other. The start of the search is the plan that {@link BalancedStrategy} makes of the
 * probabilities that experts are activated.
 *
 * <p>The plan counts on a runtime that, within a batch, serves each expert by one of its replicas
 * only, see {@code ReplicaPick}.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code batch}: the tokens of a batch.
 *   <li>{@code samples}: how many batches are drawn.
 *   <li>{@code effort}: exchanges that are tried in each layer.
 * </ul>
 *
 * <p>The decision's facts: {@code evidence}, routes or load; {@code activated.max}, the largest
 * number of experts activated on a rank, mean over batches and layers; {@code activated.max.start},
 * the same for the start; {@code activated.mean}, the number on a rank if all had the same, which
 * no plan can be below.
 */
public final class ActivatedStrategy implements PlacementStrategy {

  static final String NAME = "activated";
  static final String BATCH = "batch";
  static final String SAMPLES = "samples";
  static final String EFFORT = "effort";

  private final PlacementStrategy start = new BalancedStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Few distinct experts on the rank that has most of them in a decode batch.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.needingLoad().replicating().usingRouting();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.integer(BATCH, 64, 1, 1 << 16, "The tokens of a decode batch."),
        OptionSpec.integer(SAMPLES, 32, 1, 4096, "How many batches to draw."),
        OptionSpec.integer(
            EFFORT, 1000, 0, 1_000_000, "Exchanges to try in a layer; more is slower."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Load load = request.requireLoad();
    Options options = request.options();
    Batches batches =
        Batches.of(request, (int) options.integer(BATCH), (int) options.integer(SAMPLES));
    PlacementRequest flattened =
        request.withLoad(batches.activation()).withOptions(Options.defaults(start.options()));
    Placement first = start.place(flattened).placement();
    int[][] rows = new int[load.layers()][];
    Totals totals = new Totals();
    for (int layer = 0; layer < rows.length; layer++) {
      int[][] active = batches.layer(layer);
      LayerSearch search =
          new LayerSearch(
              request.cluster(), load.experts(), active, first.physicalToLogical(layer));
      double before = search.largest();
      search.run(options.integer(EFFORT));
      rows[layer] = search.row();
      totals.add(before, search.largest(), search.mean(), active.length);
    }
    Decision decision = Decision.asRequested(NAME).with("evidence", batches.evidence());
    return new PlacementResult(
        Placement.of(request.cluster().layout(), load.experts(), rows), totals.tell(decision));
  }

  /** Sums over all batches of all layers. */
  private static final class Totals {
    private double before;
    private double after;
    private double mean;
    private long batches;

    void add(double start, double end, double even, int many) {
      before += start;
      after += end;
      mean += even;
      batches += many;
    }

    Decision tell(Decision decision) {
      return decision
          .with("activated.max", decimal(after))
          .with("activated.max.start", decimal(before))
          .with("activated.mean", decimal(mean));
    }

    private String decimal(double sum) {
      return String.format(Locale.ROOT, "%.4f", batches == 0 ? 0 : sum / batches);
    }
  }
}
