package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.engine.SharedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadFileTest {

  /** Two MoE layers of three experts after one dense layer. */
  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2), 3, 1, 1, 1);

  private static final Load LOAD = Load.of(3, new double[][] {{1, 2, 3}, {4, 5, 6}});

  @TempDir Path directory;

  private Path file(String name, byte[] bytes) {
    try {
      return Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LoadFile json(String text) {
    return LoadFile.open(
        file("load.json", text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), MODEL);
  }

  private LoadFile npy(byte[] bytes) {
    return LoadFile.open(file("load.npy", bytes), MODEL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[1,2,3],[4,5,6]]",
        " [ [1.0, 2e0, 3] , [4, 5, 6] ] ",
        "{\"logical_count\": [[1,2,3],[4,5,6]]}",
        "{\"rank\": 0, \"other\": {\"a\": [1]}, \"logical_count\": [[1,2,3],[4,5,6]], \"x\": null}"
      })
  void readsAMatrix(String text) {
    LoadFile file = json(text);

    assertThat(file.load()).isEqualTo(LOAD);
    assertThat(file.windows()).isEqualTo(1);
    assertThat(file.droppedRows()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[[1,0,3],[4,5,0]],[[0,2,0],[0,0,6]]]",
        "{\"logical_count\": [[[1,0,3],[4,5,0]],[[0,2,0],[0,0,6]]]}"
      })
  void addsUpWindows(String text) {
    LoadFile file = json(text);

    assertThat(file.load()).isEqualTo(LOAD);
    assertThat(file.windows()).isEqualTo(2);
    assertThat(file.history())
        .containsExactly(
            Load.of(3, new double[][] {{1, 0, 3}, {4, 5, 0}}),
            Load.of(3, new double[][] {{0, 2, 0}, {0, 0, 6}}));
  }

  @Test
  void addsUpNeighboursOfManyWindows() {
    String text =
        IntStream.range(0, 100)
            .mapToObj(window -> "[[" + window + ",0,1],[0,1,0]]")
            .collect(Collectors.joining(",", "[", "]"));

    LoadFile file = json(text);

    assertThat(file.windows()).isEqualTo(100);
    assertThat(file.history()).hasSize(50);
    assertThat(file.history().get(3))
        .isEqualTo(Load.of(3, new double[][] {{6 + 7, 0, 2}, {0, 2, 0}}));
    assertThat(file.history().stream().reduce(Load::plus)).contains(file.load());
  }

  @Test
  void severalFilesAreWindowsOfTheirSum() {
    Path one =
        file("one.json", "[[1,0,3],[4,5,0]]".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Path other =
        file("other.json", "[[0,2,0],[0,0,6]]".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    LoadFile sum = LoadFile.openAll(List.of(one, other), ModelShape.of(2, 3, 1, 1, 1));

    assertThat(sum.load()).isEqualTo(LOAD);
    assertThat(sum.history())
        .containsExactly(
            LoadFile.read(one, ModelShape.of(2, 3, 1, 1, 1)),
            LoadFile.read(other, ModelShape.of(2, 3, 1, 1, 1)));
  }

  @Test
  void leavesOutTheRowsOfDenseLayers() {
    LoadFile file = json("[[0,0,0],[1,2,3],[4,5,6],[0,0,0]]");

    assertThat(file.load()).isEqualTo(LOAD);
    assertThat(file.droppedRows()).containsExactly(0, 3);
  }

  @Test
  void keepsAnIdleMoeLayerByItsNumber() {
    assertThat(json("[[0,0,0],[0,0,0],[4,5,6]]").load())
        .isEqualTo(Load.of(3, new double[][] {{0, 0, 0}, {4, 5, 6}}));
  }

  @Test
  void withoutLayerNumbersTheRowsWithTokensAreTheMoeLayers() {
    Path file =
        file(
            "load.json",
            "[[0,0,0],[0,0,0],[1,2,3],[4,5,6]]".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(LoadFile.read(file, ModelShape.of(2, 3, 1, 1, 1))).isEqualTo(LOAD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<f2", "<f4", ">f4", "<f8", ">f8", "|i1", "|u1", "<i2", ">u2", "<i4", "<u4", ">i8", "<u8"
      })
  void readsNumPysTypes(String type) {
    assertThat(npy(NpyBytes.of(type, false, "2, 3", 1, 2, 3, 4, 5, 6)).load()).isEqualTo(LOAD);
  }

  @ParameterizedTest
  @CsvSource({"|u1, 255", "<u2, 65535", ">u4, 4294967295", "<u8, 18446744073709549568"})
  void unsignedIntegersHaveTheirFullRange(String type, double largest) {
    Load load = npy(NpyBytes.of(type, false, "2, 3", largest, 0, 0, 0, 0, 0)).load();

    assertThat(load.get(0, 0)).isEqualTo(largest);
  }

  @Test
  void readsFortranOrder() {
    assertThat(npy(NpyBytes.of("<i4", true, "2, 3", 1, 4, 2, 5, 3, 6)).load()).isEqualTo(LOAD);
  }

  @Test
  void addsUpTheWindowsOfAnArray() {
    byte[] bytes = NpyBytes.of("<i4", false, "2, 2, 3", 1, 0, 3, 4, 5, 0, 0, 2, 0, 0, 0, 6);

    assertThat(npy(bytes).load()).isEqualTo(LOAD);
    assertThat(npy(bytes).windows()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void readsLaterVersionsOfTheFormat(int version) {
    byte[] bytes =
        NpyBytes.of(
            version,
            "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }",
            NpyBytes.data("<i4", 1, 2, 3, 4, 5, 6));

    assertThat(npy(bytes).load()).isEqualTo(LOAD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[1,2,NaN],[4,5,6]] | layer 0, expert 2: count NaN",
        "[[1,2,3],[4,-5,6]] | layer 1, expert 1: count -5.0",
        "[[1,2,3],[Infinity,5,6]] | layer 1, expert 0: count Infinity",
        "[[1,2,3],[1e999,5,6]] | layer 1, expert 0: count Infinity",
        "[[[1e308,2,3],[1,1,1]],[[1e308,2,3],[1,1,1]]] | layer 0, expert 0: the sum",
        "[[1,2,3],[4,5]] | layer 1: 2 counts; expected 3",
        "[[1,2,3,4],[4,5,6]] | layer 0, expert 3: more than 3 counts; expected 3",
        "[[1,2,3],[]] | layer 1: 0 counts; expected 3",
        "[[1,2,'3'],[4,5,6]] | not valid JSON",
        "[[1,2,\"3\"],[4,5,6]] | layer 0, expert 2: a text at line 1, column 7",
        "[[1,2,null],[4,5,6]] | layer 0, expert 2: null at line",
        "[[1,2,true],[4,5,6]] | layer 0, expert 2: true or false at line",
        "[[1,2,[3]],[4,5,6]] | layer 0, expert 2: a list at line",
        "[[1,2,3]] | layers: 1, of them with tokens: 1; expected 2, or more",
        "[[1,2,3],[1,2,3],[1,2,3]] | layers: 3, of them with tokens: 3",
        "[] | layers: 0",
        "[1,2,3] | a number at line 1, column 2 instead of a layer",
        "[[[1,2,3],[4,5,6]],[[1,2,3]]] | window 1 has 1 layers; expected 2",
        "[[[1,2,3],[4,5,6]],[[1,2,3],[1,2,3],[1,2,3]]] | window 1 has more layers",
        "[[[1,2,3],[4,5,6]],[1,2,3]] | a number at line 1",
        "[[1,2,3],[4,5,6]] 7 | something follows the load",
        "[[1,2,3],[4,5,6] | not valid JSON",
        "{\"counts\": [[1,2,3],[4,5,6]]} | 'logical_count' is missing",
        "{\"logical_count\": 7} | 'logical_count' is no list",
        "{\"logical_count\": [[1]], \"logical_count\": [[1]]} | 1 counts",
        "7 | holds no matrix",
        "'' | holds no matrix"
      })
  void badJsonNamesFileLayerAndExpert(String text, String problem) {
    assertThatThrownBy(() -> json(text))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("load.json")
        .hasMessageContaining(problem);
  }

  @Test
  void aKeyThatComesTwiceIsRefused() {
    String text = "{\"logical_count\": [[1,2,3],[4,5,6]], \"logical_count\": [[1,2,3],[4,5,6]]}";

    assertThatThrownBy(() -> json(text))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void badArraysAreNamed() {
    assertNpy(NpyBytes.of("<f4", false, "2, 3", 1, 2, Double.NaN, 4, 5, 6))
        .contains("layer 0, expert 2: count NaN");
    assertNpy(NpyBytes.of("<i4", false, "2, 3", 1, 2, 3, 4, -1, 6))
        .contains("layer 1, expert 1: count -1.0");
    assertNpy(NpyBytes.of("<i4", false, "2, 4", 1, 2, 3, 4, 5, 6, 7, 8)).contains("more than 3");
    assertNpy(NpyBytes.of("<i4", false, "6,", 1, 2, 3, 4, 5, 6)).contains("1 dimensions");
    assertNpy(NpyBytes.of("<i4", false, "2, 3", 1, 2, 3, 4, 5)).contains("20 bytes of data");
    assertNpy(NpyBytes.of("<i4", false, "2, 3", 1, 2, 3, 4, 5, 6, 7)).contains("28 bytes of data");
    assertNpy(NpyBytes.of("<i4", false, "16777216, 16777216, 16777216"))
        .contains("at most 2147483648 elements");
    assertNpy(NpyBytes.of("<i4", false, "2147483647, 0, 1")).contains("at most 16777216 each");
    assertNpy(NpyBytes.of("<i4", false, "99999999999, 3")).contains("whole numbers");
    assertNpy(
            NpyBytes.of(
                1, "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }", new byte[48]))
        .contains("integers or floats");
    assertNpy(
            NpyBytes.of(
                1, "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", new byte[48]))
        .contains("integers or floats");
    assertNpy(NpyBytes.of(9, "{}", new byte[0])).contains("version 9");
    assertNpy(new byte[0]).contains("only 0 bytes");
    assertNpy("[[1,2,3],[4,5,6]]".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .contains("no NumPy array");
  }

  private org.assertj.core.api.AbstractStringAssert<?> assertNpy(byte[] bytes) {
    Throwable thrown = catchThrowable(() -> npy(bytes));
    assertThat(thrown).isInstanceOf(InvalidLoadException.class);
    return assertThat(thrown.getMessage()).contains("load.npy");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> LoadFile.read(directory.resolve("no.json"), MODEL))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no.json");
    assertThatThrownBy(() -> LoadFile.read(directory.resolve("no.npy"), MODEL))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no.npy");
    assertThatThrownBy(() -> LoadFile.read(directory, MODEL))
        .isInstanceOf(InvalidLoadException.class);
  }

  @Test
  void readsSglangsDeepSeekLoads() {
    Path file = SharedData.path("data/deepseek-v3-loads/prefill_in4096.json");
    ModelShape deepSeek =
        new ModelShape("deepseek_v3", IntStream.range(3, 61).boxed().toList(), 256, 8, 8, 4);

    LoadFile read = LoadFile.open(file, deepSeek);

    assertThat(read.droppedRows()).containsExactly(0, 1, 2);
    assertThat(read.load().layers()).isEqualTo(58);
    // Each of the same tokens has 8 experts in every layer.
    assertThat(read.load().total(57)).isEqualTo(read.load().total(0)).isPositive();
    assertThat(LoadFile.read(file, ModelShape.of(58, 256, 8, 8, 4))).isEqualTo(read.load());
  }

  @Test
  void readsTheFormatsOfOtherSystems() {
    ModelShape model = ModelShape.of(2, 8, 2, 1, 1);

    Load sglang =
        LoadFile.read(
            SharedData.path("data/format-fixtures/sglang_init_expert_location_counts.json"), model);
    Load lmdeploy =
        LoadFile.read(
            SharedData.path("data/format-fixtures/lmdeploy_expert_statistic.json"), model);

    assertThat(sglang).isEqualTo(lmdeploy);
    assertThat(sglang.layer(1)).startsWith(1420, 1022, 1180);
  }

  @Test
  void readsAnArrayThatNumPyWrote() {
    Path file =
        SharedData.path(
            "data/omniplacement-dsv3-patterns/DSV3_baseline_16_devices_58_MoE_Layers.npy");

    LoadFile read = LoadFile.open(file, ModelShape.of(58, 256, 8, 8, 4));

    // One of the 16 ranks holds each expert, so the sum over the ranks is 1.
    assertThat(read.windows()).isEqualTo(16);
    assertThat(read.load()).isEqualTo(Load.uniform(58, 256, 1));
  }
}
