package io.stagger.cli;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.record.TraceRecorder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The recording of a run, if it was asked for.
 *
 * @param recorder absent if it was not
 */
record TraceRecording(Optional<TraceRecorder> recorder) implements AutoCloseable {

  static TraceRecording of(@Nullable Path target, ModelShape model, boolean weights) {
    if (target == null) {
      return new TraceRecording(Optional.empty());
    }
    TraceHeader header = TraceHeader.of(model);
    return new TraceRecording(
        Optional.of(
            new TraceRecorder(TraceFiles.writer(target, weights ? header.withWeights() : header))));
  }

  void finish() {
    recorder.ifPresent(TraceRecorder::finish);
  }

  @Override
  public void close() {
    recorder.ifPresent(TraceRecorder::close);
  }
}
