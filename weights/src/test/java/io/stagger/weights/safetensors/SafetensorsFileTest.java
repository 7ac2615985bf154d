package io.stagger.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.CheckpointFixture;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {

  private static final byte[] EIGHT = {1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir Path temp;

  private static String entry(String name, String dtype, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dtype, shape, offsets);
  }

  private void open(byte[] file, Consumer<SafetensorsFile> use) throws IOException {
    Path path = Files.write(temp.resolve("model.safetensors"), file);
    try (Arena arena = Arena.ofConfined()) {
      use.accept(SafetensorsFile.open(path, arena));
    }
  }

  private void open(String header) throws IOException {
    open(CheckpointFixture.safetensors(header, EIGHT), file -> {});
  }

  @Test
  void tensorsAreSlicesInTheOrderOfTheirBytes() throws IOException {
    String header =
        "{"
            + entry("second", "F32", "[1]", "[4,8]")
            + ","
            + entry("first", "BF16", "[2,1]", "[0,4]")
            + "}   ";
    open(
        CheckpointFixture.safetensors(header, EIGHT),
        file -> {
          assertThat(file.entries())
              .extracting(SafetensorsEntry::name)
              .containsExactly("first", "second");
          assertThat(file.entries().getFirst().shape()).containsExactly(2L, 1L);
          assertThat(file.data(file.entries().get(1)).toArray(ValueLayout.JAVA_BYTE))
              .containsExactly(5, 6, 7, 8);
        });
  }

  @Test
  void scalarsAndEmptyTensorsAreLegal() throws IOException {
    String header =
        "{" + entry("a", "F64", "[]", "[0,8]") + "," + entry("b", "F32", "[0,7]", "[8,8]") + "}";
    open(
        CheckpointFixture.safetensors(header, EIGHT),
        file -> assertThat(file.entries()).hasSize(2));
  }

  static Stream<Arguments> brokenHeaders() {
    String good = entry("a", "F32", "[2]", "[0,8]");
    return Stream.of(
        Arguments.of(
            "overlap",
            "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[1]", "[4,8]") + "}",
            "overlap"),
        Arguments.of("hole", "{" + entry("a", "F32", "[1]", "[4,8]") + "}", "hole"),
        Arguments.of(
            "out of range", "{" + entry("a", "F32", "[4]", "[0,16]") + "}", "0 to 16 of 8"),
        Arguments.of("end before begin", "{" + entry("a", "F32", "[2]", "[8,0]") + "}", "8 to 0"),
        Arguments.of(
            "negative offset", "{" + entry("a", "F32", "[2]", "[-8,0]") + "}", "data_offsets"),
        Arguments.of(
            "huge offset",
            "{" + entry("a", "F32", "[2]", "[0,99999999999999999999]") + "}",
            "out of range"),
        Arguments.of(
            "unknown dtype", "{" + entry("a", "F31", "[2]", "[0,8]") + "}", "unknown dtype 'F31'"),
        Arguments.of("wrong size", "{" + entry("a", "F32", "[3]", "[0,8]") + "}", "12 bytes"),
        Arguments.of(
            "shape overflow",
            "{" + entry("a", "F32", "[9223372036854775807,9]", "[0,8]") + "}",
            "too big"),
        Arguments.of("negative size", "{" + entry("a", "F32", "[-2]", "[0,8]") + "}", "shape"),
        Arguments.of(
            "too many dimensions",
            "{" + entry("a", "F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]") + "}",
            "shape"),
        Arguments.of("fractional size", "{" + entry("a", "F32", "[2.0]", "[0,8]") + "}", "shape"),
        Arguments.of(
            "three offsets", "{" + entry("a", "F32", "[2]", "[0,8,8]") + "}", "data_offsets"),
        Arguments.of("duplicate tensor", "{" + good + "," + good + "}", "Duplicate"),
        Arguments.of(
            "duplicate key",
            "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "Duplicate"),
        Arguments.of("unknown key", "{\"a\":{\"type\":\"F32\"}}", "type"),
        Arguments.of("missing key", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "incomplete"),
        Arguments.of("no entry", "{\"a\":7}", "'a'"),
        Arguments.of("text behind", "{" + good + "} {}", "behind"),
        Arguments.of("no object", "[]", "JSON object"),
        Arguments.of("cut", "{" + good, "not valid JSON"),
        Arguments.of("empty", "", "JSON object"),
        Arguments.of("bytes of no tensor", "{}", "8 bytes that belong to no tensor"),
        Arguments.of(
            "deep nesting", "{\"__metadata__\":{\"a\":" + "[".repeat(5000) + "}", "depth"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenHeaders")
  void aBrokenHeaderIsRefused(String what, String header, String message) {
    assertThatThrownBy(() -> open(header))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(longs = {17, 1L << 40, Long.MAX_VALUE, -1})
  void aHeaderLongerThanTheFileIsRefused(long length) {
    byte[] file = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    assertThatThrownBy(() -> open(file, ignored -> {}))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a header of " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void aMissingFileIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SafetensorsFile.open(temp.resolve("none.safetensors"), arena))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no such file");
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    CheckpointFixture fixture =
        new CheckpointFixture(1)
            .random("a", TensorType.F32, 3, 5)
            .random("b", TensorType.BF16, 7)
            .random("c", TensorType.F16, 2, 2);
    byte[] whole = CheckpointFixture.safetensors(fixture.tensors());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> open(cut, ignored -> {}))
          .as("cut at %d", length)
          .isInstanceOf(CheckpointException.class);
    }
  }

  /** Whatever happens to a header, it is refused in our words, or what it says is sound. */
  @Test
  @Tag("fuzz")
  void aMutatedHeaderIsRefusedOrSound() {
    String header =
        "{"
            + entry("a", "F32", "[3,5]", "[0,60]")
            + ","
            + entry("b", "BF16", "[7]", "[60,74]")
            + ","
            + entry("c", "F16", "[2,2]", "[74,82]")
            + "}";
    byte[] whole = header.getBytes(StandardCharsets.US_ASCII);
    byte[] alphabet = "0123456789{}[]\",:-.eE abc".getBytes(StandardCharsets.US_ASCII);
    int inputs = Integer.getInteger("io.stagger.fuzz.inputs", 10_000);
    for (long seed = 0; seed < inputs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] mutated = whole.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        mutated[random.nextInt(mutated.length)] =
            random.nextBoolean()
                ? alphabet[random.nextInt(alphabet.length)]
                : (byte) random.nextInt();
      }
      try {
        requireSound(SafetensorsHeader.parse(mutated, 82, "fuzz"), 82);
      } catch (StaggerException refused) {
        assertThat(refused.diagnosis().problem()).isNotBlank();
      } catch (RuntimeException e) {
        fail("seed " + seed, e);
      }
    }
  }

  private static void requireSound(List<SafetensorsEntry> entries, long dataBytes) {
    long next = 0;
    for (SafetensorsEntry entry : entries) {
      assertThat(entry.begin()).isEqualTo(next);
      assertThat(entry.end() - entry.begin()).isEqualTo(bytes(entry.type(), entry.shape()));
      next = entry.end();
    }
    assertThat(next).isEqualTo(dataBytes);
  }

  private static long bytes(SafetensorsType type, List<Long> shape) {
    long bits = type.bits();
    for (long size : shape) {
      bits *= size;
    }
    return (bits + 7) / 8;
  }
}
