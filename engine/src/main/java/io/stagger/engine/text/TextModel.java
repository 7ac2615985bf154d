package io.stagger.engine.text;

import io.stagger.api.Cluster;
import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.Placement;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.text.LanguageModel;
import io.stagger.engine.Stagger;
import io.stagger.engine.trace.record.TraceRecorder;
import io.stagger.weights.ProgressListener;
import io.stagger.weights.WeightStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that reads and writes text, ready to be run under any placement. May be used from any
 * thread until it is closed; close what {@link #place} gave out first.
 */
public final class TextModel implements AutoCloseable {

  private final Stagger stagger;
  private final StoreDirectory directory;
  private final WeightStore store;
  private final LanguageModel language;

  private TextModel(
      Stagger stagger, StoreDirectory directory, WeightStore store, LanguageModel language) {
    this.stagger = stagger;
    this.directory = directory;
    this.store = store;
    this.language = language;
  }

  /**
   * Opens a model.
   *
   * @param stagger opens runtimes and knows the language models; stays open until this is closed
   * @param model a weight store, or a checkpoint; a checkpoint is converted into a temporary store,
   *     which goes when this is closed
   * @param progress told how far the conversion is
   * @throws io.stagger.api.error.StaggerException if the folder is neither, its content is damaged,
   *     or there is no language model for its type
   */
  public static TextModel open(Stagger stagger, Path model, ProgressListener progress) {
    StoreDirectory directory = StoreDirectory.of(model, progress);
    try {
      return open(stagger, directory);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Likewise, telling no one. */
  public static TextModel open(Stagger stagger, Path model) {
    return open(stagger, model, ProgressListener.NONE);
  }

  private static TextModel open(Stagger stagger, StoreDirectory directory) {
    WeightStore store = WeightStore.open(directory.path());
    try {
      LanguageModel language =
          stagger
              .languageModels()
              .find(store.model().modelType())
              .call(provider -> provider.open(store));
      return new TextModel(stagger, directory, store, language);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** The model as its {@code config.json} describes it. */
  public HuggingFaceConfig model() {
    return store.model();
  }

  /** The folder of the weight store; a temporary one goes when this is closed. */
  public Path store() {
    return directory.path();
  }

  /** The part of the model that is not MoE. */
  public LanguageModel language() {
    return language;
  }

  /**
   * Opens a runtime that holds the model's experts where a placement says.
   *
   * @throws io.stagger.api.error.StaggerException if the placement is not valid for model and
   *     cluster, no backend can run here, or the weights do not agree with the placement
   */
  public PlacedModel place(Cluster cluster, Placement placement) {
    return place(cluster, placement, Optional.empty());
  }

  /**
   * Likewise, recording where every token goes.
   *
   * @param trace stays open
   */
  public PlacedModel place(Cluster cluster, Placement placement, Optional<TraceRecorder> trace) {
    MoeRuntime runtime = stagger.openRuntime(cluster, placement, store.loader());
    return new PlacedModel(language, runtime, cluster, trace);
  }

  @Override
  public void close() {
    store.close();
    directory.close();
  }
}
