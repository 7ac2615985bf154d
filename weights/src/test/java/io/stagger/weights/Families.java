package io.stagger.weights;

import io.stagger.api.weights.TensorType;

/** Small random checkpoints, named as each family of models names its tensors. */
public final class Families {

  /** Sizes that all differ, so that no two dimensions can be taken for each other. */
  public static final int LAYERS = 2;

  public static final int EXPERTS = 6;
  public static final int HIDDEN = 20;
  public static final int INNER = 12;
  public static final int SHARED = 24;

  private Families() {}

  private static CheckpointFixture base(long seed, String type, TensorType elements) {
    return new CheckpointFixture(seed)
        .with("model_type", type)
        .with("hidden_size", HIDDEN)
        .with("num_hidden_layers", LAYERS)
        .with("num_experts_per_tok", 2)
        .random("model.embed_tokens.weight", elements, 32, HIDDEN)
        .random("model.norm.weight", elements, HIDDEN);
  }

  private static void experts(
      CheckpointFixture checkpoint, int layer, TensorType type, String... names) {
    for (int expert = 0; expert < EXPERTS; expert++) {
      String prefix = "model.layers." + layer + "." + names[0] + ".experts." + expert + ".";
      checkpoint.random(prefix + names[1] + ".weight", type, INNER, HIDDEN);
      checkpoint.random(prefix + names[2] + ".weight", type, INNER, HIDDEN);
      checkpoint.random(prefix + names[3] + ".weight", type, HIDDEN, INNER);
    }
    checkpoint.random(
        "model.layers." + layer + "." + names[0] + ".gate.weight", type, EXPERTS, HIDDEN);
  }

  private static void projections(CheckpointFixture checkpoint, int layer, TensorType type) {
    experts(checkpoint, layer, type, "mlp", "gate_proj", "up_proj", "down_proj");
  }

  private static void shared(CheckpointFixture checkpoint, String prefix, TensorType type) {
    checkpoint.random(prefix + ".gate_proj.weight", type, SHARED, HIDDEN);
    checkpoint.random(prefix + ".up_proj.weight", type, SHARED, HIDDEN);
    checkpoint.random(prefix + ".down_proj.weight", type, HIDDEN, SHARED);
  }

  /** DeepSeek-V3: a dense layer, groups, correction bias, shared experts, a layer for MTP. */
  public static CheckpointFixture deepSeek(long seed) {
    CheckpointFixture checkpoint =
        base(seed, "deepseek_v3", TensorType.BF16)
            .with("num_hidden_layers", LAYERS + 1)
            .with("first_k_dense_replace", 1)
            .with("n_routed_experts", EXPERTS)
            .with("n_shared_experts", 2)
            .with("moe_intermediate_size", INNER)
            .with("n_group", 2)
            .with("topk_group", 1)
            .with("topk_method", "noaux_tc")
            .with("scoring_func", "sigmoid")
            .with("norm_topk_prob", true)
            .with("routed_scaling_factor", 2.5)
            .random("model.layers.0.mlp.gate_proj.weight", TensorType.BF16, 40, HIDDEN);
    for (int layer = 1; layer <= LAYERS + 1; layer++) {
      String mlp = "model.layers." + layer + ".mlp";
      projections(checkpoint, layer, TensorType.BF16);
      checkpoint.random(mlp + ".gate.e_score_correction_bias", TensorType.F32, EXPERTS);
      shared(checkpoint, mlp + ".shared_experts", TensorType.BF16);
    }
    return checkpoint.random(
        "model.layers." + (LAYERS + 1) + ".eh_proj.weight", TensorType.BF16, HIDDEN, HIDDEN);
  }

  /** Qwen2-MoE: a shared expert behind a gate. */
  public static CheckpointFixture qwen2(long seed) {
    CheckpointFixture checkpoint =
        base(seed, "qwen2_moe", TensorType.F16)
            .with("num_experts", EXPERTS)
            .with("moe_intermediate_size", INNER)
            .with("shared_expert_intermediate_size", SHARED);
    for (int layer = 0; layer < LAYERS; layer++) {
      String mlp = "model.layers." + layer + ".mlp";
      projections(checkpoint, layer, TensorType.F16);
      shared(checkpoint, mlp + ".shared_expert", TensorType.F16);
      checkpoint.random(mlp + ".shared_expert_gate.weight", TensorType.F16, 1, HIDDEN);
    }
    return checkpoint;
  }

  /** Qwen3-MoE. */
  public static CheckpointFixture qwen3(long seed) {
    CheckpointFixture checkpoint =
        base(seed, "qwen3_moe", TensorType.BF16)
            .with("num_experts", EXPERTS)
            .with("moe_intermediate_size", INNER)
            .with("norm_topk_prob", true);
    for (int layer = 0; layer < LAYERS; layer++) {
      projections(checkpoint, layer, TensorType.BF16);
    }
    return checkpoint;
  }

  /** OLMoE. */
  public static CheckpointFixture olmoe(long seed) {
    CheckpointFixture checkpoint =
        base(seed, "olmoe", TensorType.F32)
            .with("num_experts", EXPERTS)
            .with("intermediate_size", INNER);
    for (int layer = 0; layer < LAYERS; layer++) {
      projections(checkpoint, layer, TensorType.F32);
    }
    return checkpoint;
  }

  /** Mixtral: other names, and w1, w3, w2. */
  public static CheckpointFixture mixtral(long seed) {
    CheckpointFixture checkpoint =
        base(seed, "mixtral", TensorType.BF16)
            .with("num_local_experts", EXPERTS)
            .with("intermediate_size", INNER);
    for (int layer = 0; layer < LAYERS; layer++) {
      experts(checkpoint, layer, TensorType.BF16, "block_sparse_moe", "w1", "w3", "w2");
    }
    return checkpoint;
  }

  /** The same numbers as another checkpoint, with all experts of a layer in two tensors. */
  public static CheckpointFixture fused(CheckpointFixture separate, boolean transposed) {
    return new FusedFixture(separate, transposed).fused();
  }
}
