package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answer to "how do you know that the loader put each expert where the router looks". */
class SlotProofTest {

  @TempDir Path temp;
  private WeightStore store;
  private MoeSpec spec;
  private Placement striped;

  @BeforeEach
  void openAStore() throws IOException {
    Path in = Families.deepSeek(1).write(temp.resolve("in"));
    CheckpointConverter.convert(in, temp.resolve("out"), ProgressListener.NONE);
    store = WeightStore.open(temp.resolve("out"));
    spec = store.spec();
    striped = PlacementFixture.striped(spec, 3);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** What a loader hands out that was changed on its way. */
  private record Changed(RankWeights inner, Placement placement, SlotChange change)
      implements RankWeights {

    interface SlotChange {
      ExpertWeights slot(RankWeights inner, int layer, int localSlot);
    }

    @Override
    public int rank() {
      return inner.rank();
    }

    @Override
    public ExpertWeights slot(int layer, int localSlot) {
      return change.slot(inner, layer, localSlot);
    }

    @Override
    public long bytesRead() {
      return inner.bytesRead();
    }

    @Override
    public LoadProof prove(Placement expected) {
      throw new AssertionError("the proof must not trust what it is to prove");
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  @Test
  void aLoaderThatFollowsThePlacementIsProved() {
    LoadProof proof = store.loader().load(striped, 1).prove(striped);
    assertThat(proof)
        .isEqualTo(new LoadProof(1, 4, 4 * store.manifest().expertBytes(), striped.fingerprint()));
  }

  /** The pull request's fear: the map says striped, the loader loads contiguous blocks. */
  @Test
  void aLoaderThatIgnoresTheMapIsCaughtAtItsFirstWrongSlot() {
    RankWeights blocks = store.loader().load(PlacementFixture.contiguous(spec, 3), 1);
    RankWeights broken =
        new Changed(blocks, striped, (inner, layer, local) -> inner.slot(layer, local));
    assertThatThrownBy(() -> SlotProof.prove(store.manifest(), broken, striped))
        .isInstanceOf(WeightMismatchException.class)
        .hasMessage(
            "rank 1, layer 0 (model layer 1), slot 2 (local slot 0): holds expert 2; expected"
                + " expert 1 by placement "
                + striped.fingerprint().substring(0, 12)
                + ". The loader does not follow the placement; no token may be routed by it");
  }

  @Test
  void weightsLoadedForOnePlacementDoNotProveAnother() {
    RankWeights blocks = store.loader().load(PlacementFixture.contiguous(spec, 3), 2);
    assertThatThrownBy(() -> blocks.prove(striped))
        .isInstanceOf(WeightMismatchException.class)
        .hasMessageContaining("rank 2, layer 0 (model layer 1), slot 4 (local slot 0)")
        .hasMessageContaining("holds expert 4; expected expert 2");
  }

  @Test
  void aWrongExpertInOneSlotOfOneLayerIsCaught() {
    RankWeights broken =
        new Changed(
            store.loader().load(striped, 0),
            striped,
            (inner, layer, local) -> inner.slot(layer, layer == 1 && local == 1 ? 0 : local));
    assertThatThrownBy(() -> SlotProof.prove(store.manifest(), broken, striped))
        .hasMessageContaining("rank 0, layer 1 (model layer 2), slot 1 (local slot 1)")
        .hasMessageContaining("holds expert 0; expected expert 3");
  }

  @Test
  void theRightExpertOfTheWrongLayerIsCaught() {
    RankWeights broken =
        new Changed(
            store.loader().load(striped, 0),
            striped,
            (inner, layer, local) -> inner.slot(1 - layer, local));
    assertThatThrownBy(() -> SlotProof.prove(store.manifest(), broken, striped))
        .hasMessageContaining("holds expert 0 of model layer 2; expected expert 0");
  }

  @Test
  void oneChangedBitIsCaught() {
    RankWeights broken =
        new Changed(
            store.loader().load(striped, 0),
            striped,
            (inner, layer, local) -> withOneBitChanged(inner.slot(layer, local)));
    assertThatThrownBy(() -> SlotProof.prove(store.manifest(), broken, striped))
        .hasMessageContaining("holds bytes that are no expert's (SHA-256 ")
        .hasMessageContaining("expected expert 0");
  }

  private static ExpertWeights withOneBitChanged(ExpertWeights weights) {
    byte[] bytes = weights.down().data().toArray(ValueLayout.JAVA_BYTE);
    bytes[bytes.length - 1] ^= (byte) 0x80;
    Tensor down =
        new Tensor(MemorySegment.ofArray(bytes), weights.down().type(), weights.down().shape());
    return new ExpertWeights(weights.gate(), weights.up(), down);
  }

  @Test
  void gateAndUpInEachOthersPlaceAreCaught() {
    RankWeights broken =
        new Changed(
            store.loader().load(striped, 0),
            striped,
            (inner, layer, local) -> {
              ExpertWeights right = inner.slot(layer, local);
              return new ExpertWeights(right.up(), right.gate(), right.down());
            });
    assertThatThrownBy(() -> SlotProof.prove(store.manifest(), broken, striped))
        .hasMessageContaining("no expert's");
  }

  @Test
  void copiesOfTheRightBytesAreProvedToo() {
    RankWeights copied =
        new Changed(
            store.loader().load(striped, 2),
            striped,
            (inner, layer, local) -> copy(inner.slot(layer, local)));
    assertThat(SlotProof.prove(store.manifest(), copied, striped).slots()).isEqualTo(4);
  }

  private static ExpertWeights copy(ExpertWeights weights) {
    return new ExpertWeights(copy(weights.gate()), copy(weights.up()), copy(weights.down()));
  }

  private static Tensor copy(Tensor tensor) {
    byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
    return new Tensor(MemorySegment.ofArray(bytes), tensor.type(), tensor.shape());
  }

  @Test
  void anEmptySlotWhereAnExpertBelongsIsCaught() {
    Placement sparse = PlacementFixture.same(spec, SlotLayout.of(3, 2, 2), 0, 3, -1, 1, 4, 2, 5);
    Placement full = PlacementFixture.same(spec, SlotLayout.of(3, 2, 2), 0, 3, 5, 1, 4, 2, 5);
    assertThatThrownBy(() -> store.loader().load(sparse, 0).prove(full))
        .hasMessageContaining("slot 2 (local slot 2): holds no expert; expected expert 5");
  }

  @Test
  void anExpertInASlotThatIsToBeEmptyIsCaught() {
    Placement sparse = PlacementFixture.same(spec, SlotLayout.of(3, 2, 2), 0, 3, -1, 1, 4, 2, 5);
    Placement full = PlacementFixture.same(spec, SlotLayout.of(3, 2, 2), 0, 3, 5, 1, 4, 2, 5);
    assertThat(store.loader().load(sparse, 0).prove(sparse).slots()).isEqualTo(4);
    assertThatThrownBy(() -> store.loader().load(full, 0).prove(sparse))
        .hasMessageContaining("holds expert 5; expected no expert");
  }

  @Test
  void tooFewSlotsAreCaught() {
    RankWeights small = store.loader().load(PlacementFixture.contiguous(spec, 6), 0);
    assertThatThrownBy(() -> small.prove(striped))
        .hasMessageContaining("local slot 1")
        .hasMessageContaining("holds no expert");
  }

  @Test
  void aPlacementOfAnotherModelProvesNothing() {
    RankWeights weights = store.loader().load(striped, 0);
    Placement other = Placement.of(SlotLayout.of(2), 2, new int[][] {{0, 1}});
    assertThatThrownBy(() -> weights.prove(other))
        .isInstanceOf(WeightMismatchException.class)
        .hasMessageContaining("2 layers and 6 experts");
  }
}
