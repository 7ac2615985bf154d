package io.stagger.runtime.cpu;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.runtime.Routing;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts routed choices. A batch that is counted while another thread drains may be split. */
final class LoadCounter {

  private final ModelShape shape;
  private final AtomicLongArray counts;

  LoadCounter(ModelShape shape) {
    this.shape = shape;
    this.counts = new AtomicLongArray(shape.layers() * shape.experts());
  }

  /** Adds a batch. */
  void count(int layer, Routing routing) {
    for (int token = 0; token < routing.tokens(); token++) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        counts.incrementAndGet(layer * shape.experts() + routing.expert(token, choice));
      }
    }
  }

  /** The counts since the last call; nothing is lost or counted twice. */
  Load drain() {
    double[][] rows = new double[shape.layers()][shape.experts()];
    for (int i = 0; i < counts.length(); i++) {
      rows[i / shape.experts()][i % shape.experts()] = counts.getAndSet(i, 0);
    }
    return Load.of(shape.experts(), rows);
  }
}
