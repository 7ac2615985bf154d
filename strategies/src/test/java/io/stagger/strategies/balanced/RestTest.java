package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was moved rests for a few moves. */
class RestTest {

  /** How many moves a replica rests that begins to now. */
  private static int length(Rest rest) {
    rest.tick();
    rest.of(0);
    int moves = 0;
    while (rest.rests(0)) {
      rest.tick();
      moves++;
    }
    return moves;
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "8, 2", "12, 3", "20, 5", "400, 5"})
  void restsAreShortWhereReplicasAreFewAndDifferInLength(int replicas, int shortest) {
    Rest rest = new Rest(replicas);
    TreeSet<Integer> lengths = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      lengths.add(length(rest));
    }
    assertThat(lengths)
        .containsExactly(shortest, shortest + 1, shortest + 2, shortest + 3, shortest + 4);
  }

  @Test
  void nothingRestsAtFirst() {
    Rest rest = new Rest(8);
    assertThat(rest.rests(0)).isFalse();
    rest.tick();
    assertThat(rest.rests(7)).isFalse();
  }

  @Test
  void onlyWhatWasMovedRests() {
    Rest rest = new Rest(8);
    rest.tick();
    rest.of(3);
    assertThat(rest.rests(3)).isTrue();
    assertThat(rest.rests(2)).isFalse();
  }

  @Test
  void nothingRestsAfterTheEndAndTheNextSearchIsLikeTheFirst() {
    Rest rest = new Rest(8);
    int first = length(rest);
    length(rest);
    rest.of(5);
    rest.end();
    assertThat(rest.rests(5)).isFalse();
    assertThat(length(rest)).isEqualTo(first);
    assertThat(length(new Rest(8))).isEqualTo(first);
  }
}
