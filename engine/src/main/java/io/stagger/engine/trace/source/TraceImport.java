package io.stagger.engine.trace.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.api.error.IoProblem;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.weights.ProgressListener;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns recordings of other systems into traces. */
public final class TraceImport {

  private static final List<TraceSource> SOURCES =
      List.of(
          new SglangRecords(),
          new TensorRtLlmStatistics(),
          new LayerRows(),
          new TokenRows(),
          new RawRoutes());

  private TraceImport() {}

  /** What each format reads, by name. */
  public static Map<String, String> formats() {
    Map<String, String> formats = new LinkedHashMap<>();
    SOURCES.forEach(source -> formats.put(source.name(), source.description()));
    return formats;
  }

  /**
   * Imports a recording.
   *
   * @param format one of {@link #formats}
   * @param path the recording
   * @param model whose routing it is; its layers are cut down to those that were recorded
   * @param phase of tokens whose recording does not say
   * @param target the trace, or a load file where the recording holds counts alone
   * @throws InvalidInputException if there is no such format, or the target cannot be written
   * @throws InvalidTraceException if the recording is malformed or contradicts the model; the
   *     message names file and row, and nothing is written
   */
  public static ImportResult run(
      String format,
      Path path,
      ModelShape model,
      Phase phase,
      Path target,
      ProgressListener progress) {
    TraceSource source = find(format);
    // Refuses a model that no trace can be of, before a file is looked at.
    TraceHeader header = TraceHeader.of(model);
    ImportSink.Output output = ImportSink.Output.of(target);
    try (ImportSink sink = new ImportSink(header.model(), phase, output, progress)) {
      read(source, path, sink);
      return sink.finish();
    }
  }

  /** Reads a recording, but does not finish what the sink writes. */
  static void read(TraceSource source, Path path, ImportSink sink) {
    try {
      source.read(path, sink);
    } catch (JsonProcessingException e) {
      throw new InvalidTraceException(StrictJson.notJson(e, path.toString()), e);
    } catch (IOException e) {
      throw new InvalidTraceException(
          Diagnosis.of(IoProblem.of("cannot be read", e), path.toString())
              .remedy("Name " + source.description()),
          e);
    }
  }

  static TraceSource find(String format) {
    return SOURCES.stream()
        .filter(source -> source.name().equals(format))
        .findFirst()
        .orElseThrow(() ->
            new InvalidInputException(
                Diagnosis.of("no format '" + format + "' of traces", "")
                    .expecting("one of " + String.join(", ", formats().keySet()))));
  }
}
