package io.stagger.strategies.steady;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.strategies.SharedFiles;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much of a full plan's gain a tenth of the slots brings when DeepSeek-V3's workload changes.
 */
class SteadyQualityTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Every fourth layer, to be done soon. */
  private static Load load(String workload) throws IOException {
    JsonNode json =
        MAPPER.readTree(
            SharedFiles.require("data/deepseek-v3-loads/" + workload + ".json").toFile());
    double[][] rows = MAPPER.convertValue(json.required("logical_count"), double[][].class);
    double[][] moe =
        Arrays.stream(rows).filter(row -> Arrays.stream(row).sum() > 0).toArray(double[][]::new);
    return Load.of(
        moe[0].length,
        IntStream.range(0, moe.length)
            .filter(layer -> layer % 4 == 0)
            .mapToObj(layer -> moe[layer])
            .toArray(double[][]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "prefill_in1024, prefill_in2048, 32, 288, 0.95",
    "prefill_in2048, prefill_in4096, 32, 288, 0.95",
    "prefill_in4096, prefill_in1000out1000, 32, 288, 0.95",
    "prefill_in1000out1000, decode_in1000out1000, 32, 288, 0.95",
    "decode_in1000out1000, decode_in2000out100, 32, 288, 0.95",
    "prefill_in4096, decode_in2000out100, 32, 288, 0.95",
    "prefill_in4096, decode_in2000out100, 32, 256, 0.95",
    "prefill_in1000out1000, decode_in1000out1000, 16, 288, 0.95",
    "prefill_in1000out1000, decode_in1000out1000, 64, 256, 0.95",
    "prefill_in1000out1000, decode_in1000out1000, 32, 256, 0.90",
    "decode_in1000out1000, decode_in2000out100, 64, 320, 0.90"
  })
  void aTenthOfTheSlotsBringsMostOfTheGain(
      String from, String to, int ranks, int slots, double share) throws IOException {
    Cluster cluster = Cluster.of(1, ranks, slots);
    Load load = load(to);
    Placement before = Plans.full(load(from), cluster);
    Placement after = Plans.plan(before, load, cluster, Plans.budget(0.1)).placement();
    double stay = Plans.imbalance(before, load, cluster);
    double full = Plans.imbalance(Plans.full(load, cluster), load, cluster);
    assertThat(Plans.moves(before, after)).isLessThanOrEqualTo((long) load.layers() * slots / 10);
    assertThat((stay - Plans.imbalance(after, load, cluster)) / (stay - full))
        .isGreaterThanOrEqualTo(share);
  }
}
