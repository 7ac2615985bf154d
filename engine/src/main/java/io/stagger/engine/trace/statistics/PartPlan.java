package io.stagger.engine.trace.statistics;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How a trace is counted in parts, on several machines, so that the sum of the parts is what {@link
 * TraceCounter} counts of the whole, bit for bit. What depends on a token's place in the trace
 * (windows, decode batches, the sample of routes) is settled here, once the number of tokens is
 * known:
 *
 * {@snippet :
 * PartPlan plan = new PartPlan(model, spec, tokensOfAllParts);
 * PartCounts sum = countsOfTheFirstPart.plus(countsOfTheSecond);
 * TraceStatistics statistics = sum.statistics(plan);
 * }
 *
 * <p>Immutable, and can be sent to other machines.
 */
public final class PartPlan implements Serializable {

  private static final long serialVersionUID = 1L;

  private final ModelShape model;
  private final StatisticsSpec spec;
  private final long tokens;
  private final long windowTokens;

  /** Numbers of the tokens whose routes are kept, ascending. */
  private final long[] sample;

  /**
   * A plan.
   *
   * @param spec what to count; its threads are not used, since parts are what runs side by side
   * @param tokens tokens of all parts
   * @throws InvalidInputException if windows are so short that their loads do not fit the memory
   */
  public PartPlan(ModelShape model, StatisticsSpec spec, long tokens) {
    this.model = model;
    this.spec = spec;
    this.tokens = tokens;
    this.windowTokens = WindowSeries.windowTokens(spec, tokens);
    WindowSeries.requireRoom(
        Math.ceilDiv(tokens, windowTokens), (long) model.layers() * model.experts(), windowTokens);
    this.sample = Reservoir.kept(RouteSample.capacity(model, spec.sample()), tokens);
  }

  /** Whose routing it is. */
  public ModelShape model() {
    return model;
  }

  StatisticsSpec spec() {
    return spec;
  }

  long windowTokens() {
    return windowTokens;
  }

  /** The place in {@link #sampled} of the first sampled token that is not before a token. */
  int firstSample(long token) {
    int at = Arrays.binarySearch(sample, token);
    return at < 0 ? -at - 1 : at;
  }

  /** The number of a sampled token; the largest number after the last. */
  long sampled(int at) {
    return at < sample.length ? sample[at] : Long.MAX_VALUE;
  }

  void requireAll(long counted) {
    if (counted != tokens) {
      throw new InvalidInputException(
          Diagnosis.of(counted + " tokens in all parts", "statistics")
              .expecting(tokens + ", as when they were planned")
              .remedy("Count again, while nobody writes to the trace"));
    }
  }
}
