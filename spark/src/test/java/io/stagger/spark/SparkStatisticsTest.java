package io.stagger.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A local cluster of two workers, each a JVM of its own, counts what one machine counts. */
class SparkStatisticsTest {

  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2, 3), 16, 4, 8, 4);
  private static final TraceHeader HEADER = TraceHeader.of(MODEL);
  private static final StatisticsSpec SPEC =
      StatisticsSpec.everything().withThreads(1).withSample(100).withDecodeBatch(10);

  /** Sizes that cut windows and decode batches, one of them empty. */
  private static final int[] SIZES = {700, 3, 0, 1_111, 300};

  @TempDir private static Path folder;
  @TempDir private Path other;

  private static SparkSession spark;
  private static TraceStatistics whole;

  @BeforeAll
  static void startClusterAndCountOnOneMachine() throws IOException {
    spark =
        SparkSession.builder()
            .appName("test")
            .master("local-cluster[2,1,1024]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"))
            // So that Spark splits even small files.
            .config("spark.sql.files.maxPartitionBytes", "8192")
            .config("spark.sql.files.openCostInBytes", "0")
            .getOrCreate();
    SplittableRandom random = new SplittableRandom(5);
    List<TraceToken> all = new ArrayList<>();
    Files.createDirectories(folder.resolve("arrow"));
    Files.createDirectories(folder.resolve("parquet"));
    for (int file = 0; file < SIZES.length; file++) {
      List<TraceToken> tokens = tokens(random, all.size(), SIZES[file]);
      all.addAll(tokens);
      TraceFolder.arrow(folder.resolve("arrow/day-" + file + ".arrow"), HEADER, tokens);
      TraceFolder.parquet(folder.resolve("parquet/day " + file + ".parquet"), HEADER, tokens);
    }
    Path joined = folder.resolve("joined.arrow");
    TraceFolder.arrow(joined, HEADER, all);
    try (TraceReader reader = TraceReader.open(joined)) {
      whole = TraceCounter.count(reader, SPEC);
    }
  }

  @AfterAll
  static void stopCluster() {
    if (spark != null) {
      spark.stop();
    }
  }

  private static List<TraceToken> tokens(SplittableRandom random, int before, int count) {
    List<TraceToken> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      char[] experts = new char[HEADER.choices()];
      for (int choice = 0; choice < experts.length; choice++) {
        int first = choice % MODEL.topK() == 0 ? random.nextInt(1 + random.nextInt(16)) : 0;
        experts[choice] =
            (char) (choice % MODEL.topK() == 0 ? first : (experts[choice - 1] + 3) % 16);
      }
      Phase phase = random.nextInt(3) == 0 ? Phase.PREFILL : Phase.DECODE;
      tokens.add(TraceToken.of((before + i) / 9, i % 9, phase, experts));
    }
    return tokens;
  }

  @Test
  void everyWorkerIsAProcessOfItsOwn() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Long> processes =
        context
            .parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8)
            .map(_ -> ProcessHandle.current().pid())
            .distinct()
            .collect();
    assertThat(processes).isNotEmpty().doesNotContain(ProcessHandle.current().pid());
    assertThat(context.sc().getExecutorMemoryStatus().size()).isEqualTo(1 + 2);
  }

  @Test
  void arrowTracesHaveTheStatisticsOfTheWhole() {
    assertSame(SparkStatistics.count(spark, folder.resolve("arrow"), SPEC));
  }

  @Test
  void parquetTracesHaveTheStatisticsOfTheWhole() {
    Path traces = folder.resolve("parquet");
    assertThat(spark.read().parquet(traces.toString()).javaRDD().getNumPartitions())
        .as("parts, so that files are split too")
        .isGreaterThan(SIZES.length);
    assertSame(SparkStatistics.count(spark, traces, SPEC));
  }

  private static void assertSame(TraceStatistics counted) {
    assertThat(counted.tokens()).isEqualTo(2_114).isEqualTo(whole.tokens());
    assertThat(counted.sequences()).isEqualTo(whole.sequences());
    for (Phase phase : Phase.values()) {
      assertThat(counted.load(phase)).isEqualTo(whole.load(phase));
    }
    assertThat(counted.groupLoad()).isEqualTo(whole.groupLoad());
    assertThat(counted.windows()).isEqualTo(whole.windows());
    for (int layer = 0; layer < MODEL.layers(); layer++) {
      assertThat(counted.activatedExperts(layer)).isEqualTo(whole.activatedExperts(layer));
    }
    for (int window = 1; window < whole.windows().size(); window++) {
      assertThat(counted.drift(window)).isEqualTo(whole.drift(window));
    }
    assertThat(counted.coSelection()).isEqualTo(whole.coSelection());
    assertThat(counted.transitions()).isEqualTo(whole.transitions());
    assertThat(counted.routes()).isEqualTo(whole.routes());
  }

  @Test
  void theLoadThatIsWrittenGoesIntoAPlan() {
    Path out = other.resolve("load.json");

    LoadJob.run(spark, List.of(folder.resolve("arrow").toString(), out.toString()));

    Load load = LoadFile.read(out, MODEL);
    assertThat(load).isEqualTo(whole.load());
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      Plan plan =
          stagger.plan(
              PlanRequest.of(MODEL, Cluster.of(1, 4, 20)).withLoad(load).withStrategy("eplb"));
      assertThat(plan.placement().maxReplicaCount()).isGreaterThan(1);
    }
  }

  @Test
  void windowsAreWrittenOneByOne() {
    Path out = other.resolve("load.json");

    LoadJob.run(spark, List.of(folder.resolve("parquet").toString(), out.toString(), "500"));

    assertThat(LoadFile.open(out, MODEL).windows()).isEqualTo(5);
    assertThat(LoadFile.read(out, MODEL)).isEqualTo(whole.load());
  }

  @Test
  void aDamagedTraceIsNamed() throws IOException {
    byte[] good = Files.readAllBytes(folder.resolve("arrow/day-0.arrow"));
    Files.write(other.resolve("good.arrow"), good);
    Files.write(other.resolve("torn.arrow"), java.util.Arrays.copyOf(good, good.length / 2));

    assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> SparkStatistics.count(spark, other, SPEC))
        .withMessageContaining("torn.arrow");
  }

  @Test
  void tracesOfAnotherModelAreRefused() {
    TraceFolder.arrow(other.resolve("a.arrow"), HEADER, List.of());
    TraceFolder.arrow(
        other.resolve("b.arrow"), TraceHeader.of(ModelShape.of(3, 8, 4, 1, 1)), List.of());

    assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> SparkStatistics.count(spark, other, SPEC))
        .withMessageContaining("b.arrow")
        .withMessageContaining("as " + other.toAbsolutePath().resolve("a.arrow"));
  }

  @Test
  void aFolderWithoutTracesIsRefused() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> SparkStatistics.count(spark, other, SPEC))
        .withMessageContaining("holds no trace")
        .withMessageContaining("*.parquet");
  }

  @Test
  void wrongWordsAreRefused() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> LoadJob.run(spark, List.of("folder")))
        .withMessageContaining("FOLDER OUT");
  }
}
