package io.stagger.engine.trace.statistics;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.Routes;
import io.stagger.engine.trace.TraceBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Routes of the tokens that a {@link Reservoir} keeps. */
final class RouteSample {

  private final ModelShape model;
  private final int capacity;
  private final Reservoir reservoir;
  private final long[] numbers;
  private final int[] sequences;
  private final char[][] choices;
  private int kept;

  RouteSample(ModelShape model, int capacity) {
    this.model = model;
    this.capacity = capacity(model, capacity);
    this.reservoir = new Reservoir(this.capacity);
    this.numbers = new long[this.capacity];
    this.sequences = new int[this.capacity];
    this.choices = new char[this.capacity][];
  }

  /** How many routes are kept, where so many are asked for. */
  static int capacity(ModelShape model, int asked) {
    long each = (long) model.layers() * model.topK();
    return (int) Math.min(asked, Routes.MAX_CHOICES / each);
  }

  void add(TraceBatch batch) {
    for (int token = 0; capacity > 0 && token < batch.tokens(); token++) {
      int place = reservoir.next();
      if (place >= 0) {
        keep(place, batch, token);
      }
    }
  }

  private void keep(int place, TraceBatch batch, int token) {
    int width = model.layers() * model.topK();
    char[] chosen = choices[place] == null ? new char[width] : choices[place];
    batch.experts().copy(token * width, chosen, 0, width);
    kept = Math.max(kept, place + 1);
    numbers[place] = reservoir.last();
    sequences[place] = batch.sequence(token);
    choices[place] = chosen;
  }

  /** The routes, in the order in which they were recorded. */
  Routes routes() {
    int width = model.layers() * model.topK();
    int[] order =
        IntStream.range(0, kept)
            .boxed()
            .sorted(Comparator.comparingLong(place -> numbers[place]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] sorted = new int[kept];
    char[] flat = new char[kept * width];
    Arrays.setAll(sorted, i -> sequences[order[i]]);
    for (int i = 0; i < kept; i++) {
      System.arraycopy(choices[order[i]], 0, flat, i * width, width);
    }
    return Routes.of(model, sorted, flat);
  }
}
