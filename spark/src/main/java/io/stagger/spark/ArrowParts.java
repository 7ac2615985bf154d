package io.stagger.spark;

import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.statistics.PartCounter;
import io.stagger.engine.trace.statistics.PartCounts;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Arrow files, a part each, read by the engine's own reader. */
record ArrowParts(JavaSparkContext spark, List<String> files) implements TraceParts {

  @Override
  public TraceHeader header(Path file) {
    try (TraceReader reader = TraceReader.open(file)) {
      return reader.header();
    }
  }

  @Override
  public Path file(PartKey key) {
    return Path.of(key.file());
  }

  private JavaRDD<String> distributed() {
    return spark.parallelize(files, files.size());
  }

  @Override
  public JavaRDD<PartSize> sizes() {
    return distributed().map(ArrowParts::size);
  }

  private static PartSize size(String file) {
    long[] decoded = {0};
    try (TraceReader reader = TraceReader.open(Path.of(file))) {
      reader.forEach(batch -> decoded[0] += decoded(batch));
      return new PartSize(new PartKey(file, 0), reader.tokens(), decoded[0]);
    }
  }

  private static long decoded(TraceBatch batch) {
    return IntStream.range(0, batch.tokens())
        .filter(token -> batch.phase(token) == Phase.DECODE)
        .count();
  }

  @Override
  public JavaRDD<PartCounts> counts(Broadcast<Work> work) {
    return distributed().map(file -> count(file, work.value()));
  }

  private static PartCounts count(String file, Work work) {
    PartCounter counter = new PartCounter(work.plan(), work.place(new PartKey(file, 0)));
    try (TraceReader reader = TraceReader.open(Path.of(file))) {
      reader.forEach(counter::add);
    }
    return counter.counts();
  }
}
