package io.stagger.samples.tinymoe;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.LanguageModelProvider;
import io.stagger.api.text.ModelAssets;
import io.stagger.api.weights.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Opens models of type {@code tiny_moe}. The dense weights, a third of a megabyte, are copied. */
public final class TinyMoeProvider implements LanguageModelProvider {

  private static final String TYPE = "tiny_moe";

  /** A provider; opens nothing. */
  public TinyMoeProvider() {}

  @Override
  public boolean supports(String modelType) {
    return modelType.equals(TYPE);
  }

  @Override
  public LanguageModel open(ModelAssets assets) {
    TinyMoeConfig config = TinyMoeConfig.of(assets.config());
    Checkpoint checkpoint = new Checkpoint(assets, config);
    RotaryPositions rotary =
        new RotaryPositions(config.headSize(), config.context(), config.ropeBase());
    List<DecoderLayer> layers =
        IntStream.range(0, config.layers())
            .mapToObj(layer -> checkpoint.layer("model.layers." + layer + ".", rotary))
            .toList();
    return new TinyMoeModel(
        config,
        checkpoint.embedding(),
        layers,
        checkpoint.norm("model.norm.weight"),
        checkpoint.linear("lm_head.weight", ByteVocabulary.SIZE, config.hidden()));
  }

  /** The checkpoint's tensors, each with the shape that the configuration gives it. */
  private record Checkpoint(ModelAssets assets, TinyMoeConfig config) {

    DecoderLayer layer(String prefix, RotaryPositions rotary) {
      return new DecoderLayer(
          norm(prefix + "input_layernorm.weight"),
          attention(prefix + "self_attn.", rotary),
          norm(prefix + "post_attention_layernorm.weight"));
    }

    private Attention attention(String prefix, RotaryPositions rotary) {
      int width = config.attentionWidth();
      int hidden = config.hidden();
      return new Attention(
          linear(prefix + "q_proj.weight", width, hidden),
          linear(prefix + "k_proj.weight", width, hidden),
          linear(prefix + "v_proj.weight", width, hidden),
          linear(prefix + "o_proj.weight", hidden, width),
          rotary,
          config.heads(),
          config.headSize());
    }

    double[] embedding() {
      Tensor tensor = tensor("model.embed_tokens.weight", ByteVocabulary.SIZE, config.hidden());
      return IntStream.range(0, ByteVocabulary.SIZE * config.hidden())
          .mapToDouble(tensor::get)
          .toArray();
    }

    RmsNorm norm(String name) {
      return RmsNorm.of(tensor(name, config.hidden()), config.normEpsilon());
    }

    Linear linear(String name, long outputs, long inputs) {
      return Linear.of(tensor(name, outputs, inputs));
    }

    private Tensor tensor(String name, long... shape) {
      Tensor tensor = assets.tensor(name);
      List<Long> expected = java.util.Arrays.stream(shape).boxed().toList();
      if (!tensor.shape().equals(expected)) {
        throw new CheckpointException(
            Diagnosis.of("shape " + tensor.shape(), "tensor '" + name + "'")
                .expecting(expected + ", as config.json says"));
      }
      return tensor;
    }
  }
}
