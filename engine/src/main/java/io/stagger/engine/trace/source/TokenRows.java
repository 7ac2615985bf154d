package io.stagger.engine.trace.source;

import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import java.io.IOException;
import java.nio.file.Path;

/**
 * JSON lines, one a token, with its experts in all layers: {@code {"experts": [[3, 5], ...]}}, as
 * scripts around Mixtral write them. Where a line has no sequence or position, the lines are one
 * sequence, in order.
 */
final class TokenRows implements TraceSource {

  @Override
  public String name() {
    return "mixtral";
  }

  @Override
  public String description() {
    return "JSON lines, one a token, with its experts in all layers";
  }

  @Override
  public void read(Path path, ImportSink sink) throws IOException {
    sink.begin(TraceHeader.of(sink.model()));
    sink.notePhase();
    int[] tokens = new int[1];
    boolean[] unplaced = new boolean[1];
    RouteRow.read(
        path,
        sink,
        row -> {
          unplaced[0] |= row.sequence() < 0 || row.position() < 0;
          int position = row.position() < 0 ? tokens[0] : row.position();
          sink.add(
              TraceToken.of(
                  Math.max(0, row.sequence()), position, sink.phase(), row.choices().experts()),
              path + ", line " + row.line());
          tokens[0]++;
        });
    if (unplaced[0]) {
      sink.note("Lines without a sequence are taken as one, those without a position in order");
    }
  }
}
