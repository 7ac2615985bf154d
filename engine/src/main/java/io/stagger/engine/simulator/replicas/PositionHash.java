package io.stagger.engine.simulator.replicas;

/**
 * Replica {@code ((position * 2654435769) mod 2^32) mod count} of a token's position in its rank's
 * batch: what vLLM does ({@code base_router.py}, main of 2026-08-17).
 */
final class PositionHash implements ReplicaChooser {

  private static final long GOLDEN_RATIO = 2_654_435_769L;
  private static final long MASK = 0xffff_ffffL;

  private final PlacedLayer layer;

  PositionHash(PlacedLayer layer) {
    this.layer = layer;
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    for (int choice = 0; choice < batch.choices(); choice++) {
      int expert = batch.expert(choice);
      long hash = (batch.step().position(choice / batch.topK()) * GOLDEN_RATIO) & MASK;
      slots[choice] = layer.slot(expert, (int) (hash % layer.replicas(expert)));
    }
  }
}
