package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.WeightLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedWeightLoaderTest {

  @TempDir Path temp;
  private WeightStore store;
  private MoeSpec spec;
  private WeightLoader loader;

  @BeforeEach
  void openAStore() throws IOException {
    Path in = Families.qwen3(1).write(temp.resolve("in"));
    CheckpointConverter.convert(in, temp.resolve("out"), ProgressListener.NONE);
    open();
  }

  private void open() {
    store = WeightStore.open(temp.resolve("out"));
    spec = store.spec();
    loader = store.loader();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aRankHoldsTheExpertsOfItsSlots() {
    Placement placement = PlacementFixture.same(spec, SlotLayout.of(2, 4), 3, 1, 0, 5, 4, 2);
    RankWeights weights = loader.load(placement, 1);
    WeightLoader all = store.loader();
    RankWeights everything = all.load(PlacementFixture.contiguous(spec, 1), 0);
    for (int layer = 0; layer < 2; layer++) {
      for (int local = 0; local < 4; local++) {
        int expert = List.of(0, 5, 4, 2).get(local);
        assertThat(weights.slot(layer, local)).isSameAs(everything.slot(layer, expert));
      }
    }
  }

  @Test
  void itReadsTheRanksDistinctExpertsAndNoOthers() {
    long expertBytes = 3L * Families.INNER * Families.HIDDEN * 2;
    Placement placement = PlacementFixture.same(spec, SlotLayout.of(4, 4), 0, 1, 0, -1, 2, 3, 4, 5);
    assertThat(loader.load(placement, 0).bytesRead()).isEqualTo(2 * 2 * expertBytes);
    assertThat(loader.load(placement, 1).bytesRead()).isEqualTo(2 * 4 * expertBytes);
  }

  /** An expert that is not the rank's may be damaged without anybody noticing: it is not read. */
  @Test
  void itDoesNotTouchOtherRanksExperts() throws IOException {
    damageExpert(0, 5);
    Placement placement = PlacementFixture.contiguous(spec, 2);
    assertThat(loader.load(placement, 0).prove(placement).slots()).isEqualTo(6);
    assertThatThrownBy(() -> loader.load(placement, 1))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("layer 0, expert 5")
        .hasMessageContaining("layer-00000.arrow");
  }

  private void damageExpert(int layer, int expert) throws IOException {
    store.close();
    Path file = temp.resolve("out").resolve(store.manifest().layers().get(layer).file());
    byte[] weights = CheckpointBytes.of(Families.qwen3(1), layer, expert);
    byte[] bytes = Files.readAllBytes(file);
    bytes[CheckpointBytes.indexOf(bytes, weights)] ^= 1;
    Files.write(file, bytes);
    open();
  }

  @Test
  void replicasShareTheSameBytes() {
    Placement placement = PlacementFixture.same(spec, SlotLayout.of(4, 4), 0, 1, 2, 0, 0, 3, 4, 5);
    RankWeights first = loader.load(placement, 0);
    RankWeights second = store.loader().load(placement, 1);
    assertThat(first.slot(1, 3)).isSameAs(first.slot(1, 0));
    assertThat(second.slot(1, 0).gate().data().address())
        .isEqualTo(first.slot(1, 0).gate().data().address());
  }

  @Test
  void aMigrationGetsTheExpertsThatWereCheckedBefore() {
    ExpertWeights before = loader.load(PlacementFixture.contiguous(spec, 2), 0).slot(0, 2);
    ExpertWeights after = loader.load(PlacementFixture.striped(spec, 2), 0).slot(0, 1);
    assertThat(after).isSameAs(before);
  }

  @Test
  void anEmptySlotIsRefused() {
    Placement placement = PlacementFixture.same(spec, SlotLayout.of(7), 0, 1, 2, 3, 4, 5, -1);
    assertThatThrownBy(() -> loader.load(placement, 0).slot(1, 6))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rank 0, layer 1, local slot 6");
  }

  @Test
  void aSlotThatDoesNotExistIsRefused() {
    RankWeights weights = loader.load(PlacementFixture.contiguous(spec, 2), 0);
    assertThatThrownBy(() -> weights.slot(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> weights.slot(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aRankWithoutSlotsReadsNothing() {
    Placement placement = PlacementFixture.same(spec, SlotLayout.of(6, 0), 0, 1, 2, 3, 4, 5);
    RankWeights weights = loader.load(placement, 1);
    assertThat(weights.bytesRead()).isZero();
    assertThat(weights.prove(placement).slots()).isZero();
  }

  @Test
  void aPlacementOfAnotherModelIsRefused() {
    Placement other = Placement.of(SlotLayout.of(2), 2, new int[][] {{0, 1}});
    assertThatThrownBy(() -> loader.load(other, 0))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("2 layers of 6 experts");
  }

  @Test
  void aRankThatDoesNotExistIsRefused() {
    Placement placement = PlacementFixture.contiguous(spec, 2);
    assertThatThrownBy(() -> loader.load(placement, 2))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("rank 2");
  }

  @Test
  void itKnowsTheModel() {
    ModelShape shape = loader.spec().shape();
    assertThat(shape.experts()).isEqualTo(Families.EXPERTS);
    assertThat(loader.spec().hiddenSize()).isEqualTo(Families.HIDDEN);
  }

  @Test
  void ranksMayBeLoadedFromSeveralThreads() throws Exception {
    Placement placement = PlacementFixture.striped(spec, 6);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Callable<Long>> loads =
          IntStream.range(0, 24)
              .<Callable<Long>>mapToObj(
                  i -> () -> loader.load(placement, i % 6).prove(placement).slots())
              .toList();
      for (Future<Long> slots : threads.invokeAll(loads)) {
        assertThat(slots.get()).isEqualTo(2);
      }
    }
  }
}
