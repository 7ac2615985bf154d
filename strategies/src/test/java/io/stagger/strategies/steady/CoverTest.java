package io.stagger.strategies.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cover against sorting and counting. */
class CoverTest {

  private static final int CELLS = 400;

  /** How many more experts than rooms are above a load. */
  private static long lacking(double[] items, double[] rooms, double load) {
    return Arrays.stream(items).filter(item -> item > load).count()
        - Arrays.stream(rooms).filter(room -> room > load).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void measuresWhatCountingGives(long seed) {
    Random random = new Random(seed);
    int many = 1 + random.nextInt(8);
    // Whole numbers, so that a cell of length 1 is all alike.
    double[] items = random.ints(many, 50, 300).asDoubleStream().toArray();
    double[] rooms = random.ints(many, 20, 350).asDoubleStream().toArray();
    Cover cover = new Cover(many);
    for (int i = 0; i < many; i++) {
      cover.set(i, items[i], rooms[i]);
    }
    cover.measure(many);
    for (int round = 0; round < 50; round++) {
      int from = random.nextInt(CELLS);
      int to = from + random.nextInt(CELLS - from);
      double missing = 0;
      double tight = 0;
      for (int cell = from; cell < to; cell++) {
        missing += lacking(items, rooms, cell + 0.5) > 0 ? 1 : 0;
        tight += lacking(items, rooms, cell + 0.5) >= 0 ? 1 : 0;
      }
      assertThat(cover.missing(from, to)).as("missing").isCloseTo(missing, within(1e-9));
      assertThat(cover.tight(from, to)).as("tight").isCloseTo(tight, within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void whatIsUncoveredIsWhatTheBestReceiversHaveTooMuch(long seed) {
    Random random = new Random(seed);
    double[] items = random.doubles(6).toArray();
    double[] rooms = random.doubles(6).toArray();
    Cover cover = new Cover(6);
    for (int i = 0; i < 6; i++) {
      cover.set(i, items[i], rooms[i]);
    }
    cover.measure(6);
    assertThat(cover.uncovered()).isCloseTo(leastTooMuch(items, rooms, 0), within(1e-9));
  }

  /** Over all orders of the rooms from an index on. */
  private static double leastTooMuch(double[] items, double[] rooms, int from) {
    if (from == items.length) {
      return 0;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int i = from; i < rooms.length; i++) {
      swap(rooms, from, i);
      double here = Math.max(0, items[from] - rooms[from]);
      least = Math.min(least, here + leastTooMuch(items, rooms, from + 1));
      swap(rooms, from, i);
    }
    return least;
  }

  private static void swap(double[] values, int one, int other) {
    double value = values[one];
    values[one] = values[other];
    values[other] = value;
  }
}
