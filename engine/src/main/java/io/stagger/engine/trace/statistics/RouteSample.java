package io.stagger.engine.trace.statistics;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.Routes;
import io.stagger.engine.trace.TraceBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Routes of some tokens, each token of the trace being as likely to be among them as any other
 * (Vitter's reservoir sampling, algorithm R, with a fixed seed, so that the same trace gives the
 * same sample).
 */
final class RouteSample {

  private static final long SEED = 5;

  private final ModelShape model;
  private final int capacity;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final long[] numbers;
  private final int[] sequences;
  private final char[][] choices;
  private long seen;

  RouteSample(ModelShape model, int capacity) {
    long each = (long) model.layers() * model.topK();
    this.model = model;
    this.capacity = (int) Math.min(capacity, Routes.MAX_CHOICES / each);
    this.numbers = new long[this.capacity];
    this.sequences = new int[this.capacity];
    this.choices = new char[this.capacity][];
  }

  void add(TraceBatch batch) {
    if (capacity == 0) {
      return;
    }
    for (int token = 0; token < batch.tokens(); token++) {
      long place = seen < capacity ? seen : random.nextLong(seen + 1);
      if (place < capacity) {
        keep((int) place, batch, token);
      }
      seen++;
    }
  }

  private void keep(int place, TraceBatch batch, int token) {
    int width = model.layers() * model.topK();
    char[] chosen = choices[place] == null ? new char[width] : choices[place];
    batch.experts().copy(token * width, chosen, 0, width);
    numbers[place] = seen;
    sequences[place] = batch.sequence(token);
    choices[place] = chosen;
  }

  /** The routes, in the order in which they were recorded. */
  Routes routes() {
    int kept = (int) Math.min(seen, capacity);
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
