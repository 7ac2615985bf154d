package io.stagger.api.strategy;

import java.util.List;

/**
 * Decides which logical expert each slot holds.
 *
 * <p>Contract, checked by {@code io.stagger.testkit.PlacementStrategyContract}:
 *
 * <ul>
 *   <li>the same request gives the same placement, byte for byte: no dependence on hash order,
 *       threads, processor or clock, and ties go to the lowest id;
 *   <li>the placement obeys {@link io.stagger.api.PlacementRules} for the request's model and
 *       cluster; where that is impossible (fewer usable slots than experts) the strategy throws a
 *       {@link io.stagger.api.error.StaggerException};
 *   <li>the request is not changed, and nothing is kept between calls.
 * </ul>
 *
 * <p>A provider needs a public constructor without parameters. {@link #place} may be called from
 * several threads at once.
 */
public interface PlacementStrategy {

  /**
   * The name that {@code placement.strategy} selects: lower-case ASCII letters, digits, {@code _},
   * {@code -} and {@code .}, beginning with a letter, at most 64 characters. Third parties put
   * their own prefix before a dot: {@code acme.greedy}.
   */
  String name();

  /**
   * Decides.
   *
   * @throws io.stagger.api.error.StaggerException if the request cannot be met
   */
  PlacementResult place(PlacementRequest request);

  /** A sentence for people: what the strategy does and when to choose it. */
  default String description() {
    return "";
  }

  /** Other names that select this strategy. */
  default List<String> aliases() {
    return List.of();
  }

  /** What the strategy needs and can do; by default it needs nothing and replicates. */
  default StrategyTraits traits() {
    return StrategyTraits.NONE.replicating();
  }

  /**
   * The options it understands. Configuration key {@code placement.<name>.<option>} sets one; a
   * request holds a value for each that is set or has a default.
   */
  default List<OptionSpec> options() {
    return List.of();
  }
}
