package io.stagger.api.strategy;

/**
 * What a strategy declares of itself.
 *
 * @param needsLoad it cannot plan without a load, whatever its options; the engine refuses to call
 *     it without one
 * @param replicates it can give an expert more than one slot
 * @param usesGroups it looks at the model's expert groups
 * @param incremental it looks at the previous placement
 * @param usesRouting it looks at the routing profile
 */
public record StrategyTraits(
    boolean needsLoad,
    boolean replicates,
    boolean usesGroups,
    boolean incremental,
    boolean usesRouting) {

  /** Needs nothing and does nothing special. */
  public static final StrategyTraits NONE = new StrategyTraits(false, false, false, false, false);

  /** These traits, and a load is needed. */
  public StrategyTraits needingLoad() {
    return new StrategyTraits(true, replicates, usesGroups, incremental, usesRouting);
  }

  /** These traits, and it replicates. */
  public StrategyTraits replicating() {
    return new StrategyTraits(needsLoad, true, usesGroups, incremental, usesRouting);
  }

  /** These traits, and it uses the expert groups. */
  public StrategyTraits usingGroups() {
    return new StrategyTraits(needsLoad, replicates, true, incremental, usesRouting);
  }

  /** These traits, and it uses the previous placement. */
  public StrategyTraits workingIncrementally() {
    return new StrategyTraits(needsLoad, replicates, usesGroups, true, usesRouting);
  }

  /** These traits, and it uses the routing profile. */
  public StrategyTraits usingRouting() {
    return new StrategyTraits(needsLoad, replicates, usesGroups, incremental, true);
  }
}
