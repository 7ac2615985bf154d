package io.stagger.engine.trace.source;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.weights.ProgressListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Takes what a source reads, and writes it: tokens as a trace, or counts as a load. */
final class ImportSink implements AutoCloseable {

  private final ModelShape model;
  private final Phase phase;
  private final Output output;
  private final ProgressListener progress;
  private final List<String> notes = new ArrayList<>();
  private @Nullable TraceWriter writer;
  private int windows;

  /** Where what was read is written to. */
  interface Output {

    /** A file, replaced when all was read. */
    static Output of(Path target) {
      return new Output() {
        @Override
        public TraceWriter begin(TraceHeader header) {
          return TraceWriter.create(target, header);
        }

        @Override
        public void write(List<Load> windows) {
          LoadFile.writeWindows(target, windows);
        }
      };
    }

    TraceWriter begin(TraceHeader header);

    void write(List<Load> windows);
  }

  /**
   * @param model whose routing was recorded
   * @param phase of tokens whose recording does not say
   */
  ImportSink(ModelShape model, Phase phase, Output output, ProgressListener progress) {
    this.model = model;
    this.phase = phase;
    this.output = output;
    this.progress = progress;
  }

  ModelShape model() {
    return model;
  }

  Phase phase() {
    return phase;
  }

  void note(String note) {
    notes.add(note);
  }

  /** Says that a recording leaves the phase open. */
  void notePhase() {
    note(
        "The recording does not say which tokens are prefill: all are taken as "
            + phase.name().toLowerCase(java.util.Locale.ROOT));
  }

  void begin(TraceHeader header) {
    writer = output.begin(header);
  }

  /**
   * Adds a token.
   *
   * @param where in the recording, for errors
   */
  void add(TraceToken token, String where) {
    try {
      writer().add(token);
    } catch (InvalidTraceException e) {
      throw new InvalidTraceException(
          e.diagnosis().at(where).remedy("Check that the model is that of the recording"), e);
    }
  }

  /** Writes counts, which is all that some recordings have, as a load of some windows. */
  void write(List<Load> loads) {
    output.write(loads);
    windows = loads.size();
  }

  void progress(String what, long done, long total) {
    progress.progress(what, done, total);
  }

  static InvalidTraceException wrong(String problem, String where, String expected) {
    return new InvalidTraceException(Diagnosis.of(problem, where).expecting(expected));
  }

  ImportResult finish() {
    if (windows > 0) {
      return new ImportResult(0, Optional.empty(), OptionalInt.of(windows), notes);
    }
    TraceWriter written = writer();
    written.finish();
    return new ImportResult(
        written.tokens(), Optional.of(written.header()), OptionalInt.empty(), notes);
  }

  private TraceWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("no header");
    }
    return writer;
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }
}
