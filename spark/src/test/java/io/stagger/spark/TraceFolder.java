package io.stagger.spark;

import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Traces as files, by writers that know nothing of Spark. */
final class TraceFolder {

  /** As Arrow's own libraries turn a trace's columns into Parquet. */
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message trace {
            required int32 sequence;
            required int32 position;
            required int32 phase (INTEGER(8,false));
            optional int32 source_rank;
            required group experts (LIST) {
              repeated group list {
                required int32 element (INTEGER(8,false));
              }
            }
          }
          """);

  /** Small, so that files of a few hundred tokens have several. */
  private static final int ROW_GROUP = 4_096;

  private TraceFolder() {}

  static void arrow(Path file, TraceHeader header, List<TraceToken> tokens) {
    try (TraceWriter writer = TraceWriter.create(file, header)) {
      tokens.forEach(writer::add);
      writer.finish();
    }
  }

  static void parquet(Path file, TraceHeader header, List<TraceToken> tokens) throws IOException {
    Configuration configuration = new Configuration();
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(file.toUri()), configuration))
            .withType(SCHEMA)
            .withConf(configuration)
            .withRowGroupSize((long) ROW_GROUP)
            .withExtraMetaData(header.metadata())
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
      for (TraceToken token : tokens) {
        writer.write(row(groups.newGroup(), token));
      }
    }
  }

  private static Group row(Group row, TraceToken token) {
    row.append("sequence", token.sequence())
        .append("position", token.position())
        .append("phase", (int) token.phase().code());
    Group experts = row.addGroup("experts");
    for (char expert : token.experts()) {
      experts.addGroup("list").append("element", (int) expert);
    }
    return row;
  }
}
