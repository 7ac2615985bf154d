package io.stagger.spark;

import static org.apache.spark.sql.functions.col;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.statistics.PartCounts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Parquet files with the columns and the metadata of a trace, cut into parts as Spark cuts files.
 * Spark gives the rows of a part in the file's order; the number of each row tells where a part
 * begins.
 */
record ParquetParts(SparkSession spark, List<String> files) implements TraceParts {

  private static final List<Column> COLUMNS =
      List.of(
          col("_metadata.file_path"),
          col("_metadata.row_index"),
          col("sequence").cast("int"),
          col("phase").cast("int"),
          col("experts").cast("array<int>"));

  private static final Set<String> NEEDED = Set.of("sequence", "phase", "experts");

  @Override
  public TraceHeader header(Path file) {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new org.apache.hadoop.fs.Path(file.toUri()), new Configuration()))) {
      return TraceHeader.ofMetadata(
          reader.getFileMetaData().getKeyValueMetaData(), file.toString());
    } catch (IOException | RuntimeException e) {
      if (e instanceof InvalidTraceException known) {
        throw known;
      }
      throw new InvalidTraceException(
          Diagnosis.of("is no Parquet file: " + e.getMessage(), file.toString()), e);
    }
  }

  @Override
  public Path file(PartKey key) {
    return Path.of(URI.create(key.file()));
  }

  /** A file's name as Spark is asked for it, with no character escaped. */
  static String name(Path file) {
    return new org.apache.hadoop.fs.Path(file.toUri()).toString();
  }

  private JavaRDD<Row> rows() {
    Dataset<Row> all = spark.read().parquet(files.toArray(String[]::new));
    if (!Arrays.asList(all.columns()).containsAll(NEEDED)) {
      throw new InvalidTraceException(
          Diagnosis.of("the columns " + String.join(", ", all.columns()), files.getFirst())
              .expecting("sequence, phase and experts, as docs/traces.md has them"));
    }
    return all.select(COLUMNS.toArray(Column[]::new)).javaRDD();
  }

  @Override
  public JavaRDD<PartSize> sizes() {
    return rows().mapPartitions(rows -> RowParts.sizes(rows).iterator());
  }

  @Override
  public JavaRDD<PartCounts> counts(Broadcast<Work> work) {
    return rows().mapPartitions(rows -> counts(rows, work.value()));
  }

  private static Iterator<PartCounts> counts(Iterator<Row> rows, Work work) {
    return RowParts.counts(rows, work).stream().iterator();
  }
}
