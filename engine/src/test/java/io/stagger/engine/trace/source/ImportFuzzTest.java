package io.stagger.engine.trace.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.testkit.Damage;
import io.stagger.weights.ProgressListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged recordings of every system: each is read or refused with an error of ours. */
@Tag("fuzz")
class ImportFuzzTest {

  private static final int INPUTS = Integer.getInteger("io.stagger.fuzz.inputs", 2_000);
  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2), 8, 2, 1, 1);

  @TempDir Path folder;

  @Test
  void recordsOfSglang() {
    fuzz(
        "sglang",
        "dump.json",
        """
        {"records": [{"rank": 0, "forward_mode": 3, "positions": [0, 5],
         "extend_seq_lens": [1, 1], "topk_ids_of_layer": [[[1,0],[2,3]], [[1,2],[4,5]]]}],
         "last_physical_to_logical_map": [[7,6,5,4,3,2,1,0], [0,1,2,3,4,5,6,7]]}
        """);
  }

  @Test
  void layerRows() {
    fuzz(
        "vllm",
        "log.jsonl",
        """
        {"layer": 1, "token_idx": 0, "topk_ids": [1, 2], "topk_weights": [0.5, 0.5]}
        {"layer": 2, "token_idx": 0, "topk_ids": [3, 4]}
        {"layer": 1, "token_idx": 0, "topk_ids": [5, 6]}
        {"layer": 2, "token_idx": 0, "topk_ids": [7, 0]}
        """);
  }

  @Test
  void tokenRows() {
    fuzz(
        "mixtral",
        "rows.jsonl",
        """
        {"experts": [[0, 1], [2, 3]], "seq": 0, "pos": 7}
        {"experts": [[4, 5], [6, 7]], "seq": 1, "pos": 0}
        """);
  }

  @Test
  void indicesOfRawBytes() throws IOException {
    Files.write(folder.resolve("a.u8"), new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4});
    fuzz(
        "raw",
        "index.csv",
        """
        seq,dataset,has_repetition,first_token_pos,num_tokens,token_offset
        0,a,False,3,2,0
        1,"b",True,0,1,2
        """);
  }

  @Test
  void statisticsOfTensorRtLlm() {
    SafetensorsBytes file = new SafetensorsBytes();
    file.add("0_1", List.of(2, 2), 0, 1, 2, 3);
    file.add("0_2", List.of(2, 2), 4, 5, 6, 7);
    fuzz("tensorrt-llm", "rank0_raw.safetensors", file.bytes());
  }

  private void fuzz(String format, String name, String good) {
    fuzz(format, name, good.getBytes(StandardCharsets.UTF_8));
  }

  private void fuzz(String format, String name, byte[] good) {
    Path file = folder.resolve(name);
    boolean wholeFolder = !name.contains("json");
    read(format, wholeFolder ? folder : file, file, good);
    int read = 0;
    for (long seed = 0; seed < INPUTS; seed++) {
      try {
        read(format, wholeFolder ? folder : file, file, Damage.to(good, seed));
        read++;
      } catch (StaggerException e) {
        assertThat(e.diagnosis().problem()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(read).as("inputs that could still be read").isBetween(1, INPUTS - 1);
  }

  private void read(String format, Path path, Path file, byte[] content) {
    try {
      // A new file: to write over an old one, some file systems wait for the disk.
      Files.deleteIfExists(file);
      Files.write(file, content);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    try (ImportSink sink =
        new ImportSink(MODEL, Phase.DECODE, new Nowhere(), ProgressListener.NONE)) {
      TraceImport.read(TraceImport.find(format), path, sink);
    }
  }

  /** Files would be most of the test's time. */
  private static final class Nowhere implements ImportSink.Output {
    @Override
    public TraceWriter begin(TraceHeader header) {
      return TraceWriter.stream(OutputStream.nullOutputStream(), "nowhere", header);
    }

    @Override
    public void write(List<Load> windows) {
      assertThat(windows).isNotNull();
    }
  }
}
