package io.stagger.spark;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.trace.statistics.PartCounts;
import io.stagger.engine.trace.statistics.PartPlan;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TracePart;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/**
 * Counts the traces of a folder as one, its files in the order of their names, and gives what
 * {@code TraceCounter} would of the files joined: the same bits, however many workers there are.
 * The folder is read twice, first to learn how many tokens each part has.
 *
 * <p>The files are Arrow traces, named {@code *.arrow}, a task each; or Parquet files with a
 * trace's columns and metadata, named {@code *.parquet}, which Spark splits as it does. Every
 * worker must see the folder under the same name.
 */
public final class SparkStatistics {

  private static final String ARROW = ".arrow";
  private static final String PARQUET = ".parquet";

  private final SparkSession spark;
  private final List<Path> files;
  private final TraceParts parts;

  private SparkStatistics(SparkSession spark, List<Path> files, TraceParts parts) {
    this.spark = spark;
    this.files = files;
    this.parts = parts;
  }

  /**
   * The statistics of a folder.
   *
   * @param folder holds traces of one model, in Arrow or in Parquet
   * @param spec what to count; its threads are not used
   * @throws InvalidInputException if the folder cannot be listed, holds no trace, or both kinds
   * @throws InvalidTraceException if a trace is damaged, or of another model than the first
   */
  public static TraceStatistics count(SparkSession spark, Path folder, StatisticsSpec spec) {
    List<Path> arrow = files(folder, ARROW);
    List<Path> parquet = files(folder, PARQUET);
    if (arrow.isEmpty() == parquet.isEmpty()) {
      throw new InvalidInputException(
          Diagnosis.of(
                  arrow.isEmpty() ? "holds no trace" : "holds traces of two kinds",
                  folder.toString())
              .expecting("files named *" + ARROW + ", or files named *" + PARQUET));
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    TraceParts parts =
        parquet.isEmpty()
            ? new ArrowParts(context, arrow.stream().map(Path::toString).toList())
            : new ParquetParts(spark, parquet.stream().map(ParquetParts::name).toList());
    List<Path> files = parquet.isEmpty() ? arrow : parquet;
    return unwrapped(() -> new SparkStatistics(spark, files, parts).count(spec));
  }

  private static List<Path> files(Path folder, String end) {
    try (Stream<Path> files = Files.list(folder.toAbsolutePath())) {
      return files
          .filter(file -> file.toString().endsWith(end) && Files.isRegularFile(file))
          .sorted(Comparator.comparing(file -> String.valueOf(file.getFileName())))
          .toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("cannot be listed: " + e, folder.toString()).expecting("a folder"), e);
    }
  }

  /**
   * What a worker threw comes wrapped in what Spark makes of it, which is checked and undeclared.
   */
  private static <T> T unwrapped(Supplier<T> work) {
    try {
      return work.get();
    } catch (Exception e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof StaggerException known) {
          throw known;
        }
      }
      throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
  }

  private TraceStatistics count(StatisticsSpec spec) {
    ModelShape model = model();
    List<PartSize> sizes = parts.sizes().collect().stream().sorted(inTheOrderOfNames()).toList();
    PartPlan plan = new PartPlan(model, spec, sizes.stream().mapToLong(PartSize::tokens).sum());
    if (sizes.isEmpty()) {
      throw new InvalidTraceException(
          Diagnosis.of("no token in any trace", files.getFirst().toString()));
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<TraceParts.Work> work = context.broadcast(new TraceParts.Work(plan, places(sizes)));
    try {
      return parts.counts(work).treeReduce(PartCounts::plus).statistics(plan);
    } finally {
      work.destroy();
    }
  }

  private Comparator<PartSize> inTheOrderOfNames() {
    Map<Path, Integer> order =
        IntStream.range(0, files.size()).boxed().collect(Collectors.toMap(files::get, i -> i));
    return Comparator.comparingInt(
            (PartSize size) -> Objects.requireNonNull(order.get(parts.file(size.key()))))
        .thenComparingLong(size -> size.key().firstToken());
  }

  private ModelShape model() {
    ModelShape model = parts.header(files.getFirst()).model();
    for (Path file : files) {
      ModelShape other = parts.header(file).model();
      if (!other.equals(model)) {
        throw new InvalidTraceException(
            Diagnosis.of("is of " + other, file.toString())
                .expecting(model + ", as " + files.getFirst()));
      }
    }
    return model;
  }

  private static Map<PartKey, TracePart> places(List<PartSize> sizes) {
    Map<PartKey, TracePart> places = new HashMap<>();
    TracePart part = TracePart.BEGINNING;
    for (PartSize size : sizes) {
      part = part.followedBy(size.tokens(), size.decoded());
      places.put(size.key(), part);
    }
    return places;
  }
}
