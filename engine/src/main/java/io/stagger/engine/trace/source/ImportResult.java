package io.stagger.engine.trace.source;

import io.stagger.engine.trace.TraceHeader;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an import wrote.
 *
 * @param tokens tokens of the trace
 * @param header the trace's; empty if the recording holds counts alone, which became a load file
 * @param windows windows of the load file; empty if a trace was written
 * @param notes what was left out, assumed or could not be carried
 */
public record ImportResult(
    long tokens, Optional<TraceHeader> header, OptionalInt windows, List<String> notes) {

  /** Keeps its own list. */
  public ImportResult {
    notes = List.copyOf(notes);
  }
}
