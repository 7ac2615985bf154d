package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An implementation of Arrow that shares no line with the Java one, npm's {@code apache-arrow},
 * opens a store's files and sees the same numbers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowJavaScriptTest {

  private static final List<String> SOURCES =
      List.of("package.json", "package-lock.json", "read-tensors.js");

  private Path js;
  @TempDir Path temp;

  @BeforeAll
  void installApacheArrow() throws Exception {
    Path module = Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
    Path sources = module.resolve("src/test/js");
    js = Files.createDirectories(module.resolve("target/js"));
    boolean same = Files.isDirectory(js.resolve("node_modules/apache-arrow"));
    for (String source : SOURCES) {
      same &=
          Files.exists(js.resolve(source))
              && Files.mismatch(sources.resolve(source), js.resolve(source)) < 0;
      Files.copy(sources.resolve(source), js.resolve(source), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!same) {
      Result install = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
      assumeLoudly(install.exit() == 0, "npm could not install apache-arrow:\n" + install.output());
    }
    assumeLoudly(run("node", "--version").exit() == 0, "there is no node");
  }

  private static void assumeLoudly(boolean holds, String problem) {
    if (!holds) {
      System.err.println(
          "SKIPPED: nobody but Java has read the Arrow files of this build, because " + problem);
    }
    assumeTrue(holds, problem);
  }

  private record Result(int exit, String output) {}

  private Result run(String... command) throws IOException, InterruptedException {
    Path output = js.resolve("output.txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(js.toFile())
              .redirectOutput(output.toFile())
              .redirectError(js.resolve("errors.txt").toFile())
              .start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return new Result(-1, "no end after five minutes");
      }
      String errors = process.exitValue() == 0 ? "" : Files.readString(js.resolve("errors.txt"));
      return new Result(process.exitValue(), Files.readString(output) + errors);
    } catch (IOException e) {
      return new Result(-1, command[0] + " cannot be started: " + e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepseek", "qwen2", "olmoe"})
  void itSeesTheSameNumbers(String family) throws Exception {
    CheckpointFixture fixture =
        switch (family) {
          case "deepseek" -> Families.deepSeek(1);
          case "qwen2" -> Families.qwen2(2);
          default -> Families.olmoe(3);
        };
    Path out = temp.resolve("out-" + family);
    CheckpointConverter.convert(
        fixture.write(temp.resolve("in-" + family)), out, ProgressListener.NONE);
    try (WeightStore store = WeightStore.open(out)) {
      Manifest.MoeLayer layer = store.manifest().layers().get(1);
      List<JsonObject> files = read(out, layer.file(), layer.commonFile(), "dense-00000.arrow");
      assertExperts(files.get(0), store);
      assertRow(
          files.get(1).objects("batches").getFirst(),
          layer.common().stream().map(Manifest.StoredTensor::name).toList(),
          common(store));
      assertRow(
          files.get(2).objects("batches").getFirst(),
          List.copyOf(store.tensorNames()),
          store.tensorNames().stream().map(store::tensor).toList());
    }
  }

  private List<JsonObject> read(Path out, String... files) throws Exception {
    List<String> command = new ArrayList<>(List.of("node", "read-tensors.js"));
    for (String file : files) {
      command.add(out.resolve(file).toAbsolutePath().toString());
    }
    Result result = run(command.toArray(String[]::new));
    assertThat(result.exit()).as(result.output()).isZero();
    return new JsonObject(
            StrictJson.parse(
                result.output().getBytes(StandardCharsets.UTF_8),
                "node",
                WeightStoreException::new),
            "node",
            WeightStoreException::new)
        .objects("files");
  }

  private static void assertExperts(JsonObject file, WeightStore store) {
    RankWeights weights = store.loader().load(PlacementFixture.contiguous(store.spec(), 1), 0);
    List<JsonObject> batches = file.objects("batches");
    assertThat(batches).hasSize(Families.EXPERTS);
    for (int expert = 0; expert < Families.EXPERTS; expert++) {
      ExpertWeights held = weights.slot(1, expert);
      assertRow(
          batches.get(expert),
          List.of("gate", "up", "down"),
          List.of(held.gate(), held.up(), held.down()));
    }
  }

  private static List<Tensor> common(WeightStore store) {
    List<Tensor> tensors = new ArrayList<>();
    LayerWeights layer = store.loader().layer(1);
    tensors.add(layer.router());
    layer.correctionBias().ifPresent(tensors::add);
    layer.shared().ifPresent(s -> tensors.addAll(List.of(s.gate(), s.up(), s.down())));
    layer.sharedGate().ifPresent(tensors::add);
    return tensors;
  }

  private static void assertRow(JsonObject batch, List<String> names, List<Tensor> tensors) {
    assertThat(batch.count("rows")).isOne();
    List<JsonObject> columns = batch.objects("columns");
    assertThat(columns).extracting(column -> column.text("name")).isEqualTo(names);
    for (int i = 0; i < tensors.size(); i++) {
      JsonObject column = columns.get(i);
      Tensor tensor = tensors.get(i);
      assertThat(column.text("extension")).isEqualTo("arrow.fixed_shape_tensor");
      assertThat(column.text("type")).isEqualTo(tensor.type().name().toLowerCase(Locale.ROOT));
      assertThat(column.counts("shape")).isEqualTo(tensor.shape());
      double sum = 0;
      for (float value : tensor.toFloats()) {
        sum += value;
      }
      assertThat(((Number) column.values().get("sum")).doubleValue()).isEqualTo(sum);
      assertThat(((Number) column.values().get("last")).doubleValue())
          .isEqualTo(tensor.get(tensor.elements() - 1));
    }
  }
}
