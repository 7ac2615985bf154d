package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointConverterTest {

  /** What a kill looks like to the converter: the listener throws after some bytes. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path temp;
  private Path in;
  private Path out;

  @BeforeEach
  void aCheckpoint() throws IOException {
    in = Families.deepSeek(1).write(temp.resolve("in"));
    out = temp.resolve("out");
  }

  private Manifest convert() {
    return CheckpointConverter.convert(in, out, ProgressListener.NONE);
  }

  private void killDuring(String file) {
    assertThatThrownBy(() ->
            CheckpointConverter.convert(
                in,
                out,
                (what, done, total) -> {
                  if (what.equals(file)) {
                    throw new Killed();
                  }
                }))
        .isInstanceOf(Killed.class);
  }

  private static Map<String, String> checksums(Path folder) throws IOException {
    Map<String, String> checksums = new TreeMap<>();
    content(folder).forEach((name, bytes) -> checksums.put(name, sha256(bytes)));
    return checksums;
  }

  private static Map<String, byte[]> content(Path folder) throws IOException {
    Map<String, byte[]> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return content;
  }

  @Test
  void aStoreHasTheAgreedFilesAndNoOthers() throws IOException {
    convert();
    assertThat(content(out).keySet())
        .containsExactly(
            "config.json",
            "dense-00000.arrow",
            "layers/layer-00001.arrow",
            "layers/layer-00001.common.arrow",
            "layers/layer-00002.arrow",
            "layers/layer-00002.common.arrow",
            "manifest.json");
  }

  @Test
  void theManifestListsEveryFileWithItsChecksum() throws IOException {
    Manifest manifest = convert();
    Map<String, byte[]> content = content(out);
    content.remove("manifest.json");
    assertThat(manifest.files())
        .extracting(Manifest.StoredFile::path)
        .containsExactlyInAnyOrderElementsOf(content.keySet());
    for (Manifest.StoredFile file : manifest.files()) {
      assertThat(file.bytes()).isEqualTo(content.get(file.path()).length);
      assertThat(file.sha256()).isEqualTo(sha256(content.get(file.path())));
    }
  }

  @Test
  void anExpertsChecksumIsThatOfGateUpAndDown() throws Exception {
    CheckpointFixture fixture = Families.deepSeek(1);
    String prefix = "model.layers.2.mlp.experts.3.";
    byte[] joined =
        fixture.bytesOf(
            prefix + "gate_proj.weight", prefix + "up_proj.weight", prefix + "down_proj.weight");
    assertThat(convert().layers().get(1).experts().get(3)).isEqualTo(sha256(joined));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSameCheckpointGivesTheSameBytes() throws IOException {
    convert();
    CheckpointConverter.convert(in, temp.resolve("again"), ProgressListener.NONE);
    assertThat(checksums(temp.resolve("again"))).isEqualTo(checksums(out));
  }

  @Test
  void progressReachesTheWholeAndNeverTurnsBack() {
    List<Long> steps = new ArrayList<>();
    CheckpointConverter.convert(
        in,
        out,
        (what, done, total) -> {
          steps.add(done);
          assertThat(done).isBetween(1L, total);
        });
    assertThat(steps).isSorted();
    List<Long> totals = new ArrayList<>();
    CheckpointConverter.convert(in, temp.resolve("b"), (what, done, total) -> totals.add(total));
    assertThat(steps.getLast()).isEqualTo(totals.getLast());
  }

  @Test
  void aKilledConversionIsNoStore() {
    killDuring("layers/layer-00002.arrow");
    assertThatThrownBy(() -> WeightStore.open(out))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("no manifest.json")
        .hasMessageContaining("goes on where it was");
  }

  @Test
  void aKilledConversionGoesOnWithoutWritingFinishedFilesAgain() throws IOException {
    CheckpointConverter.convert(in, temp.resolve("whole"), ProgressListener.NONE);
    killDuring("layers/layer-00002.arrow");
    Path finished = out.resolve("layers/layer-00001.arrow");
    FileTime marked = FileTime.from(Instant.EPOCH.plusSeconds(7));
    Files.setLastModifiedTime(finished, marked);
    convert();
    assertThat(Files.getLastModifiedTime(finished)).isEqualTo(marked);
    assertThat(checksums(out)).isEqualTo(checksums(temp.resolve("whole")));
  }

  @Test
  void aFinishedFileThatWasDamagedMeanwhileIsWrittenAgain() throws IOException {
    killDuring("layers/layer-00002.arrow");
    Path finished = out.resolve("layers/layer-00001.arrow");
    byte[] bytes = Files.readAllBytes(finished);
    bytes[bytes.length / 2] ^= 1;
    Files.write(finished, bytes);
    convert();
    try (WeightStore store = WeightStore.open(out)) {
      store.verify(ProgressListener.NONE);
    }
  }

  @Test
  void whatAKillLeftHalfWrittenIsSweptAway() throws IOException {
    killDuring("layers/layer-00002.arrow");
    Files.writeString(out.resolve("layers/layer-00002.arrow.part"), "half");
    Files.writeString(out.resolve("layers/layer-99999.arrow.part"), "half");
    Files.writeString(out.resolve("manifest.json.part"), "half");
    convert();
    assertThat(content(out).keySet()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void aTornJournalIsReadAsFarAsItIsWhole() throws IOException {
    killDuring("layers/layer-00002.common.arrow");
    Path journal = out.resolve("manifest.part");
    byte[] bytes = Files.readAllBytes(journal);
    for (int length = 0; length <= bytes.length; length += 97) {
      Path torn = temp.resolve("torn-" + length);
      copy(out, torn);
      Files.write(torn.resolve("manifest.part"), Arrays.copyOf(bytes, length));
      CheckpointConverter.convert(in, torn, ProgressListener.NONE);
      try (WeightStore store = WeightStore.open(torn)) {
        store.verify(ProgressListener.NONE);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    for (Map.Entry<String, byte[]> file : content(from).entrySet()) {
      Path target = to.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
  }

  @Test
  void aChangedCheckpointIsNotResumed() throws IOException {
    killDuring("layers/layer-00002.arrow");
    in = Families.qwen3(2).write(temp.resolve("other"));
    convert();
    assertThat(content(out).keySet())
        .contains("layers/layer-00000.arrow")
        .doesNotContain("layers/layer-00002.arrow");
    try (WeightStore store = WeightStore.open(out)) {
      store.verify(ProgressListener.NONE);
      assertThat(store.model().modelType()).isEqualTo("qwen3_moe");
    }
  }

  @Test
  void aStoreThatIsCompleteIsVerifiedAndLeftAlone() throws IOException {
    Manifest first = convert();
    Map<String, String> before = checksums(out);
    assertThat(convert()).isEqualTo(first);
    assertThat(checksums(out)).isEqualTo(before);
  }

  @Test
  void aStoreOfAnotherCheckpointIsNotOverwritten() throws IOException {
    convert();
    in = Families.qwen3(2).write(temp.resolve("other"));
    assertThatThrownBy(this::convert)
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("another checkpoint");
  }

  @Test
  void aFolderWithSomethingElseIsLeftAlone() throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(this::convert)
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("not empty");
    assertThat(content(out)).containsOnlyKeys("thesis.txt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"parts\":[1,2]}\n", "notes, without a line's end", "{\"format\":\"other"})
  void aForeignFileOfTheJournalsNameIsLeftAlone(String text) throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve("manifest.part"), text);
    assertThatThrownBy(this::convert)
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("not the journal");
    assertThat(Files.readString(out.resolve("manifest.part"))).isEqualTo(text);
  }

  @Test
  void theCheckpointsOwnFolderIsNotWrittenTo() {
    out = in;
    assertThatThrownBy(this::convert).hasMessageContaining("not empty");
  }

  @Test
  void twoConversionsDoNotShareAFolder() {
    CheckpointConverter.convert(
        in,
        out,
        (what, done, total) -> {
          if (done < 1_000) {
            assertThatThrownBy(this::convert).hasMessageContaining("another conversion");
          }
        });
  }

  @Test
  void aDamagedCheckpointLeavesNothingBehind() throws IOException {
    Path file = in.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(this::convert).isInstanceOf(CheckpointException.class);
    assertThat(out).doesNotExist();
  }

  @Test
  void aCheckpointThatIsCutOffWhileItIsReadIsReported() {
    assertThatThrownBy(() ->
            CheckpointConverter.convert(in, out, (what, done, total) -> cutOffTheCheckpoint()))
        .isInstanceOf(StaggerException.class)
        .hasMessageMatching(".*(changed while it was read|cannot be written).*");
    assertThat(out.resolve("manifest.json")).doesNotExist();
  }

  private void cutOffTheCheckpoint() {
    try (FileChannel channel =
        FileChannel.open(in.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      channel.truncate(100);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aContradictionLeavesNothingBehind() throws IOException {
    in = Families.deepSeek(1).with("hidden_size", 21).write(temp.resolve("wrong"));
    assertThatThrownBy(this::convert)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("[12, 21] by config.json");
    assertThat(out).doesNotExist();
  }

  @Test
  void anUnreadableConfigurationLeavesNothingBehind() throws IOException {
    in = Families.deepSeek(1).with("n_routed_experts", -4).write(temp.resolve("wrong"));
    assertThatThrownBy(this::convert).isInstanceOf(InvalidModelException.class);
    assertThat(out).doesNotExist();
  }
}
