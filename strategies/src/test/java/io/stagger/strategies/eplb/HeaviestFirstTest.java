package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order is that of a stable sort by descending weight, however many items there are. */
class HeaviestFirstTest {

  private static int[] order(HeaviestFirst sort, float[] weights) {
    return Arrays.stream(sort.sort(weights)).mapToInt(WeightKey::id).toArray();
  }

  private static int[] stablySorted(float[] weights) {
    return IntStream.range(0, weights.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer item) -> -weights[item]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 39, 40, 41, 288, 3_000})
  void isTheOrderOfAStableSort(int items) {
    HeaviestFirst sort = new HeaviestFirst(items);
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      int distinct = 1 + random.nextInt(2 * items + 1);
      float scale = (float) Math.pow(10, random.nextInt(60) - 30);
      float[] weights = new float[items];
      for (int item = 0; item < items; item++) {
        weights[item] = random.nextInt(distinct) * scale;
      }
      assertThat(order(sort, weights)).as("seed %d", seed).isEqualTo(stablySorted(weights));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 300})
  void tellsWeightsApartThatDifferInTheirLastBit(int items) {
    float[] weights = new float[items];
    float weight = 1;
    for (int item = 0; item < items; item++) {
      weights[item] = weight;
      weight = Math.nextUp(weight);
    }
    assertThat(order(new HeaviestFirst(items), weights)).isEqualTo(stablySorted(weights));
  }
}
