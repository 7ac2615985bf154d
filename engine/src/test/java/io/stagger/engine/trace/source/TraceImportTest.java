package io.stagger.engine.trace.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.SharedData;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.Traces;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import io.stagger.weights.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceImportTest {

  /** Layers 1 and 2 of a model whose layer 0 is dense. */
  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2), 8, 2, 1, 1);

  @TempDir Path folder;

  @Test
  void rawBytesBecomeTheSequencesOfTheirIndexWithoutRepetitions() throws IOException {
    Files.write(
        folder.resolve("routes.u8"), new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 7, 6, 5, 4});
    Files.writeString(
        folder.resolve("index.csv"),
        """
        seq,dataset,has_repetition,first_token_pos,num_tokens,token_offset
        3,mmlu,False,101,2,0
        4,"gpqa, main",True,50,1,2
        5,tulu,False,7,1,3
        """);

    ImportResult result = run("raw", folder, MODEL);

    assertThat(tokens())
        .containsExactly(
            token(3, 101, 0, 1, 2, 3).withDataset(0),
            token(3, 102, 4, 5, 6, 7).withDataset(0),
            token(5, 7, 7, 6, 5, 4).withDataset(1));
    assertThat(result.header().orElseThrow().datasets()).containsExactly("mmlu", "tulu");
    assertThat(result.notes())
        .anySatisfy(note -> assertThat(note).contains("Left out 1 sequences, 1 tokens"));
  }

  @Test
  void anIndexThatLeavesAGapIsRefused() throws IOException {
    Files.write(folder.resolve("routes.u8"), new byte[16]);
    Files.writeString(folder.resolve("index.csv"), "seq,num_tokens,token_offset\n0,1,0\n1,2,2\n");
    refuses("raw", folder, "index.csv, line 3: token_offset 2; expected 1");
  }

  @Test
  void rawBytesThatEndEarlyAreRefused() throws IOException {
    Files.write(folder.resolve("routes.u8"), new byte[] {0, 1, 2, 3, 0});
    Files.writeString(folder.resolve("index.csv"), "seq,num_tokens,token_offset\n9,2,0\n");
    refuses("raw", folder, "routes.u8, sequence 9, token 1: ends in the middle");
  }

  /** Figures of the recording's own README. */
  @Test
  void theRoutesOfGptOssAreImportedWhole() {
    ModelShape model = ModelShape.of(24, 32, 4, 1, 1);
    ImportResult result = run("raw", SharedData.path("data/gptoss20b-router-trace"), model);

    assertThat(result.tokens()).isEqualTo(162_219);
    try (TraceReader reader = TraceReader.open(out())) {
      TraceStatistics statistics =
          TraceCounter.count(reader, StatisticsSpec.loadAlone().withDecodeBatch(32));
      assertThat(statistics.sequences()).hasValue(494);
      assertThat(statistics.tokens(Phase.DECODE)).isEqualTo(162_219);
      assertThat(statistics.load().total(23)).isEqualTo(162_219 * 4.0);
    }
  }

  @Test
  void layerRowsOfAForwardPassBecomeTokens() throws IOException {
    write(
        "{\"type\": \"meta\", \"model\": \"m\"}\n"
            + pass(new int[][] {{0, 1}, {2, 3}}, new int[][] {{4, 5}, {6, 7}})
            + pass(new int[][] {{1, 0}}, new int[][] {{5, 4}}));

    run("vllm", in(), MODEL);

    assertThat(tokens())
        .containsExactly(token(0, 0, 0, 1, 4, 5), token(0, 1, 2, 3, 6, 7), token(1, 0, 1, 0, 5, 4));
  }

  @Test
  void theProfilingBatchThatALogBeginsWithIsLeftOut() throws IOException {
    int[][] equal = IntStream.range(0, 20).mapToObj(_ -> new int[] {3, 1}).toArray(int[][]::new);
    write(pass(equal, equal) + pass(new int[][] {{0, 1}}, new int[][] {{4, 5}}));

    ImportResult result = run("vllm", in(), MODEL);

    assertThat(tokens()).containsExactly(token(1, 0, 0, 1, 4, 5));
    assertThat(result.notes())
        .contains("Left out the first 20 tokens, all routed alike: vLLM's profiling batch");
  }

  @Test
  void aFewEqualTokensAreText() throws IOException {
    int[][] equal = {{3, 1}, {3, 1}, {3, 1}};
    write(pass(equal, equal) + pass(new int[][] {{0, 1}}, new int[][] {{4, 5}}));
    run("vllm", in(), MODEL);
    assertThat(tokens()).hasSize(4);
  }

  @Test
  void aLogOfOneLayerIsATraceOfThatLayer() throws IOException {
    write(
        """
        {"layer": 2, "token_idx": 0, "topk_ids": [1, 2], "topk_weights": [0.5, 0.5]}
        {"layer": 2, "token_idx": 1, "topk_ids": [3, 4], "topk_weights": [0.5, 0.5]}
        """);
    ImportResult result = run("vllm", in(), MODEL);
    assertThat(result.header().orElseThrow().model().moeLayers()).containsExactly(2);
    assertThat(tokens().getLast().experts()).containsExactly((char) 3, (char) 4);
    assertThat(result.notes()).contains("The log has 1 of the model's 2 MoE layers: [2]");
  }

  @Test
  void aLogThatLostLinesIsRefused() throws IOException {
    write(pass(new int[][] {{0, 1}, {2, 3}}, new int[][] {{4, 5}}));
    refuses("vllm", in(), "line 3, where a forward pass ends: layer 2 has 1 tokens; expected 2");
  }

  @Test
  void aRowOfADenseLayerIsRefused() throws IOException {
    write("{\"layer\": 0, \"token_idx\": 0, \"topk_ids\": [1, 2]}\n");
    refuses("vllm", in(), "in.jsonl, line 1: layer 0; expected a 'layer'");
  }

  @Test
  void tokenRowsHaveTheExpertsOfAllLayers() throws IOException {
    write(
        """
        {"token": "To", "experts": [[0, 1], [2, 3]]}
        {"token": "be", "experts": [[4, 5], [6, 7]]}
        """);
    run("mixtral", in(), MODEL);
    assertThat(tokens()).containsExactly(token(0, 0, 0, 1, 2, 3), token(0, 1, 4, 5, 6, 7));
  }

  @Test
  void aTokenRowWithAnotherNumberOfLayersIsRefused() throws IOException {
    write("{\"experts\": [[0, 1]]}\n");
    refuses("mixtral", in(), "in.jsonl, line 1: 2 experts");
  }

  @Test
  void malformedJsonIsPlaced() throws IOException {
    write("{\"experts\": [[0, 1], [2, 3]]}\n{\"experts\": [[0, oops\n");
    refuses("mixtral", in(), "in.jsonl, line 2, column");
  }

  @Test
  void recordsOfSglangKeepPhasesPositionsAndRanks() throws IOException {
    write(
        """
        {"records": [
          {"forward_pass_id": 1, "rank": 2, "forward_mode": 1, "positions": [0, 1, 0],
           "extend_seq_lens": [2, 1], "input_ids": [5, 6, 7], "misc_objects": {"a": [1]},
           "topk_ids_of_layer": [[[-1,-1],[-1,-1],[-1,-1]],
             [[0,1],[2,3],[4,5]], [[6,7],[0,1],[2,3]]]},
          {"forward_pass_id": 2, "rank": 2, "forward_mode": 2, "positions": [2, 1, 0],
           "extend_seq_lens": null,
           "topk_ids_of_layer": [[[-1,-1],[-1,-1],[-1,-1]],
             [[0,2],[2,4],[-1,-1]], [[6,1],[0,3],[-1,-1]]]}]}
        """);

    ImportResult result = run("sglang", in(), MODEL);

    assertThat(tokens())
        .containsExactly(
            TraceToken.of(0, 0, Phase.PREFILL, chars(0, 1, 6, 7)).withSourceRank(2),
            TraceToken.of(0, 1, Phase.PREFILL, chars(2, 3, 0, 1)).withSourceRank(2),
            TraceToken.of(1, 0, Phase.PREFILL, chars(4, 5, 2, 3)).withSourceRank(2),
            TraceToken.of(2, 2, Phase.DECODE, chars(0, 2, 6, 1)).withSourceRank(2),
            TraceToken.of(3, 1, Phase.DECODE, chars(2, 4, 0, 3)).withSourceRank(2));
    assertThat(result.notes()).contains("Left out 1 tokens of padding");
  }

  @Test
  void slotsOfSglangBecomeExperts() throws IOException {
    write(
        """
        {"records": [{"rank": 0, "forward_mode": "EXTEND", "positions": [0],
           "topk_ids_of_layer": [[[9, 0]], [[1, 2]]]}],
         "last_physical_to_logical_map": [[7,6,5,4,3,2,1,0,7,6], [0,1,2,3,4,5,6,7,0,1]]}
        """);
    run("sglang", in(), MODEL);
    assertThat(tokens().getFirst().experts()).isEqualTo(chars(6, 7, 1, 2));
  }

  @Test
  void countsOfTensorRtLlmBecomeALoadWithAWindowForEachIteration() throws IOException {
    for (int rank = 0; rank < 2; rank++) {
      SafetensorsBytes file = new SafetensorsBytes();
      for (int iteration = 5; iteration < 7; iteration++) {
        for (int layer = 1; layer < 3; layer++) {
          file.add(iteration + "_" + layer, List.of(8), 1, 2, 3, 4, iteration, layer, rank, 0);
        }
      }
      file.write(folder.resolve("rank" + rank + ".safetensors"));
    }
    ImportResult result = run("tensorrt-llm", folder, MODEL);

    assertThat(result.header()).isEmpty();
    assertThat(result.windows()).hasValue(2);
    Load load = LoadFile.read(out(), MODEL);
    assertThat(load.layer(1)).containsExactly(4, 8, 12, 16, 22, 8, 2, 0);
    assertThat(result.notes().getFirst()).contains("counts, no tokens").contains("phases");
  }

  @Test
  void rawStatisticsOfTensorRtLlmBecomeTokens() throws IOException {
    SafetensorsBytes file = new SafetensorsBytes();
    file.add("0_1", List.of(2, 2), 0, 1, 2, 3);
    file.add("0_2", List.of(2, 2), 4, 5, 6, 7);
    file.write(folder.resolve("rank0_raw.safetensors"));
    run("tensorrt-llm", folder, MODEL);
    assertThat(tokens())
        .containsExactly(
            token(0, 0, 0, 1, 4, 5).withSourceRank(0), token(0, 1, 2, 3, 6, 7).withSourceRank(0));
  }

  @Test
  void anUnknownFormatListsTheKnownOnes() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> run("tsv", folder, MODEL))
        .withMessageContaining("sglang, tensorrt-llm, vllm, mixtral, raw");
  }

  private static String pass(int[][]... layers) {
    StringBuilder lines = new StringBuilder();
    for (int layer = 0; layer < layers.length; layer++) {
      for (int token = 0; token < layers[layer].length; token++) {
        String experts =
            IntStream.of(layers[layer][token])
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(","));
        lines.append(
            "{\"layer\": %d, \"token_idx\": %d, \"topk_ids\": [%s]}\n"
                .formatted(layer + 1, token, experts));
      }
    }
    return lines.toString();
  }

  private void refuses(String format, Path path, String message) {
    assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> run(format, path, MODEL))
        .withMessageContaining(message);
    assertThat(out()).doesNotExist();
  }

  private ImportResult run(String format, Path path, ModelShape model) {
    return TraceImport.run(format, path, model, Phase.DECODE, out(), ProgressListener.NONE);
  }

  private void write(String text) throws IOException {
    Files.writeString(in(), text);
  }

  private Path in() {
    return folder.resolve("in.jsonl");
  }

  private Path out() {
    return folder.resolve("out.arrow");
  }

  private List<TraceToken> tokens() {
    try (TraceReader reader = TraceReader.open(out())) {
      return Traces.all(reader);
    }
  }

  private static TraceToken token(int sequence, int position, int... experts) {
    return TraceToken.of(sequence, position, Phase.DECODE, chars(experts));
  }

  private static char[] chars(int... experts) {
    char[] chars = new char[experts.length];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) experts[i];
    }
    return chars;
  }
}
