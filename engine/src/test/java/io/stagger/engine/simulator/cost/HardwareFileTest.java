package io.stagger.engine.simulator.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.strategy.OptionSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HardwareFileTest {

  @TempDir private Path folder;

  @Test
  void knowsAPreset() {
    Hardware h20 = HardwareFile.read("h20x8");
    assertThat(h20.ranksPerNode()).isEqualTo(8);
    assertThat(h20.memoryBytesPerSecond()).isEqualTo(4e12);
    assertThat(h20.flops()).isEqualTo(148e12);
    assertThat(h20.withinNode()).isEqualTo(new Link(450e9, 5 * 1e-6));
    assertThat(HardwareFile.presets())
        .allSatisfy(name -> assertThat(HardwareFile.read(name).name()).isNotEmpty());
  }

  private static String lines(String but) {
    String name = but.substring(0, but.indexOf('='));
    return HardwareFile.keys().stream()
            .map(OptionSpec::name)
            .filter(key -> !key.equals(name))
            .map(key -> key + "=1")
            .collect(Collectors.joining("\n"))
        + "\n"
        + but;
  }

  @Test
  void readsAFileOfTheSameKeys() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.properties"), lines("node.ranks=16"));
    Hardware mine = HardwareFile.read(file.toString());
    assertThat(mine.ranksPerNode()).isEqualTo(16);
    assertThat(mine.memoryBytesPerSecond()).isEqualTo(1e9);
  }

  @ParameterizedTest
  @CsvSource({
    "node.ranks=0, 'node.ranks: ''0'' is not allowed; expected a whole number from 1 to 65536'",
    "compute.teraflops=fast, 'compute.teraflops: ''fast'' is not allowed'",
    "memory.gigabytes-per-secund=1, 'Did you mean ''memory.gigabytes-per-second''?'",
    "within-node.latency-microseconds=-1, 'within-node.latency-microseconds: ''-1.0'''",
  })
  void refusesAValueAndSaysWhere(String line, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("mine.properties"), lines(line));
    assertThatThrownBy(() -> HardwareFile.read(file.toString()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void missesAKey() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.yaml"), "name: mine\nnode:\n  ranks: 8\n");
    assertThatThrownBy(() -> HardwareFile.read(file.toString()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'memory.gigabytes-per-second' is missing");
  }

  @Test
  void listsThePresetsWhereThereIsNoFile() {
    assertThatThrownBy(() -> HardwareFile.read("h20"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("one of h100x8, h20x8, or a file");
  }

  @Test
  void refusesNodesOfMoreRanksThanTheHardwareHas() {
    CostModel model = new CostModel(HardwareFile.read("h20x8"), new ExpertSizes(5120, 1536, 2, 2));
    model.requireFits(Cluster.of(2, 16, 160));
    assertThatThrownBy(() -> model.requireFits(Cluster.of(1, 16, 160)))
        .isInstanceOf(InvalidClusterException.class)
        .hasMessageContaining("16 ranks on a node");
  }

  @Test
  void refusesAnExpertOfNoSize() {
    assertThatThrownBy(() -> new ExpertSizes(5120, 0, 2, 2))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("expert intermediate size");
    assertThatThrownBy(() -> new ExpertSizes(5120, 1, Double.NaN, 2))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("bytes of a weight");
  }
}
