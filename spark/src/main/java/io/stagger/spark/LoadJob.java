package io.stagger.spark;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the load of a folder of traces, as {@code stagger trace load} does of one trace; {@code
 * stagger plan --load} reads it. Run with {@code spark-submit}, or without, on this machine alone.
 */
public final class LoadJob {

  private static final String USAGE = "FOLDER OUT [TOKENS OF A WINDOW]";

  /** As the command line has it. */
  private static final int BAD_INPUT = 3;

  private LoadJob() {}

  /**
   * The program.
   *
   * @param words the folder, the file to write, and if need be the tokens of a window; with these,
   *     a matrix is written for each window
   */
  public static void main(String[] words) {
    SparkSession spark =
        SparkSession.builder()
            .appName("stagger-load")
            .config("spark.master", System.getProperty("spark.master", "local[*]"))
            .getOrCreate();
    int exitCode = 0;
    try {
      run(spark, List.of(words));
    } catch (StaggerException e) {
      System.err.println("stagger: " + e.getMessage());
      exitCode = BAD_INPUT;
    } finally {
      spark.stop();
    }
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /**
   * Counts and writes.
   *
   * @return what was counted
   * @throws StaggerException if the words or the traces are wrong; nothing is written then
   */
  static TraceStatistics run(SparkSession spark, List<String> words) {
    if (words.size() < 2 || words.size() > 3) {
      throw new InvalidInputException(
          Diagnosis.of(words.size() + " words", "command line").expecting(USAGE));
    }
    int window = words.size() == 2 ? 0 : window(words.get(2));
    StatisticsSpec spec = StatisticsSpec.loadAlone().withWindowTokens(window);
    TraceStatistics statistics = SparkStatistics.count(spark, Path.of(words.get(0)), spec);
    Path out = Path.of(words.get(1));
    if (window == 0) {
      LoadFile.write(out, statistics.load());
    } else {
      LoadFile.writeWindows(out, statistics.windows());
    }
    return statistics;
  }

  private static int window(String word) {
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          Diagnosis.of("'" + word + "' as the tokens of a window", "command line")
              .expecting("a whole number"),
          e);
    }
  }
}
