package io.stagger.engine.trace.edit;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Joins traces of one model, one behind the other. Sequences of a later trace get numbers after
 * those of the earlier; weights stay where all traces have them.
 */
public final class TraceMerge {

  private final List<Path> files;
  private final TraceHeader header;

  private TraceMerge(List<Path> files, TraceHeader header) {
    this.files = files;
    this.header = header;
  }

  /**
   * Looks at the traces.
   *
   * @throws InvalidTraceException if one cannot be read, or is of another model than the first
   */
  public static TraceMerge of(List<Path> files) {
    List<TraceHeader> headers = new ArrayList<>();
    for (Path file : files) {
      try (TraceReader reader = TraceReader.open(file)) {
        headers.add(reader.header());
      }
    }
    TraceHeader first = headers.getFirst();
    Set<String> datasets = new LinkedHashSet<>();
    boolean weights = true;
    for (int i = 0; i < headers.size(); i++) {
      requireSame(first.model(), headers.get(i).model(), files.get(i));
      datasets.addAll(headers.get(i).datasets());
      weights &= headers.get(i).weights();
    }
    return new TraceMerge(
        List.copyOf(files), new TraceHeader(first.model(), weights, List.copyOf(datasets)));
  }

  private static void requireSame(ModelShape first, ModelShape other, Path file) {
    ModelShape renamed =
        new ModelShape(
            first.name(),
            other.moeLayers(),
            other.experts(),
            other.topK(),
            other.groups(),
            other.topGroups());
    if (!renamed.equals(first)) {
      throw new InvalidTraceException(
          Diagnosis.of("another model: " + other, file.toString())
              .expecting("that of the first trace: " + first));
    }
  }

  /** What the joined trace says of itself. */
  public TraceHeader header() {
    return header;
  }

  /**
   * Writes all tokens.
   *
   * @param progress is told after each batch
   * @throws InvalidTraceException if a trace is damaged, or sequences would need numbers of more
   *     than 31 bits
   */
  public void write(TraceWriter writer, Consumer<TraceReader> progress) {
    long nextSequence = 0;
    for (Path file : files) {
      try (TraceReader reader = TraceReader.open(file)) {
        Append append = new Append(writer, reader.header(), nextSequence, file);
        reader.forEach(batch -> {
          append.add(batch);
          progress.accept(reader);
        });
        nextSequence = append.nextSequence;
      }
    }
  }

  /** Appends one trace. */
  private final class Append {

    private final TraceWriter writer;
    private final TraceHeader own;
    private final long firstSequence;
    private final Path file;
    private long nextSequence;

    Append(TraceWriter writer, TraceHeader own, long firstSequence, Path file) {
      this.writer = writer;
      this.own = own;
      this.firstSequence = firstSequence;
      this.file = file;
      this.nextSequence = firstSequence;
    }

    void add(TraceBatch batch) {
      for (int row = 0; row < batch.tokens(); row++) {
        long sequence = firstSequence + batch.sequence(row);
        if (sequence > Integer.MAX_VALUE) {
          throw new InvalidTraceException(
              Diagnosis.of("sequence " + sequence, file.toString())
                  .expecting("numbers of 31 bits"));
        }
        nextSequence = Math.max(nextSequence, sequence + 1);
        TraceToken token =
            batch.token(row).withSequence((int) sequence).withDataset(tag(batch, row));
        writer.add(header.weights() ? token : token.withoutWeights());
      }
    }

    private int tag(TraceBatch batch, int row) {
      int tag = batch.dataset(row);
      return tag == TraceToken.UNKNOWN ? tag : header.datasets().indexOf(own.datasets().get(tag));
    }
  }
}
