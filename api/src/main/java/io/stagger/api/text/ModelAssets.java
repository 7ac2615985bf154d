package io.stagger.api.text;

import io.stagger.api.weights.Tensor;
import java.util.Map;

/** What a language model needs of a checkpoint beside the MoE layers. */
public interface ModelAssets {

  /** The checkpoint's {@code config.json}, as maps, lists, strings, numbers and booleans. */
  Map<String, Object> config();

  /**
   * A tensor that belongs to no MoE layer, by its name in the checkpoint: {@code
   * model.embed_tokens.weight}. Readable as long as the weights that it comes from are open.
   *
   * @throws io.stagger.api.error.CheckpointException if there is none; it names the nearest
   */
  Tensor tensor(String name);
}
