package io.stagger.samples.tinymoe;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.MoeLayers;
import java.util.List;
import java.util.stream.Stream;

/** A text in the making. A call that fails leaves the text as it was. */
final class TinyMoeSession implements LanguageModel.Session {

  private final TinyMoeModel model;
  private final MoeLayers moe;
  private final List<KeyValueCache> caches;
  private int length;

  TinyMoeSession(TinyMoeModel model, MoeLayers moe) {
    TinyMoeConfig config = model.config();
    this.model = model;
    this.moe = moe;
    this.caches =
        Stream.generate(() -> new KeyValueCache(config.attentionWidth(), config.context()))
            .limit(config.layers())
            .toList();
  }

  @Override
  public float[] append(int[] tokens) {
    int context = model.contextLength();
    if (tokens.length > context - length) {
      throw new InvalidInputException(
          Diagnosis.of(length + " tokens and " + tokens.length + " more", "text")
              .expecting("at most " + context + ", the context of the model")
              .remedy("Begin a new session for the text that follows"));
    }
    if (tokens.length == 0) {
      return new float[0];
    }
    double[] rows = model.embed(tokens);
    for (int layer = 0; layer < caches.size(); layer++) {
      forward(layer, rows, tokens.length);
    }
    length += tokens.length;
    return toFloats(model.logits(rows));
  }

  private void forward(int index, double[] rows, int count) {
    DecoderLayer layer = model.layers().get(index);
    double[] normed = layer.beforeAttention().apply(rows);
    double[] attended = layer.attention().apply(normed, count, length, caches.get(index));
    for (int i = 0; i < rows.length; i++) {
      rows[i] += attended[i];
    }
    float[] experts = moe.forward(index, toFloats(layer.beforeExperts().apply(rows)));
    for (int i = 0; i < rows.length; i++) {
      rows[i] += experts[i];
    }
  }

  private static float[] toFloats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
