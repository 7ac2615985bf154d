package io.stagger.weights;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.Violation;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.TensorType;
import io.stagger.api.weights.WeightLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Hands out slices of an open store; reads, to check them, the experts of the rank alone. */
final class MappedWeightLoader implements WeightLoader {

  private final Manifest manifest;
  private final List<StoredLayer> layers;

  MappedWeightLoader(Manifest manifest, List<StoredLayer> layers) {
    this.manifest = manifest;
    this.layers = layers;
  }

  @Override
  public MoeSpec spec() {
    return manifest.spec();
  }

  @Override
  public TensorType type() {
    return manifest.expertType();
  }

  @Override
  public RankWeights load(Placement placement, int rank) {
    requireModel(placement, rank);
    List<List<Optional<ExpertWeights>>> slots = new ArrayList<>();
    long distinct = 0;
    for (int layer = 0; layer < placement.layers(); layer++) {
      int[] experts = expertsOf(placement, layer, rank);
      slots.add(load(layer, experts));
      distinct += Arrays.stream(experts).filter(e -> e != Placement.EMPTY).distinct().count();
    }
    return new MappedRankWeights(
        manifest, placement, rank, List.copyOf(slots), distinct * manifest.expertBytes());
  }

  private List<Optional<ExpertWeights>> load(int layer, int[] experts) {
    List<Optional<ExpertWeights>> slots = new ArrayList<>(experts.length);
    for (int expert : experts) {
      slots.add(
          expert == Placement.EMPTY
              ? Optional.empty()
              : Optional.of(layers.get(layer).expert(expert)));
    }
    return List.copyOf(slots);
  }

  private static int[] expertsOf(Placement placement, int layer, int rank) {
    int first = placement.layout().firstSlot(rank);
    int[] row = placement.physicalToLogical(layer);
    return Arrays.copyOfRange(row, first, first + placement.layout().slotsOf(rank));
  }

  private void requireModel(Placement placement, int rank) {
    int layerCount = spec().shape().layers();
    int experts = spec().shape().experts();
    if (placement.layers() != layerCount || placement.experts() != experts) {
      throw wrong(
          Violation.Rule.LAYERS,
          "%d layers of %d experts".formatted(placement.layers(), placement.experts()),
          "%d layers of %d experts, as the weights have".formatted(layerCount, experts));
    }
    if (rank < 0 || rank >= placement.ranks()) {
      throw wrong(
          Violation.Rule.CAPACITY, "rank " + rank, "a rank from 0 to " + (placement.ranks() - 1));
    }
  }

  private static InvalidPlacementException wrong(
      Violation.Rule rule, String problem, String expected) {
    return new InvalidPlacementException(
        Diagnosis.of(problem, "placement").expecting(expected),
        List.of(new Violation(rule, -1, -1, problem)));
  }

  @Override
  public LayerWeights layer(int layer) {
    return layers.get(layer).common();
  }

  /** Nothing to do: the store, which made the loader, unmaps the weights. */
  @Override
  public void close() {}
}
