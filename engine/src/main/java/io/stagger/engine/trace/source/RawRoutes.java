package io.stagger.engine.trace.source;

import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A bare array of bytes, {@code [tokens][layers][topK]}, plain ({@code .u8}) or compressed ({@code
 * .u8.gz}), with an {@code index.csv} beside it that says which tokens form a sequence. Sequences
 * in which the model repeats itself are left out.
 */
final class RawRoutes implements TraceSource {

  @Override
  public String name() {
    return "raw";
  }

  @Override
  public String description() {
    return "a .u8 or .u8.gz file of bytes, tokens x layers x top-k, or the folder that holds one"
        + " and its index.csv";
  }

  @Override
  public void read(Path path, ImportSink sink) throws IOException {
    Path file = Files.isDirectory(path) ? array(path) : path;
    CsvIndex index = CsvIndex.read(file.resolveSibling("index.csv"));
    List<CsvIndex.Row> kept = index.rows().stream().filter(row -> !row.repetition()).toList();
    Set<String> datasets = new LinkedHashSet<>();
    kept.stream().map(CsvIndex.Row::dataset).filter(name -> !name.isEmpty()).forEach(datasets::add);
    List<String> names = new ArrayList<>(datasets);
    sink.begin(TraceHeader.of(sink.model()).withDatasets(names));
    sink.notePhase();
    noteRepetitions(index, sink);
    try (InputStream in = open(file)) {
      for (CsvIndex.Row row : index.rows()) {
        readSequence(in, file, row, names.indexOf(row.dataset()), sink);
        sink.progress(file.toString(), row.sequence() + 1L, index.rows().size());
      }
      if (in.read() >= 0) {
        throw ImportSink.wrong("more tokens than index.csv has", file.toString(), "the end");
      }
    }
  }

  private static void noteRepetitions(CsvIndex index, ImportSink sink) {
    List<CsvIndex.Row> loops = index.rows().stream().filter(CsvIndex.Row::repetition).toList();
    if (!loops.isEmpty()) {
      sink.note(
          "Left out %d sequences, %d tokens, in which the model repeats itself (has_repetition)"
              .formatted(loops.size(), loops.stream().mapToLong(CsvIndex.Row::tokens).sum()));
    }
  }

  private static void readSequence(
      InputStream in, Path file, CsvIndex.Row row, int dataset, ImportSink sink)
      throws IOException {
    int choices = sink.model().layers() * sink.model().topK();
    for (int i = 0; i < row.tokens(); i++) {
      byte[] bytes = in.readNBytes(choices);
      String where = file + ", sequence " + row.sequence() + ", token " + i;
      if (bytes.length < choices) {
        throw ImportSink.wrong("ends in the middle", where, choices + " bytes of each token");
      }
      if (!row.repetition()) {
        char[] experts = new char[choices];
        for (int at = 0; at < choices; at++) {
          experts[at] = (char) (bytes[at] & 0xFF);
        }
        int position = row.firstPosition() + i;
        sink.add(
            TraceToken.of(row.sequence(), position, sink.phase(), experts).withDataset(dataset),
            where);
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    boolean compressed = String.valueOf(file.getFileName()).endsWith(".gz");
    return compressed ? new BufferedInputStream(new GZIPInputStream(in), 1 << 16) : in;
  }

  private static Path array(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> arrays =
          files.filter(file -> file.toString().matches(".*\\.u8(\\.gz)?")).sorted().toList();
      if (arrays.size() != 1) {
        throw ImportSink.wrong(arrays.size() + " arrays", folder.toString(), "one .u8 or .u8.gz");
      }
      return arrays.getFirst();
    }
  }
}
