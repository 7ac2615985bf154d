package io.stagger.engine.trace.record;

import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.Routing;
import io.stagger.engine.trace.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * Records one sequence. Its tokens pass the layers in order, some at a time: the first that do are
 * prefill, and so are later ones that pass together; a token that passes alone after that is
 * decode. Tokens are recorded once they have passed the last layer. Used by one thread at a time.
 */
public final class SequenceRecorder {

  private final TraceRecorder recorder;
  private final int sequence;
  private final int sourceRank;
  private final int modelLayers;
  private final boolean weights;
  private List<Routing> layers = new ArrayList<>();
  private int position;

  SequenceRecorder(TraceRecorder recorder, int sequence, int sourceRank) {
    this.recorder = recorder;
    this.sequence = sequence;
    this.sourceRank = sourceRank;
    this.modelLayers = recorder.header().model().layers();
    this.weights = recorder.header().weights();
  }

  /**
   * Records where a layer routed its tokens.
   *
   * @throws IllegalStateException if it is not the layer after the one before, or has another
   *     number of tokens
   * @throws io.stagger.api.error.StaggerException if earlier tokens could not be written
   */
  public void record(MoeOutput output) {
    Routing routing = output.routing();
    boolean fits =
        output.layer() == layers.size()
            && (layers.isEmpty() || routing.tokens() == layers.getFirst().tokens());
    if (!fits) {
      throw new IllegalStateException(
          "%d tokens of layer %d after %d layers"
              .formatted(routing.tokens(), output.layer(), layers.size()));
    }
    layers.add(routing);
    if (layers.size() == modelLayers) {
      int tokens = routing.tokens();
      Phase phase = position > 0 && tokens == 1 ? Phase.DECODE : Phase.PREFILL;
      recorder.put(new RoutedTokens(sequence, position, phase, sourceRank, layers, weights));
      layers = new ArrayList<>();
      position += tokens;
    }
  }
}
