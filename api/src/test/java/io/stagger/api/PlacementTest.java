package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Violation.Rule;
import io.stagger.api.error.InvalidPlacementException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors are those of vLLM's own tests and documentation where a test says so. */
class PlacementTest {

  /** vLLM's documented example of its logical maps: 4 experts, 2 of them redundant. */
  private static final Placement DOCUMENTED =
      Placement.of(SlotLayout.of(3, 2, 1), 4, new int[][] {{0, 1, 2, 3, 0, 1}, {0, 2, 0, 1, 0, 3}});

  @Test
  void derivesTheLogicalMapsThatVllmDocuments() {
    assertThat(DOCUMENTED.logicalToPhysical(0))
        .isDeepEqualTo(new int[][] {{0, 4, -1}, {1, 5, -1}, {2, -1, -1}, {3, -1, -1}});
    assertThat(DOCUMENTED.logicalToPhysical(1))
        .isDeepEqualTo(new int[][] {{0, 2, 4}, {3, -1, -1}, {1, -1, -1}, {5, -1, -1}});
    assertThat(DOCUMENTED.replicaCounts(0)).containsExactly(2, 2, 1, 1);
    assertThat(DOCUMENTED.replicaCounts(1)).containsExactly(3, 1, 1, 1);
    assertThat(DOCUMENTED.maxReplicaCount()).isEqualTo(3);
  }

  @Test
  void leavesHolesOutOfTheLogicalMapsAsVllmDoes() {
    int[][] rows = {{0, 1, -1, 2, 3, -1}, {3, -1, 2, 1, 0, -1}};
    Placement placement = Placement.of(SlotLayout.even(2, 6), 4, rows);
    assertThat(placement.logicalToPhysical(0)).isDeepEqualTo(new int[][] {{0}, {1}, {3}, {4}});
    assertThat(placement.logicalToPhysical(1)).isDeepEqualTo(new int[][] {{4}, {3}, {2}, {0}});
    assertThat(placement.replicaCounts(0)).containsExactly(1, 1, 1, 1);
    assertThat(placement.replicaCounts(1)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void derivesTheMapsThatVllmCommits() {
    Placement placement =
        Placement.of(SlotLayout.even(2, 4), 3, new int[][] {{0, 1, 2, 0}, {1, 2, 0, 1}});
    assertThat(placement.logicalToPhysical(0))
        .isDeepEqualTo(new int[][] {{0, 3}, {1, -1}, {2, -1}});
    assertThat(placement.logicalToPhysical(1))
        .isDeepEqualTo(new int[][] {{2, -1}, {0, 3}, {1, -1}});
    assertThat(placement.replicaCounts(0)).containsExactly(2, 1, 1);
    assertThat(placement.replicaCounts(1)).containsExactly(1, 2, 1);
  }

  @Test
  void givesTheExpertMapOfALinearRankAsVllmDoes() {
    Placement linear =
        Placement.of(SlotLayout.even(3, 10), 10, new int[][] {IntStream.range(0, 10).toArray()});
    assertThat(linear.expertMap(0, 1)).containsExactly(-1, -1, -1, -1, 0, 1, 2, -1, -1, -1);
  }

  @Test
  void givesTheExpertMapOfARoundRobinRankAsVllmDoes() {
    int[] physicalToGlobal = {0, 3, 6, 9, 1, 4, 7, 2, 5, 8};
    int[] globalToPhysical = {0, 4, 7, 1, 5, 8, 2, 6, 9, 3};
    Placement striped = Placement.of(SlotLayout.even(3, 10), 10, new int[][] {physicalToGlobal});
    assertThat(striped.expertMap(0, 1)).containsExactly(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1);
    assertThat(Arrays.stream(striped.logicalToPhysical(0)).mapToInt(row -> row[0]))
        .containsExactly(Arrays.stream(globalToPhysical).boxed().toArray(Integer[]::new));
  }

  @Test
  void mapsAnExpertThatARankHoldsTwiceToTheLowerSlot() {
    Placement placement = Placement.of(SlotLayout.of(1, 4), 3, new int[][] {{0, 1, 2, 1, -1}});
    assertThat(placement.expertMap(0, 1)).containsExactly(-1, 0, 1);
    assertThat(placement.expertMap(0, 0)).containsExactly(0, -1, -1);
  }

  @Test
  void sortsTheSlotsOfEachRankWithEmptyOnesLast() {
    int[][] rows = {{2, -1, 0, 3, 1, -1}, {-1, -1, 1, 0, 2, 0}};
    Placement placement = Placement.of(SlotLayout.of(3, 0, 2, 1), 4, rows);
    assertThat(placement.withSlotsInOrder())
        .isEqualTo(
            Placement.of(
                placement.layout(), 4, new int[][] {{0, 2, -1, 1, 3, -1}, {1, -1, -1, 0, 2, 0}}));
    assertThat(placement.physicalToLogical()).isDeepEqualTo(rows);
  }

  @Test
  void givesARankWithoutSlotsAnEmptyExpertMap() {
    Placement placement = Placement.of(SlotLayout.of(2, 0, 1), 3, new int[][] {{0, 1, 2}});
    assertThat(placement.expertMap(0, 1)).containsExactly(-1, -1, -1);
    assertThat(placement.expertMap(0, 2)).containsExactly(-1, -1, 0);
  }

  @Test
  void derivesMapsThatAgreeOnRandomPlacements() {
    long seed = 23_745;
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      Placement placement = random(random);
      for (int layer = 0; layer < placement.layers(); layer++) {
        String where = "seed " + seed + ", round " + round + ", layer " + layer;
        int[] row = placement.physicalToLogical(layer);
        for (int expert = 0; expert < placement.experts(); expert++) {
          int wanted = expert;
          int[] slots = IntStream.range(0, row.length).filter(s -> row[s] == wanted).toArray();
          assertThat(placement.replicaCount(layer, expert)).as(where).isEqualTo(slots.length);
          int[] padded = Arrays.copyOf(slots, placement.maxReplicaCount());
          Arrays.fill(padded, slots.length, padded.length, -1);
          assertThat(placement.logicalToPhysical(layer)[expert]).as(where).isEqualTo(padded);
          for (int replica = 0; replica < slots.length; replica++) {
            assertThat(placement.replica(layer, expert, replica))
                .as(where)
                .isEqualTo(slots[replica]);
          }
        }
      }
    }
  }

  private static Placement random(Random random) {
    SlotLayout layout = SlotLayout.of(random.ints(1 + random.nextInt(5), 0, 5).toArray());
    int experts = 1 + random.nextInt(6);
    int[][] rows = new int[random.nextInt(4)][];
    Arrays.setAll(rows, layer -> random.ints(layout.slots(), -1, experts).toArray());
    return Placement.of(layout, experts, rows);
  }

  @Test
  void holdsNoLayerWhereTheModelHasNone() {
    Placement placement = Placement.of(SlotLayout.even(2, 4), 4, new int[0][]);
    assertThat(placement.layers()).isZero();
    assertThat(placement.maxReplicaCount()).isZero();
    assertThat(placement.physicalToLogical()).isEmpty();
  }

  @Test
  void keepsAndHandsOutCopies() {
    int[][] rows = {{0, 1}};
    Placement placement = Placement.of(SlotLayout.even(1, 2), 2, rows);
    rows[0][0] = 1;
    placement.physicalToLogical()[0][0] = 1;
    placement.physicalToLogical(0)[0] = 1;
    placement.replicaCounts(0)[0] = 7;
    placement.logicalToPhysical(0)[0][0] = 7;
    placement.expertMap(0, 0)[0] = 7;
    assertThat(placement.physicalToLogical()).isDeepEqualTo(new int[][] {{0, 1}});
    assertThat(placement.replicaCounts(0)).containsExactly(1, 1);
    assertThat(placement.replica(0, 0, 0)).isZero();
    assertThat(placement.expertMap(0, 0)).containsExactly(0, 1);
  }

  @ParameterizedTest
  @CsvSource({"4", "-2", "2147483647", "-2147483648"})
  void refusesAnExpertThatDoesNotExistAndNamesItsPlace(int expert) {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() ->
            Placement.of(SlotLayout.of(2, 2), 4, new int[][] {{0, 1, 2, 3}, {0, 1, 2, expert}}))
        .withMessage(
            "placement: layer 1, slot 3 (rank 1) holds expert "
                + expert
                + "; expected 0 to 3, or -1 for none")
        .satisfies(e -> {
          Violation violation = e.violations().getFirst();
          assertThat(violation.rule()).isEqualTo(Rule.SLOT_IN_RANGE);
          assertThat(violation.layer()).isEqualTo(1);
          assertThat(violation.slot()).isEqualTo(3);
        });
  }

  @Test
  void isTheSameFromOneArrayAsFromRows() {
    int[] flat =
        Arrays.stream(DOCUMENTED.physicalToLogical()).flatMapToInt(Arrays::stream).toArray();
    Placement placement = Placement.of(DOCUMENTED.layout(), 2, 4, flat);
    flat[0] = 3;
    assertThat(placement).isEqualTo(DOCUMENTED);
    assertThat(placement.logicalToPhysical(1)).isDeepEqualTo(DOCUMENTED.logicalToPhysical(1));
  }

  @Test
  void namesThePlaceInOneArrayToo() {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(
            () -> Placement.of(SlotLayout.of(2, 2), 2, 4, new int[] {0, 1, 2, 3, 0, 1, 4, 2}))
        .withMessage(
            "placement: layer 1, slot 2 (rank 1) holds expert 4; expected 0 to 3, or -1 for none");
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "3, 4", "-1, 0"})
  void refusesAnArrayThatIsNotOfTheLayersSlots(int layers, int length) {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() -> Placement.of(SlotLayout.of(2), layers, 2, new int[length]))
        .satisfies(e -> assertThat(e.violations().getFirst().rule()).isEqualTo(Rule.CAPACITY));
  }

  @Test
  void refusesARowOfAnotherLengthAndNamesItsLayer() {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() -> Placement.of(SlotLayout.of(2), 2, new int[][] {{0, 1}, {0, 1, 0}}))
        .withMessage("placement: layer 1 has 3 slots; expected 2")
        .satisfies(e -> assertThat(e.violations().getFirst().rule()).isEqualTo(Rule.CAPACITY));
  }

  @ParameterizedTest
  @CsvSource({"4, 0", "4, -1", "4, 65537", "4097, 1", "4096, 65536"})
  void refusesSizesOutOfRangeBeforeItAllocates(int layers, int experts) {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() -> Placement.of(SlotLayout.of(1), experts, new int[layers][0]))
        .withMessageStartingWith(
            "placement: " + layers + " layers x 1 slots of " + experts + " experts; expected");
  }

  @Test
  void acceptsTheMostLayersAndTheMostExperts() {
    int[][] none = new int[ModelShape.MAX_LAYERS][0];
    assertThat(Placement.of(SlotLayout.of(0), 1, none).layers()).isEqualTo(4096);
    Placement wide = Placement.of(SlotLayout.of(1), ModelShape.MAX_EXPERTS, new int[][] {{65_535}});
    assertThat(wide.replica(0, 65_535, 0)).isZero();
  }

  @Test
  void refusesToPadAMapThatNoMachineHolds() {
    int slots = 1 << 20;
    int experts = 1 << 10;
    Placement placement = Placement.of(SlotLayout.of(slots), experts, new int[][] {new int[slots]});
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() -> placement.logicalToPhysical(0))
        .withMessageContaining("1024 experts x 1048576 replicas");
    assertThat(placement.replica(0, 0, slots - 1)).isEqualTo(slots - 1);
  }

  @Test
  void refusesIndexesOutOfRangeInsteadOfReadingTheNextRow() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.logicalAt(0, 6));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.logicalAt(2, 0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.replicaCount(0, 4));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.replicaCount(-1, 4));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.physicalToLogical(2));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.logicalToPhysical(2));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.expertMap(0, 3));
  }

  @ParameterizedTest
  @CsvSource({"-1", "2"})
  void refusesAReplicaThatDoesNotExist(int replica) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> DOCUMENTED.replica(0, 1, replica))
        .withMessage("replica " + replica + " of expert 1 in layer 0, which has 2");
  }

  /** The literal was computed by Python's hashlib over the bytes that the Javadoc describes. */
  @Test
  void hasTheFingerprintThatPythonComputes() {
    Placement placement =
        Placement.of(
            SlotLayout.of(3, 2, 1), 4, new int[][] {{0, 1, 2, 3, 0, 1}, {0, 2, -1, 1, 0, 3}});
    assertThat(placement.fingerprint())
        .isEqualTo("f3e9520a36264975350d3d7ecec07dc932a485df38324db2730a7c729f5444e4")
        .isSameAs(placement.fingerprint());
  }

  /** As above, with more cells than are hashed at a time: slot s of layer l holds 7 s + l. */
  @Test
  void hasTheFingerprintThatPythonComputesOfALargePlacement() {
    int[][] rows = new int[58][288];
    for (int layer = 0; layer < 58; layer++) {
      for (int slot = 0; slot < 288; slot++) {
        rows[layer][slot] = (slot * 7 + layer) % 256;
      }
    }
    assertThat(Placement.of(SlotLayout.even(32, 288), 256, rows).fingerprint())
        .isEqualTo("1e526f3ec56854c12725a60756cc86649adb2473a86a6588f3d71bfb92057a33");
  }

  @Test
  void changesItsFingerprintWithEverythingThatItIs() {
    int[][] rows = {{0, 1, 2, 3}};
    assertThat(
            Stream.of(
                    Placement.of(SlotLayout.of(2, 2), 4, rows),
                    Placement.of(SlotLayout.of(4), 4, rows),
                    Placement.of(SlotLayout.of(2, 2, 0), 4, rows),
                    Placement.of(SlotLayout.of(2, 2), 5, rows),
                    Placement.of(SlotLayout.of(2, 2), 4, new int[][] {{0, 1, 3, 2}}),
                    Placement.of(SlotLayout.of(2, 2), 4, new int[][] {{0, 1, 2, 3}, {0, 1, 2, 3}}))
                .map(Placement::fingerprint))
        .doesNotHaveDuplicates();
  }

  @Test
  void isAValue() {
    Placement same =
        Placement.of(
            SlotLayout.of(3, 2, 1), 4, new int[][] {{0, 1, 2, 3, 0, 1}, {0, 2, 0, 1, 0, 3}});
    assertThat(DOCUMENTED).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(Placement.of(SlotLayout.of(1), 1, new int[][] {{0}}))
        .doesNotHaveSameHashCodeAs(Placement.of(SlotLayout.of(1), 1, new int[][] {{-1}}));
    assertThat(DOCUMENTED)
        .isNotEqualTo(Placement.of(SlotLayout.of(3, 3), 4, DOCUMENTED.physicalToLogical()))
        .isNotEqualTo(Placement.of(DOCUMENTED.layout(), 5, DOCUMENTED.physicalToLogical()))
        .isNotEqualTo(
            Placement.of(DOCUMENTED.layout(), 4, new int[][] {DOCUMENTED.physicalToLogical(0)}))
        .isNotEqualTo(
            Placement.of(
                DOCUMENTED.layout(), 4, new int[][] {{0, 1, 2, 3, 0, 1}, {0, 2, 0, 1, 0, -1}}));
    assertThat(DOCUMENTED.toString())
        .isEqualTo(
            "Placement[2 layers, 4 experts, 6 slots on 3 ranks, %s]"
                .formatted(DOCUMENTED.fingerprint().substring(0, 12)));
  }
}
