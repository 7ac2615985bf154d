package io.stagger.engine.trace.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.StaggerException;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.Routing;
import io.stagger.api.weights.Tensor;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.Traces;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceRecorderTest {

  private static final ModelShape MODEL = ModelShape.of(2, 4, 1, 1, 1);
  private static final Placement PLACEMENT =
      Placement.of(SlotLayout.even(1, 4), 4, new int[][] {{0, 1, 2, 3}, {0, 1, 2, 3}});

  @TempDir Path folder;

  @Test
  void tokensThatPassTogetherArePrefillAndOneAfterThemIsDecode() {
    List<TraceToken> tokens =
        record(sequence -> {
          pass(sequence, new int[] {0, 1, 2}, new int[] {3, 2, 1});
          pass(sequence, new int[] {1}, new int[] {2});
          pass(sequence, new int[] {3, 0}, new int[] {0, 3});
        });
    assertThat(tokens)
        .containsExactly(
            token(0, Phase.PREFILL, 0, 3),
            token(1, Phase.PREFILL, 1, 2),
            token(2, Phase.PREFILL, 2, 1),
            token(3, Phase.DECODE, 1, 2),
            token(4, Phase.PREFILL, 3, 0),
            token(5, Phase.PREFILL, 0, 3));
  }

  @Test
  void aPromptOfOneTokenIsPrefill() {
    assertThat(record(sequence -> pass(sequence, new int[] {1}, new int[] {2})))
        .containsExactly(token(0, Phase.PREFILL, 1, 2));
  }

  @Test
  void tokensOfAPassThatFailedAreNotRecorded() {
    assertThat(record(sequence -> sequence.record(output(0, 1)))).isEmpty();
  }

  @Test
  void layersOutOfOrderAreADefect() {
    record(sequence ->
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> sequence.record(output(1, 0)))
            .withMessageContaining("1 tokens of layer 1 after 0 layers"));
  }

  @Test
  void weightsAreRecordedWhereTheHeaderHasThem() {
    Path file = folder.resolve("weights.arrow");
    try (TraceRecorder recorder =
        new TraceRecorder(TraceWriter.create(file, TraceHeader.of(MODEL).withWeights()))) {
      pass(recorder.begin(0), new int[] {1}, new int[] {2});
      recorder.finish();
    }
    assertThat(read(file).getFirst().weights()).containsExactly(0.5f, 0.5f);
  }

  @Test
  void sequencesOfSeveralThreadsAreAllThere() throws InterruptedException {
    Path file = folder.resolve("threads.arrow");
    try (TraceRecorder recorder =
        new TraceRecorder(TraceWriter.create(file, TraceHeader.of(MODEL)))) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int rank = i;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  SequenceRecorder sequence = recorder.begin(rank);
                  for (int token = 0; token < 6_000; token++) {
                    pass(sequence, new int[] {rank}, new int[] {3 - rank});
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      recorder.finish();
    }
    List<TraceToken> tokens = read(file);
    assertThat(tokens).hasSize(24_000);
    for (int rank = 0; rank < 4; rank++) {
      int source = rank;
      assertThat(tokens.stream().filter(token -> token.sourceRank() == source))
          .allMatch(token -> token.experts()[0] == source)
          .extracting(TraceToken::position)
          .isSorted()
          .hasSize(6_000);
    }
  }

  @Test
  void aTraceThatCannotBeWrittenIsAnErrorAndNotALoss() {
    OutputStream full = new FullDisk();
    try (TraceRecorder recorder =
        new TraceRecorder(TraceWriter.stream(full, "full", TraceHeader.of(MODEL)))) {
      SequenceRecorder sequence = recorder.begin(0);
      assertThatExceptionOfType(StaggerException.class)
          .isThrownBy(() -> {
            for (int token = 0; token < 200_000; token++) {
              pass(sequence, new int[] {1}, new int[] {2});
            }
            recorder.finish();
          })
          .withMessageContaining("full: cannot be written: no space left");
    }
  }

  @Test
  void aRecordingThatIsNotFinishedLeavesNoFile() {
    Path file = folder.resolve("none.arrow");
    try (TraceRecorder recorder =
        new TraceRecorder(TraceWriter.create(file, TraceHeader.of(MODEL)))) {
      pass(recorder.begin(0), new int[] {1}, new int[] {2});
    }
    assertThat(folder).isEmptyDirectory();
  }

  private interface Run {
    void with(SequenceRecorder sequence);
  }

  private List<TraceToken> record(Run run) {
    Path file = folder.resolve("trace.arrow");
    try (TraceRecorder recorder =
        new TraceRecorder(TraceWriter.create(file, TraceHeader.of(MODEL)))) {
      run.with(recorder.begin(2));
      recorder.finish();
    }
    return read(file);
  }

  private static List<TraceToken> read(Path file) {
    try (TraceReader reader = TraceReader.open(file)) {
      return Traces.all(reader);
    }
  }

  private static void pass(SequenceRecorder sequence, int[] first, int[] second) {
    sequence.record(output(0, first));
    sequence.record(output(1, second));
  }

  private static MoeOutput output(int layer, int... experts) {
    float[] weights = new float[experts.length];
    java.util.Arrays.fill(weights, 0.5f);
    return new MoeOutput(
        layer,
        Tensor.ofFloats(new float[experts.length], experts.length, 1),
        Routing.of(1, experts, weights),
        experts,
        PLACEMENT);
  }

  private static TraceToken token(int position, Phase phase, int first, int second) {
    return TraceToken.of(0, position, phase, new char[] {(char) first, (char) second})
        .withSourceRank(2);
  }

  /** Takes the schema, and nothing more. */
  private static final class FullDisk extends OutputStream {

    private static final int SCHEMA = 2_000;
    private int written;

    @Override
    public void write(int b) throws IOException {
      if (++written > SCHEMA) {
        throw new IOException("no space left");
      }
    }
  }
}
