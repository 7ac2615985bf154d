package io.stagger.weights.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor of an MoE layer, taken apart. Knows the names of DeepSeek V2 and V3,
 * Qwen2-MoE and Qwen3-MoE, OLMoE ({@code mlp.experts.E.gate_proj}), Mixtral ({@code
 * block_sparse_moe.experts.E.w1}), and the fused form of newer checkpoints ({@code
 * mlp.experts.gate_up_proj}).
 *
 * @param module the name of the layer's MoE module: {@code model.layers.3.mlp}
 * @param layer the model's layer number
 * @param role what the tensor is
 * @param expert the logical expert, for roles of one expert; else -1
 */
record MoeTensorName(String module, int layer, Role role, int expert) {

  /** What a tensor of an MoE layer is. */
  enum Role {
    EXPERT_GATE("experts.0.gate_proj.weight"),
    EXPERT_UP("experts.0.up_proj.weight"),
    EXPERT_DOWN("experts.0.down_proj.weight"),
    /** All experts' gate and up matrices in one tensor. */
    FUSED_GATE_UP("experts.gate_up_proj"),
    /** All experts' down matrices in one tensor. */
    FUSED_DOWN("experts.down_proj"),
    ROUTER("gate.weight"),
    CORRECTION_BIAS("gate.e_score_correction_bias"),
    SHARED_GATE("shared_experts.gate_proj.weight"),
    SHARED_UP("shared_experts.up_proj.weight"),
    SHARED_DOWN("shared_experts.down_proj.weight"),
    /** The gate in front of the shared expert (Qwen2-MoE). */
    SHARED_EXPERT_GATE("shared_expert_gate.weight"),
    /** In the module, but none of these: a dense layer's, or something that is not supported. */
    OTHER("");

    private final String usualName;

    Role(String usualName) {
      this.usualName = usualName;
    }

    /** What such a tensor is called in most checkpoints, within its module. */
    String usualName() {
      return usualName;
    }
  }

  /** What the names of a layer's tensors begin with; captures the layer number. */
  static final String LAYER =
      "(?:model|model\\.language_model|language_model\\.model)\\.layers\\.(\\d{1,6})\\.";

  private static final Pattern MODULE =
      Pattern.compile("(" + LAYER + "(?:mlp|block_sparse_moe))\\.(.+)");

  private static final Pattern EXPERT =
      Pattern.compile("experts\\.(\\d{1,9})\\.(gate_proj|up_proj|down_proj|w1|w3|w2)\\.weight");

  private static final Map<String, Role> EXPERT_ROLES =
      Map.of(
          "gate_proj", Role.EXPERT_GATE,
          "w1", Role.EXPERT_GATE,
          "up_proj", Role.EXPERT_UP,
          "w3", Role.EXPERT_UP,
          "down_proj", Role.EXPERT_DOWN,
          "w2", Role.EXPERT_DOWN);

  private static final Map<String, Role> LAYER_ROLES =
      Map.ofEntries(
          Map.entry("experts.gate_up_proj", Role.FUSED_GATE_UP),
          Map.entry("experts.gate_up_proj.weight", Role.FUSED_GATE_UP),
          Map.entry("experts.down_proj", Role.FUSED_DOWN),
          Map.entry("experts.down_proj.weight", Role.FUSED_DOWN),
          Map.entry("gate.weight", Role.ROUTER),
          Map.entry("gate.e_score_correction_bias", Role.CORRECTION_BIAS),
          Map.entry("shared_experts.gate_proj.weight", Role.SHARED_GATE),
          Map.entry("shared_experts.up_proj.weight", Role.SHARED_UP),
          Map.entry("shared_experts.down_proj.weight", Role.SHARED_DOWN),
          Map.entry("shared_expert.gate_proj.weight", Role.SHARED_GATE),
          Map.entry("shared_expert.up_proj.weight", Role.SHARED_UP),
          Map.entry("shared_expert.down_proj.weight", Role.SHARED_DOWN),
          Map.entry("shared_expert_gate.weight", Role.SHARED_EXPERT_GATE));

  /** Takes a name apart; empty if the tensor is in no layer's feed-forward module. */
  static Optional<MoeTensorName> of(String name) {
    Matcher module = MODULE.matcher(name);
    if (!module.matches()) {
      return Optional.empty();
    }
    int layer = Integer.parseInt(module.group(2));
    Matcher expert = EXPERT.matcher(module.group(3));
    return Optional.of(
        expert.matches()
            ? new MoeTensorName(
                module.group(1),
                layer,
                EXPERT_ROLES.getOrDefault(expert.group(2), Role.OTHER),
                Integer.parseInt(expert.group(1)))
            : new MoeTensorName(
                module.group(1), layer, LAYER_ROLES.getOrDefault(module.group(3), Role.OTHER), -1));
  }

  /** Whether only an MoE layer has such a tensor. */
  boolean isMoeOnly() {
    return role != Role.OTHER;
  }
}
