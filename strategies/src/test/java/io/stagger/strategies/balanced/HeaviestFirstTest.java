package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heaviest come first, equals by lowest id. */
class HeaviestFirstTest {

  private static int[] sorted(double... loads) {
    int[] experts = IntStream.range(0, loads.length).toArray();
    new HeaviestFirst(loads.length).sort(experts, 0, loads.length, loads);
    return experts;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 255, 256, 257})
  void isTheOrderOfAComparison(int experts) {
    double[] loads = new Random(experts).ints(experts, 0, 20).asDoubleStream().toArray();
    Comparator<Integer> lightest = Comparator.comparingDouble(expert -> loads[expert]);
    int[] expected =
        IntStream.range(0, experts)
            .boxed()
            .sorted(lightest.reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(sorted(loads)).containsExactly(expected);
  }

  @Test
  void sortsOnlyThePartItIsAskedFor() {
    int[] experts = {0, 1, 2, 3, 4, 5};
    new HeaviestFirst(6).sort(experts, 1, 4, new double[] {0, 1, 2, 3, 4, 5});
    assertThat(experts).containsExactly(0, 3, 2, 1, 4, 5);
  }

  @Test
  void loadsThatAgreeInAllButTheirLastBitsAreEqual() {
    double[] loads = new double[256];
    loads[0] = 1;
    loads[255] = 1 + 0x1p-50;
    assertThat(sorted(loads)).startsWith(0, 255);
    loads[255] = 1 + 0x1p-43;
    assertThat(sorted(loads)).startsWith(255, 0);
  }
}
