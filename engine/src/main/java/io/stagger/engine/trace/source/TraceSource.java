package io.stagger.engine.trace.source;

import java.io.IOException;
import java.nio.file.Path;

/** How a system records routing. */
sealed interface TraceSource
    permits RawRoutes, LayerRows, TokenRows, SglangRecords, TensorRtLlmStatistics {

  /** What {@code --format} calls it. */
  String name();

  /** What it reads, in a sentence. */
  String description();

  /** Reads a recording into a sink, which is begun once before the first token. */
  void read(Path path, ImportSink sink) throws IOException;
}
