package io.stagger.engine.text;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/** Where the tokens of some texts went: to which experts, and to which ranks. Immutable. */
public final class RoutingStatistics {

  private final ModelShape model;
  private final long[] tokens;
  private final long[][] load;
  private final long[][] rankTokens;
  private final long[] rankVisits;
  private final long[] nodeVisits;
  private final long[] pairs;

  RoutingStatistics(
      ModelShape model,
      long[] tokens,
      long[][] load,
      long[][] rankTokens,
      long[] rankVisits,
      long[] nodeVisits,
      long[] pairs) {
    this.model = model;
    this.tokens = tokens;
    this.load = load;
    this.rankTokens = rankTokens;
    this.rankVisits = rankVisits;
    this.nodeVisits = nodeVisits;
    this.pairs = pairs;
  }

  /** The model. */
  public ModelShape model() {
    return model;
  }

  /** How many tokens passed a layer. */
  public long tokens(int layer) {
    return tokens[layer];
  }

  /** Choices of each logical expert in each layer. */
  public Load load() {
    double[][] counts = new double[load.length][];
    Arrays.setAll(counts, layer -> LongStream.of(load[layer]).asDoubleStream().toArray());
    return Load.of(model.experts(), counts);
  }

  /** Choices that each rank computed in a layer, {@code [ranks]}; the caller's own copy. */
  public long[] rankTokens(int layer) {
    return rankTokens[layer].clone();
  }

  /** How evenly the ranks were used. */
  public Balance balance(Cluster cluster) {
    double[][] loads = new double[rankTokens.length][];
    Arrays.setAll(loads, layer -> LongStream.of(rankTokens[layer]).asDoubleStream().toArray());
    return Balance.ofRankLoads(loads, cluster);
  }

  /** Distinct ranks that a token's experts were computed on, the mean over tokens and layers. */
  public double fanOut() {
    return mean(rankVisits);
  }

  /** Distinct ranks that a token's experts were computed on in a layer, the mean over tokens. */
  public double fanOut(int layer) {
    return tokens[layer] == 0 ? 0 : (double) rankVisits[layer] / tokens[layer];
  }

  /** Distinct nodes that a token's experts were computed on, the mean over tokens and layers. */
  public double nodeFanOut() {
    return mean(nodeVisits);
  }

  /** Which experts were chosen together; absent for models too large to count every pair. */
  public Optional<CoSelection> coSelection() {
    return pairs.length == 0
        ? Optional.empty()
        : Optional.of(CoSelection.of(model.layers(), model.experts(), pairs));
  }

  private double mean(long[] visits) {
    long passed = LongStream.of(tokens).sum();
    return passed == 0 ? 0 : (double) LongStream.of(visits).sum() / passed;
  }
}
