package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.WeightLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightStoreTest {

  private final CheckpointFixture fixture = Families.deepSeek(1);

  @TempDir Path temp;
  private Path out;

  @BeforeEach
  void convert() throws IOException {
    out = temp.resolve("out");
    CheckpointConverter.convert(fixture.write(temp.resolve("in")), out, ProgressListener.NONE);
  }

  private void flip(String file, byte[] where) throws IOException {
    byte[] bytes = Files.readAllBytes(out.resolve(file));
    bytes[CheckpointBytes.indexOf(bytes, where) + where.length - 1] ^= 1;
    Files.write(out.resolve(file), bytes);
  }

  private void assertVerificationFails(String... words) {
    try (WeightStore store = WeightStore.open(out)) {
      assertThatThrownBy(() -> store.verify(ProgressListener.NONE))
          .isInstanceOf(WeightStoreException.class)
          .hasMessageContainingAll(words);
    }
  }

  private void assertNotOpened(String... words) {
    assertThatThrownBy(() -> WeightStore.open(out).close())
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void aStoreKnowsItsModel() {
    try (WeightStore store = WeightStore.open(out)) {
      assertThat(store.model().modelType()).isEqualTo("deepseek_v3");
      assertThat(store.spec()).isEqualTo(store.model().requireMoe());
      assertThat(store.config()).containsEntry("topk_method", "noaux_tc");
      assertThat(store.folder()).isEqualTo(out);
    }
  }

  @Test
  void denseTensorsAreFoundByTheirNames() {
    try (WeightStore store = WeightStore.open(out)) {
      Tensor norm = store.tensor("model.norm.weight");
      assertThat(norm.shape()).containsExactly((long) Families.HIDDEN);
      assertThat(store.tensorNames())
          .containsExactly(
              "model.embed_tokens.weight",
              "model.layers.0.mlp.gate_proj.weight",
              "model.norm.weight");
    }
  }

  @Test
  void anUnknownTensorNamesTheNearest() {
    try (WeightStore store = WeightStore.open(out)) {
      assertThatThrownBy(() -> store.tensor("model.norn.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no tensor 'model.norn.weight'")
          .hasMessageContaining("'model.norm.weight' perhaps");
    }
  }

  @Test
  void aWholeStoreIsVerifiedWithProgressToTheEnd() {
    List<Long> steps = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    try (WeightStore store = WeightStore.open(out)) {
      store.verify((what, done, total) -> {
        steps.add(done);
        totals.add(total);
      });
    }
    assertThat(steps).isSorted().last().isEqualTo(totals.getLast());
  }

  @Test
  void aFlippedBitInAnExpertIsNamedByVerification() throws IOException {
    flip("layers/layer-00002.arrow", CheckpointBytes.of(fixture, 2, 4));
    assertVerificationFails("layer 2, expert 4", "damaged", "Convert the checkpoint again");
  }

  @Test
  void aFlippedBitInARouterIsFoundWhenItIsAskedFor() throws IOException {
    flip("layers/layer-00001.common.arrow", fixture.bytesOf("model.layers.1.mlp.gate.weight"));
    try (WeightStore store = WeightStore.open(out)) {
      WeightLoader loader = store.loader();
      assertThatThrownBy(() -> loader.layer(0))
          .isInstanceOf(WeightStoreException.class)
          .hasMessageContaining("layer-00001.common.arrow, tensor router");
    }
    assertVerificationFails("tensor router");
  }

  @Test
  void aFlippedBitInADenseTensorIsFoundWhenItIsAskedFor() throws IOException {
    flip("dense-00000.arrow", fixture.bytesOf("model.embed_tokens.weight"));
    try (WeightStore store = WeightStore.open(out)) {
      assertThat(store.tensor("model.norm.weight")).isNotNull();
      assertThatThrownBy(() -> store.tensor("model.embed_tokens.weight"))
          .isInstanceOf(WeightStoreException.class)
          .hasMessageContaining("dense-00000.arrow, tensor model.embed_tokens.weight");
    }
  }

  /** Bytes that no tensor has, padding for example, are covered by the file's checksum. */
  @Test
  void aFlippedBitBetweenTensorsIsFoundByVerification() throws IOException {
    byte[] bytes = Files.readAllBytes(out.resolve("layers/layer-00001.arrow"));
    bytes[4_095] ^= 1;
    Files.write(out.resolve("layers/layer-00001.arrow"), bytes);
    assertVerificationFails("layer-00001.arrow", "the file is damaged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layers/layer-00001.arrow",
        "layers/layer-00002.common.arrow",
        "dense-00000.arrow"
      })
  void aFileThatIsCutOffIsRefused(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(out.resolve(name));
    Files.write(out.resolve(name), Arrays.copyOf(bytes, bytes.length - 1));
    assertNotOpened(name, bytes.length - 1 + " bytes", bytes.length + " by the manifest");
  }

  @Test
  void aMissingFileIsRefused() throws IOException {
    Files.delete(out.resolve("layers/layer-00002.arrow"));
    assertNotOpened("layer-00002.arrow", "missing");
  }

  @Test
  void aFolderThatIsNoStoreIsRefused() {
    out = temp.resolve("in");
    assertNotOpened("no manifest.json", "Convert a checkpoint first");
  }

  @Test
  void twoLayersInEachOthersPlaceAreFound() throws IOException {
    Path first = out.resolve("layers/layer-00001.arrow");
    Path second = out.resolve("layers/layer-00002.arrow");
    byte[] bytes = Files.readAllBytes(first);
    Files.copy(second, first, StandardCopyOption.REPLACE_EXISTING);
    Files.write(second, bytes);
    assertVerificationFails("layer 1, expert 0", "damaged");
  }

  @Test
  void aChangedConfigurationIsRefused() throws IOException {
    Path config = out.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("2.5", "3.5"));
    assertNotOpened("config.json", "changed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\" : 1 | \"version\" : 2 | format version 2; expected version 1",
        "\"version\" : 1 | \"version\" : \"1\" | 'version'",
        "stagger-weights | stagger-heights | 'format'",
        "row-major | column-major | 'layout'",
        "\"hidden_size\" : 20 | \"hidden_size\" : 21 | 'hidden_size'",
        "layers/layer-00001.arrow | ../layer-00001.arrow | 'file'",
        "layers/layer-00001.common.arrow | /etc/passwd | 'common_file'",
        "\"layer\" : 1 | \"layer\" : 0 | MoE layers [0, 2]",
        "\"layer\" : 1 | \"layer\" : 99999999999 | 'layer'",
        "\"type\" : \"BF16\" | \"type\" : \"BF15\" | 'type'",
        "\"sha256\" : \" | \"sha256\" : \"x | 'sha256'",
      })
  void aManifestThatIsNotOursIsRefused(String from, String to, String message) throws IOException {
    Path manifest = out.resolve("manifest.json");
    String json = Files.readString(manifest);
    assertThat(json).contains(from);
    Files.writeString(manifest, json.replace(from, to));
    assertNotOpened("manifest.json", message);
  }

  @Test
  void aManifestCutAnywhereIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(out.resolve("manifest.json"));
    for (int length = 0; length < bytes.length - 1; length += 37) {
      Files.write(out.resolve("manifest.json"), Arrays.copyOf(bytes, length));
      assertNotOpened("manifest.json");
    }
  }

  @Test
  @Tag("fuzz")
  void aMutatedManifestIsRefusedOrSound() throws IOException {
    byte[] whole = Files.readAllBytes(out.resolve("manifest.json"));
    byte[] alphabet = "0123456789abcdef{}[]\",: -/._".getBytes(StandardCharsets.US_ASCII);
    int inputs = Integer.getInteger("io.stagger.fuzz.inputs", 1_500);
    for (long seed = 0; seed < inputs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] mutated = whole.clone();
      mutated[random.nextInt(mutated.length)] = alphabet[random.nextInt(alphabet.length)];
      Files.write(out.resolve("manifest.json"), mutated);
      try (WeightStore store = WeightStore.open(out)) {
        store.tensorNames().forEach(store::tensor);
        store.loader().load(PlacementFixture.contiguous(store.spec(), 2), 1);
      } catch (StaggerException refused) {
        assertThat(refused.diagnosis().problem()).isNotBlank();
      } catch (RuntimeException e) {
        fail("seed " + seed, e);
      }
    }
  }

  @Test
  void nothingIsReadableAfterClosing() {
    WeightStore store = WeightStore.open(out);
    Tensor tensor = store.tensor("model.norm.weight");
    store.close();
    store.close();
    assertThatThrownBy(() -> tensor.get(0)).isInstanceOf(IllegalStateException.class);
  }
}
