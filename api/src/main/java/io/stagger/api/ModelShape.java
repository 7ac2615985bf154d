package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a placement needs to know of a model: its MoE layers, their experts, and the router's
 * groups. All MoE layers have the same shape.
 *
 * @param name the model's name or type, for people
 * @param moeLayers the model's layer number of each MoE layer, ascending; a placement's layer
 *     {@code i} is the model's layer {@code moeLayers.get(i)}. May be empty
 * @param experts logical experts of a layer, 1 to 65,536
 * @param topK experts that a token is routed to, 1 to {@code experts}
 * @param groups expert groups of the router; consecutive experts form a group; 1 means that the
 *     model has none. Divides {@code experts}
 * @param topGroups groups that a token may choose from, 1 to {@code groups}
 */
public record ModelShape(
    String name, List<Integer> moeLayers, int experts, int topK, int groups, int topGroups)
    implements Serializable {

  /** The most MoE layers that a model may have. */
  public static final int MAX_LAYERS = 4_096;

  /** The most logical experts that a layer may have. */
  public static final int MAX_EXPERTS = 65_536;

  /**
   * Checks the shape.
   *
   * @throws InvalidModelException if a value is out of its range or two contradict each other
   */
  public ModelShape {
    moeLayers = List.copyOf(moeLayers);
    check(
        moeLayers.size() <= MAX_LAYERS, moeLayers.size() + " MoE layers", "at most " + MAX_LAYERS);
    for (int i = 0; i < moeLayers.size(); i++) {
      int floor = i == 0 ? 0 : moeLayers.get(i - 1) + 1;
      check(
          moeLayers.get(i) >= floor,
          "MoE layer number " + moeLayers.get(i),
          "ascending layer numbers, here at least " + floor);
    }
    check(experts >= 1 && experts <= MAX_EXPERTS, experts + " experts", "1 to " + MAX_EXPERTS);
    check(topK >= 1 && topK <= experts, "top-k " + topK, "1 to " + experts + ", the experts");
    check(
        groups >= 1 && experts % groups == 0,
        groups + " expert groups",
        "a divisor of " + experts + ", the experts");
    check(
        topGroups >= 1 && topGroups <= groups,
        "top-k group " + topGroups,
        "1 to " + groups + ", the groups");
    check(
        topK <= topGroups * (experts / groups),
        "top-k " + topK,
        "at most the " + topGroups * (experts / groups) + " experts of the chosen groups");
  }

  /**
   * A shape whose MoE layers are the model's layers 0, 1, ...
   *
   * @param layers MoE layers, 0 to {@link #MAX_LAYERS}
   */
  public static ModelShape of(int layers, int experts, int topK, int groups, int topGroups) {
    check(layers >= 0 && layers <= MAX_LAYERS, layers + " MoE layers", "0 to " + MAX_LAYERS);
    return new ModelShape(
        "unnamed", IntStream.range(0, layers).boxed().toList(), experts, topK, groups, topGroups);
  }

  /** How many MoE layers the model has. */
  public int layers() {
    return moeLayers.size();
  }

  /** How many consecutive experts form a group. */
  public int expertsPerGroup() {
    return experts / groups;
  }

  /** Whether the router chooses groups first. */
  public boolean hasGroups() {
    return groups > 1;
  }

  private static void check(boolean holds, String problem, String expected) {
    if (!holds) {
      throw new InvalidModelException(Diagnosis.of(problem, "model").expecting(expected));
    }
  }
}
