package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.Placement;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that a training program wrote, and none of us. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TinyMoeTest {

  private byte[] checkpoint;
  private WeightStore store;

  @BeforeAll
  void convert(@TempDir Path temp) throws IOException {
    Path model = shared().resolve("tiny-moe");
    assumeTrue(Files.isDirectory(model), "the shared tiny model is not beside the repository");
    checkpoint = Files.readAllBytes(model.resolve("model.safetensors"));
    CheckpointConverter.convert(model, temp.resolve("out"), ProgressListener.NONE);
    store = WeightStore.open(temp.resolve("out"));
  }

  @AfterAll
  void close() {
    if (store != null) {
      store.close();
    }
  }

  private static Path shared() throws IOException {
    Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    while (folder != null) {
      Path pom = folder.resolve("pom.xml");
      if (Files.exists(pom)
          && Files.readString(pom)
              .contains("<artifactId>stagger-parent</artifactId>\n  <version>")) {
        return folder.resolveSibling("shared");
      }
      folder = folder.getParent();
    }
    return Path.of("shared");
  }

  /** The bytes of a tensor, found in the file with a regular expression. */
  private byte[] bytes(String name) {
    int header = (int) ByteBuffer.wrap(checkpoint).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String json = new String(checkpoint, 8, header, StandardCharsets.UTF_8);
    Matcher entry =
        Pattern.compile(
                Pattern.quote("\"" + name + "\"")
                    + "[^}]*\"data_offsets\"\\s*:\\s*\\[(\\d+),\\s*(\\d+)\\]")
            .matcher(json);
    assertThat(entry.find()).isTrue();
    return Arrays.copyOfRange(
        checkpoint,
        8 + header + Integer.parseInt(entry.group(1)),
        8 + header + Integer.parseInt(entry.group(2)));
  }

  private void assertSame(Tensor tensor, String name) {
    assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).as(name).isEqualTo(bytes(name));
  }

  @Test
  void itsShapeIsTheOneItsReadmeTells() {
    assertThat(store.spec().shape().layers()).isEqualTo(4);
    assertThat(store.spec().shape().experts()).isEqualTo(64);
    assertThat(store.spec().shape().groups()).isEqualTo(8);
    assertThat(store.spec().sharedIntermediateSize()).isEqualTo(128);
    assertThat(store.loader().type()).isEqualTo(TensorType.BF16);
  }

  @Test
  void everyExpertOfEveryRankIsTheCheckpoints() {
    Placement placement = PlacementFixture.striped(store.spec(), 8);
    for (int rank = 0; rank < 8; rank++) {
      RankWeights weights = store.loader().load(placement, rank);
      assertThat(weights.prove(placement).slots()).isEqualTo(4 * 8);
      for (int layer = 0; layer < 4; layer++) {
        for (int local = 0; local < 8; local++) {
          String prefix = "model.layers.%d.mlp.experts.%d.".formatted(layer, local * 8 + rank);
          assertSame(weights.slot(layer, local).gate(), prefix + "gate_proj.weight");
          assertSame(weights.slot(layer, local).up(), prefix + "up_proj.weight");
          assertSame(weights.slot(layer, local).down(), prefix + "down_proj.weight");
        }
      }
    }
  }

  @Test
  void everyOtherTensorIsTheCheckpoints() {
    assertThat(store.tensorNames()).hasSize(27);
    store.tensorNames().forEach(name -> assertSame(store.tensor(name), name));
    for (int layer = 0; layer < 4; layer++) {
      String mlp = "model.layers." + layer + ".mlp.";
      assertSame(store.loader().layer(layer).router(), mlp + "gate.weight");
      assertSame(
          store.loader().layer(layer).shared().orElseThrow().gate(),
          mlp + "shared_experts.gate_proj.weight");
    }
  }
}
