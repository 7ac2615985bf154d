package io.stagger.engine.simulator.replicas;

/**
 * By chance among the nearest replicas: those on the token's rank, else on its node, else all. The
 * rule of SGLang's {@code dynamic} dispatch (pull request 10874). Chance is a hash of step, layer
 * and choice, so that it is the same every time.
 */
final class DynamicNearest implements ReplicaChooser {

  private static final long STEP_STRIDE = 0x9E37_79B9_7F4A_7C15L;

  private final PlacedLayer layer;

  DynamicNearest(PlacedLayer layer) {
    this.layer = layer;
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    long seed = mix(batch.step().number() * STEP_STRIDE + batch.layer());
    for (int choice = 0; choice < batch.choices(); choice++) {
      int expert = batch.expert(choice);
      slots[choice] =
          layer.replicas(expert) == 1
              ? layer.slot(expert, 0)
              : among(expert, batch.home(choice), mix(seed + choice));
    }
  }

  private int among(int expert, int rank, long random) {
    int nearest = Integer.MAX_VALUE;
    int count = 0;
    for (int replica = 0; replica < layer.replicas(expert); replica++) {
      int distance = layer.distance(rank, layer.slot(expert, replica));
      if (distance < nearest) {
        nearest = distance;
        count = 0;
      }
      count += distance == nearest ? 1 : 0;
    }
    int drawn = (int) Long.remainderUnsigned(random, count);
    int replica = -1;
    while (drawn >= 0) {
      replica++;
      drawn -= layer.distance(rank, layer.slot(expert, replica)) == nearest ? 1 : 0;
    }
    return layer.slot(expert, replica);
  }

  /** Stafford's variant 13 of MurmurHash3's finalizer, which SplittableRandom uses too. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ (mixed >>> 31);
  }
}
