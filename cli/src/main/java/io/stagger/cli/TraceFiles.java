package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Traces that a command names; {@code -} is standard input or output. */
final class TraceFiles {

  private static final Path STANDARD = Path.of("-");

  private TraceFiles() {}

  static boolean isStandard(Path file) {
    return file.equals(STANDARD);
  }

  static TraceReader reader(Path file) {
    return isStandard(file)
        ? TraceReader.of(new FileInputStream(FileDescriptor.in), "standard input")
        : TraceReader.open(file);
  }

  static TraceWriter writer(Path file, TraceHeader header) {
    return isStandard(file)
        ? TraceWriter.stream(new FileOutputStream(FileDescriptor.out), "standard output", header)
        : TraceWriter.create(file, header);
  }

  /** Draws how far a reader is; nothing where its size is not known. */
  static Consumer<TraceReader> progress(Path file, ProgressBar bar) {
    return reader -> {
      if (reader.size() > 0) {
        bar.progress(String.valueOf(file), reader.bytesRead(), reader.size());
      }
    };
  }

  /** Counts a trace; the bar is closed afterwards. */
  static TraceStatistics count(Path file, StatisticsSpec spec, ProgressBar bar) {
    try (bar;
        TraceReader reader = reader(file)) {
      return TraceCounter.count(reader, spec, progress(file, bar));
    }
  }
}
