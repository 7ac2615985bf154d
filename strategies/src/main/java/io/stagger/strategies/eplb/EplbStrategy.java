package io.stagger.strategies.eplb;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.LinearStrategy;
import io.stagger.strategies.ZigzagStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Places experts by measured load with DeepSeek's expert parallelism load balancer: redundant slots
 * go to the most loaded experts, and replicas are packed so that ranks carry about the same.
 *
 * <p>Source: github.com/deepseek-ai/EPLB. On the inputs it accepts the result is the same bit for
 * bit, equal weights going to the lowest id. Loads are therefore taken as 32-bit floats: counts
 * above 2^24 are rounded. Where the original gives up, because ranks differ in slots or are down,
 * the global policy fills each rank to its own capacity. Relative speeds of ranks are not
 * considered; where they differ, the decision says so.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code policy}: {@code hierarchical} keeps the experts of a group on one node, {@code
 *       global} does not, {@code auto} does so where the nodes divide the groups. The policy that
 *       was used is the decision's fact {@code policy}; if {@code auto} could not keep groups on
 *       nodes, {@code policyReason} says why.
 *   <li>{@code keep_slots}: within each rank, experts that it held before stay in their slots; as
 *       in vLLM's balancer. Nothing to keep without a previous placement.
 *   <li>{@code start}: the static placement to give as long as there is no load; {@code none} makes
 *       that an error.
 * </ul>
 */
public final class EplbStrategy implements PlacementStrategy {

  static final String NAME = "eplb";
  static final String POLICY = "policy";
  static final String KEEP_SLOTS = "keep_slots";
  static final String START = "start";

  private static final String NO_START = "none";

  private final List<PlacementStrategy> starts =
      List.of(new LinearStrategy(), new ZigzagStrategy());

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "DeepSeek's load balancer: copies of busy experts, packed evenly by measured load; needs"
        + " a load unless option start is set.";
  }

  /** A load is not declared as a need: with the option {@code start} the strategy does without. */
  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.replicating().usingGroups().workingIncrementally();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.choice(
            POLICY,
            Policy.choices(),
            "Whether the experts of a group stay on one node; auto: where nodes divide groups."),
        OptionSpec.flag(
            KEEP_SLOTS, false, "Whether experts that stay on a rank stay in their slots."),
        OptionSpec.choice(
            START,
            Stream.concat(Stream.of(NO_START), starts.stream().map(PlacementStrategy::name))
                .toList(),
            "The placement to begin with while there is no load; none makes that an error."));
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidLoadException if there is no load and {@code start} is {@code none}
   */
  @Override
  public PlacementResult place(PlacementRequest request) {
    Optional<PlacementStrategy> start =
        starts.stream().filter(s -> s.name().equals(request.options().text(START))).findFirst();
    if (request.load().isEmpty() && start.isPresent()) {
      return begin(start.get(), request);
    }
    return balance(request, request.load().orElseThrow(EplbStrategy::noLoad));
  }

  private static InvalidLoadException noLoad() {
    return new InvalidLoadException(
        Diagnosis.of("no load was given", "strategy '" + NAME + "'")
            .expecting("tokens per layer and expert")
            .remedy(
                "Give a load, set the option '"
                    + START
                    + "' to linear or zigzag, or choose a strategy that needs none"));
  }

  private static PlacementResult begin(PlacementStrategy start, PlacementRequest request) {
    Decision decision =
        Decision.chosen(
            NAME, start.name(), "LOAD_MISSING", "there is no load to balance by as yet");
    return new PlacementResult(start.place(request).placement(), decision);
  }

  private static PlacementResult balance(PlacementRequest request, Load load) {
    Optional<Policy.Obstacle> obstacle =
        Policy.obstacleToHierarchy(request.model(), request.cluster());
    String asked = request.options().text(POLICY);
    boolean global = asked.equals(Policy.GLOBAL.word()) || obstacle.isPresent();
    Policy policy = global ? Policy.GLOBAL : Policy.HIERARCHICAL;
    Decision decision = decide(asked, obstacle).with(POLICY, policy.word());
    return new PlacementResult(
        plan(policy, request, load),
        hasEqualSpeeds(request.cluster()) ? decision : decision.with("speeds", "ignored"));
  }

  private static boolean hasEqualSpeeds(Cluster cluster) {
    return IntStream.range(0, cluster.ranks())
        .allMatch(rank -> cluster.speed(rank) == cluster.speed(0));
  }

  private static Decision decide(String asked, Optional<Policy.Obstacle> obstacle) {
    if (obstacle.isEmpty() || asked.equals(Policy.GLOBAL.word())) {
      return Decision.asRequested(NAME);
    }
    String reason = obstacle.get().reason();
    return asked.equals(Policy.AUTO)
        ? Decision.asRequested(NAME).with("policyReason", reason)
        : Decision.fallback(
            NAME, NAME, reason, obstacle.get().detail() + "; the global policy was used");
  }

  private static Placement plan(Policy policy, PlacementRequest request, Load load) {
    int slots = request.cluster().layout().slots();
    int[] rows = new int[load.layers() * slots];
    if (rows.length > 0) {
      Arrays.fill(rows, Placement.EMPTY);
      planLayers(EplbPlanner.of(policy, request.model(), request.cluster()), load, rows);
    }
    if (request.options().flag(KEEP_SLOTS) && request.previous().isPresent()) {
      keepSlots(request.previous().get(), rows);
    }
    return Placement.of(request.cluster().layout(), load.layers(), load.experts(), rows);
  }

  private static void planLayers(EplbPlanner planner, Load load, int[] rows) {
    float[] counts = new float[load.experts()];
    int slots = rows.length / load.layers();
    for (int layer = 0; layer < load.layers(); layer++) {
      for (int expert = 0; expert < counts.length; expert++) {
        counts[expert] = (float) load.get(layer, expert);
      }
      planner.planLayer(counts, rows, layer * slots);
    }
  }

  private static void keepSlots(Placement previous, int[] rows) {
    SlotKeeper keeper = new SlotKeeper(previous);
    for (int layer = 0; layer < previous.layers(); layer++) {
      keeper.keepSlots(layer, rows, layer * previous.slots());
    }
  }
}
