package io.stagger.api;

import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model as a Hugging Face {@code config.json} describes it. Understands the key names of DeepSeek
 * V2 and V3, Qwen2-MoE and Qwen3-MoE, Mixtral, OLMoE, gpt-oss, and the tiny model; a model of
 * another type is read by whichever of these names it uses.
 *
 * @param modelType {@code model_type}
 * @param shape what a placement needs
 * @param moe what a runtime needs; absent if the MoE layers compute something that Stagger's
 *     runtimes do not (gpt-oss: biases and a clamped activation), or may do so: the type is not one
 *     of those above, and the configuration does not say how its router scores ({@code
 *     scoring_func})
 */
public record HuggingFaceConfig(String modelType, ModelShape shape, Optional<MoeSpec> moe) {

  private static final Set<String> RUNNABLE =
      Set.of(
          "deepseek_v2", "deepseek_v3", "mixtral", "olmoe", "qwen2_moe", "qwen3_moe", "tiny_moe");

  /**
   * Reads a parsed {@code config.json}.
   *
   * @param json maps, lists, strings, numbers and booleans
   * @throws InvalidModelException if a key is missing, of another type or out of range
   */
  public static HuggingFaceConfig of(Map<String, ?> json) {
    Keys keys = new Keys(json).textModel();
    String type = keys.text("model_type", "unknown");
    int experts = keys.count("n_routed_experts", "num_experts", "num_local_experts");
    int topK = keys.count("num_experts_per_tok", "experts_per_token");
    boolean grouped =
        keys.number("n_group", 1) > 1 && !keys.text("topk_method", "").equals("greedy");
    ModelShape shape =
        new ModelShape(
            type,
            moeLayers(keys),
            experts,
            topK,
            grouped ? keys.number("n_group", 1) : 1,
            grouped ? keys.number("topk_group", 1) : 1);
    Optional<MoeSpec> moe =
        isRunnable(keys, type) ? Optional.of(spec(keys, type, shape)) : Optional.empty();
    return new HuggingFaceConfig(type, shape, moe);
  }

  /**
   * What a runtime needs.
   *
   * @throws InvalidModelException if no runtime can run this model; it says why
   */
  public MoeSpec requireMoe() {
    return moe.orElseThrow(() ->
        new InvalidModelException(
            Diagnosis.of("MoE layers of type '" + modelType + "' cannot be run", "config.json")
                .expecting("SiLU-gated experts without biases, and a router that Stagger knows")
                .remedy("Placements can be planned for it all the same")));
  }

  private static List<Integer> moeLayers(Keys keys) {
    int layers = keys.count("num_hidden_layers");
    if (layers > ModelShape.MAX_LAYERS) {
      throw Keys.wrong("num_hidden_layers", layers, "at most " + ModelShape.MAX_LAYERS);
    }
    int dense = keys.number("first_k_dense_replace", 0);
    int frequency = Math.max(1, keys.number("moe_layer_freq", 1));
    int step = Math.max(1, keys.number("decoder_sparse_step", 1));
    Set<Integer> denseOnly = keys.integers("mlp_only_layers");
    List<Integer> moe = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      boolean sparse =
          layer >= dense
              && layer % frequency == 0
              && (layer + 1) % step == 0
              && !denseOnly.contains(layer);
      if (sparse) {
        moe.add(layer);
      }
    }
    return moe;
  }

  private static boolean isRunnable(Keys keys, String type) {
    return (RUNNABLE.contains(type) || (keys.has("scoring_func") && !type.equals("gpt_oss")))
        && keys.text("hidden_act", "silu").equals("silu");
  }

  private static MoeSpec spec(Keys keys, String type, ModelShape shape) {
    int intermediate =
        keys.has("moe_intermediate_size")
            ? keys.count("moe_intermediate_size")
            : keys.count("intermediate_size");
    int shared = sharedIntermediate(keys, intermediate);
    return new MoeSpec(
        shape,
        router(keys, type),
        keys.count("hidden_size"),
        intermediate,
        shared,
        shared > 0 && type.equals("qwen2_moe"));
  }

  private static int sharedIntermediate(Keys keys, int intermediate) {
    if (keys.has("shared_expert_intermediate_size")) {
      return keys.number("shared_expert_intermediate_size", 0);
    }
    int experts = keys.number("n_shared_experts", 0);
    if ((long) experts * intermediate > MoeSpec.MAX_WIDTH) {
      throw Keys.wrong(
          "n_shared_experts", experts, "at most " + MoeSpec.MAX_WIDTH + " wide together");
    }
    return experts * intermediate;
  }

  private static RouterSpec router(Keys keys, String type) {
    // Transformers' own class of DeepSeek-V3 knows no other method and writes none down.
    String method = keys.text("topk_method", type.equals("deepseek_v3") ? "noaux_tc" : "");
    boolean unbiased = !method.equals("noaux_tc");
    String scoring = keys.text("scoring_func", unbiased ? "softmax" : "sigmoid");
    Scoring function =
        switch (scoring) {
          case "softmax" -> Scoring.SOFTMAX;
          case "sigmoid" -> Scoring.SIGMOID;
          default ->
              throw Keys.wrong("scoring_func", "'" + scoring + "'", "'softmax' or 'sigmoid'");
        };
    // Mixtral takes the softmax over the chosen logits, which is the normalised softmax over all.
    boolean normalize = keys.flag("norm_topk_prob", type.equals("mixtral"));
    return new RouterSpec(
        function,
        unbiased ? GroupScore.MAX : GroupScore.TOP2_SUM,
        !unbiased,
        normalize,
        keys.decimal("routed_scaling_factor", 1.0));
  }

  /** Typed access to a parsed JSON object. */
  private record Keys(Map<String, ?> json) {

    private static final int MAX_COUNT = 1 << 24;
    private static final int MAX_SHOWN = 60;
    private static final String WHOLE_NUMBER = "a whole number from 0 to " + MAX_COUNT;

    /** Multimodal configurations keep the language model's keys in {@code text_config}. */
    Keys textModel() {
      if (json.get("text_config") instanceof Map<?, ?> inner && !has("num_hidden_layers")) {
        Map<String, Object> text = new HashMap<>();
        inner.forEach((key, value) -> text.put(String.valueOf(key), value));
        return new Keys(text);
      }
      return this;
    }

    boolean has(String key) {
      return json.get(key) != null;
    }

    int count(String... names) {
      for (String name : names) {
        if (has(name)) {
          return number(name, 0);
        }
      }
      throw new InvalidModelException(
          Diagnosis.of("'" + String.join("' or '", names) + "' is missing", "config.json")
              .expecting(WHOLE_NUMBER));
    }

    int number(String name, int otherwise) {
      Object value = json.get(name);
      return value == null ? otherwise : whole(name, value);
    }

    private static int whole(String name, @Nullable Object value) {
      if (value instanceof Number number
          && number.doubleValue() == Math.rint(number.doubleValue())
          && number.doubleValue() >= 0
          && number.doubleValue() <= MAX_COUNT) {
        return number.intValue();
      }
      throw wrong(name, value, WHOLE_NUMBER);
    }

    double decimal(String name, double otherwise) {
      Object value = json.get(name);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof Number number) {
        return number.doubleValue();
      }
      throw wrong(name, value, "a number");
    }

    String text(String name, String otherwise) {
      Object value = json.get(name);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof String text) {
        return text;
      }
      throw wrong(name, value, "a text");
    }

    boolean flag(String name, boolean otherwise) {
      Object value = json.get(name);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof Boolean flag) {
        return flag;
      }
      throw wrong(name, value, "true or false");
    }

    Set<Integer> integers(String name) {
      Object value = json.get(name);
      if (value == null) {
        return Set.of();
      }
      if (!(value instanceof List<?> list)) {
        throw wrong(name, value, "a list of whole numbers");
      }
      Set<Integer> numbers = new HashSet<>();
      for (Object element : list) {
        numbers.add(whole(name, element));
      }
      return numbers;
    }

    static InvalidModelException wrong(String key, @Nullable Object value, String expected) {
      String text = String.valueOf(value);
      String shown =
          text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + " and so on";
      return new InvalidModelException(
          Diagnosis.of("'" + key + "' is " + shown, "config.json").expecting(expected));
    }
  }
}
