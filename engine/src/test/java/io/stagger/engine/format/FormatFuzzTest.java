package io.stagger.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import io.stagger.engine.io.Damage;
import io.stagger.engine.io.NpyBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged files in every format: each is read or refused with an error of ours, and takes no more
 * memory than a bound, whatever it claims. {@code -Dio.stagger.fuzz.inputs=N} sets how many each.
 */
class FormatFuzzTest {

  private static final int INPUTS = Integer.getInteger("io.stagger.fuzz.inputs", 1_250);

  /** Of a single input of a few hundred bytes; a slot layout of the largest size fits. */
  private static final long MAX_ALLOCATED = 100L << 20;

  private static final ModelShape MODEL = ModelShape.of(2, 4, 1, 1, 1);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;

  static Stream<Arguments> files() {
    String deployment =
        """
        {"moe_layer_count": 2, "layer_list": [
         {"layer_id": 0, "device_count": 2, "device_list": [
          {"device_id": 0, "device_expert": [0, 1, 2]}, {"device_id": 1, "device_expert": [3, 0, 1]}]},
         {"layer_id": 1, "device_count": 2, "device_list": [
          {"device_id": 0, "device_expert": [3, 2, 1]}, {"device_id": 1, "device_expert": [0, 2, 1]}]}
        ]}\
        """;
    String yaml =
        """
        initial_global_assignments:
          0: [0, 1, 2, 3, 0, 1]
          1: [3, 2, 1, 0, 2, 1]
        num_slots: 6
        layer_updates_per_iter: 2
        ep_size: 2
        """;
    String maps =
        """
        {"experts": 4, "local_num_experts": [3, 2], "layers": [
         {"layer": 0, "expert_map": [[0, 1, 2, -1], [-1, -1, 0, 1]]},
         {"layer": 1, "expert_map": [[0, 1, 2, -1], [-1, 1, -1, 0]]}]}\
        """;
    byte[] pattern =
        NpyBytes.of("<i4", false, "2, 2, 4", 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1);
    return Stream.of(
        file(new SglangFormat(), "{\"physical_to_logical_map\": [[0,1,2,3,0,1],[3,2,1,0,2,1]]}"),
        file(new SglangFormat(), "{\"logical_count\": [[1,2,3,4],[5,6.5,7,8]]}"),
        file(new LmdeployFormat(), "[[1, 2, 3, 4], [5, 6, 7, 8]]"),
        file(new TensorRtLlmFormat(), yaml),
        file(new VllmAscendFormat(), deployment),
        file(new MsitFormat(), "1,2,3,4\n5,6,7,8\n2,3,4,5\n9,9,9,9\n"),
        file(new VllmFormat(), maps),
        Arguments.argumentSet("omniplacement", new OmniPlacementFormat(), pattern));
  }

  private static Arguments file(PlacementFormat format, String text) {
    return Arguments.argumentSet(
        format.name() + " " + text.substring(0, 8).strip(),
        format,
        text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aDamagedFileIsReadOrRefused(PlacementFormat format, byte[] good) {
    Options options = Options.defaults(format.options());
    List<FormatRequest> requests =
        List.of(
            new FormatRequest(Optional.of(MODEL), OptionalInt.of(2), options),
            new FormatRequest(Optional.empty(), OptionalInt.of(2), options),
            new FormatRequest(Optional.empty(), OptionalInt.empty(), options));
    format.read(write(good), requests.getFirst());
    int read = 0;
    for (long seed = 0; seed < INPUTS; seed++) {
      byte[] bad = Damage.to(good, seed);
      Path file = write(bad);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        format.read(file, requests.get((int) (seed % requests.size())));
        read++;
      } catch (StaggerException e) {
        assertThat(e.diagnosis().problem()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed " + seed + ": " + new String(bad, StandardCharsets.ISO_8859_1), e);
      }
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated, seed %d: %s", seed, new String(bad, StandardCharsets.ISO_8859_1))
          .isLessThan(MAX_ALLOCATED);
    }
    assertThat(read).as("inputs that could still be read").isBetween(1, INPUTS - 1);
  }

  private Path write(byte[] bytes) {
    try {
      // A new file: to write over an old one, some file systems wait for the disk.
      Files.deleteIfExists(directory.resolve("file"));
      return Files.write(directory.resolve("file"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
