package io.stagger.spark;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.statistics.PartCounter;
import io.stagger.engine.trace.statistics.PartCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;

/** Rows as Spark gives them, put together to parts: rows that follow each other in a file. */
final class RowParts {

  /** Rows that are counted at a time. */
  private static final int BATCH = 4_096;

  private static final int FILE = 0;
  private static final int NUMBER = 1;
  private static final int SEQUENCE = 2;
  private static final int PHASE = 3;
  private static final int EXPERTS = 4;

  private RowParts() {}

  /** The sizes of the parts. */
  static List<PartSize> sizes(Iterator<Row> rows) {
    List<PartSize> sizes = new ArrayList<>();
    forEach(
        rows,
        batch -> {
          PartKey key = key(batch.rows().getFirst());
          PartSize before = batch.begins() ? new PartSize(key, 0, 0) : sizes.removeLast();
          long decoded =
              batch.rows().stream()
                  .filter(row -> !row.isNullAt(PHASE) && row.getInt(PHASE) == Phase.DECODE.code())
                  .count();
          sizes.add(
              new PartSize(
                  before.key(), before.tokens() + batch.rows().size(), before.decoded() + decoded));
        });
    return sizes;
  }

  /** The counts of all parts; empty if there is no row. */
  static Optional<PartCounts> counts(Iterator<Row> rows, TraceParts.Work work) {
    List<PartCounter> counters = new ArrayList<>();
    TraceHeader header = TraceHeader.of(work.plan().model());
    forEach(
        rows,
        batch -> {
          if (batch.begins()) {
            counters.add(new PartCounter(work.plan(), work.place(key(batch.rows().getFirst()))));
          }
          counters.getLast().add(trace(header, batch.rows()));
        });
    return counters.stream().map(PartCounter::counts).reduce(PartCounts::plus);
  }

  /**
   * Rows that follow each other.
   *
   * @param begins whether they are the first of their part
   */
  private record RowBatch(boolean begins, List<Row> rows) {}

  private static void forEach(Iterator<Row> rows, Consumer<RowBatch> action) {
    List<Row> batch = new ArrayList<>();
    boolean begins = true;
    while (rows.hasNext()) {
      Row row = rows.next();
      boolean follows = batch.isEmpty() || follows(batch.getLast(), row);
      if (!follows || batch.size() == BATCH) {
        action.accept(new RowBatch(begins, List.copyOf(batch)));
        begins = !follows;
        batch.clear();
      }
      batch.add(row);
    }
    if (!batch.isEmpty()) {
      action.accept(new RowBatch(begins, List.copyOf(batch)));
    }
  }

  private static boolean follows(Row before, Row row) {
    return row.getString(FILE).equals(before.getString(FILE))
        && row.getLong(NUMBER) == before.getLong(NUMBER) + 1;
  }

  private static PartKey key(Row row) {
    return new PartKey(row.getString(FILE), row.getLong(NUMBER));
  }

  private static TraceBatch trace(TraceHeader header, List<Row> rows) {
    int[] sequences = new int[rows.size()];
    byte[] phases = new byte[rows.size()];
    char[] experts = new char[rows.size() * header.choices()];
    for (int token = 0; token < sequences.length; token++) {
      Row row = rows.get(token);
      sequences[token] = number(row, row.get(SEQUENCE), "sequence", Integer.MAX_VALUE);
      phases[token] = (byte) number(row, row.get(PHASE), "phase", Phase.count() - 1);
      List<Integer> chosen = row.isNullAt(EXPERTS) ? List.of() : row.getList(EXPERTS);
      if (chosen.size() != header.choices()) {
        throw wrong(row, chosen.size() + " experts", header.choices() + ", layers x top-k");
      }
      for (int i = 0; i < header.choices(); i++) {
        int most = header.model().experts() - 1;
        experts[token * header.choices() + i] = (char) number(row, chosen.get(i), "expert", most);
      }
    }
    int[] unknown = new int[sequences.length];
    Arrays.fill(unknown, TraceToken.UNKNOWN);
    return TraceBatch.of(
        header,
        rows.getFirst().getLong(NUMBER),
        sequences,
        new int[sequences.length],
        phases,
        unknown,
        unknown,
        ExpertIds.of(experts),
        new float[0]);
  }

  private static int number(Row row, Object value, String what, int most) {
    if (value instanceof Integer number && number >= 0 && number <= most) {
      return number;
    }
    throw wrong(row, what + " " + value, "0 to " + most);
  }

  private static InvalidTraceException wrong(Row row, String problem, String expected) {
    return new InvalidTraceException(
        Diagnosis.of(problem, row.getString(FILE) + ", token " + row.getLong(NUMBER))
            .expecting(expected));
  }
}
