package io.stagger.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Violation;
import io.stagger.api.Violation.Rule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StaggerExceptionTest {

  private static final Diagnosis DIAGNOSIS =
      Diagnosis.of("expert 300 does not exist", "a.json, layer 3")
          .expecting("0 to 255")
          .remedy("Check the model");

  @Test
  void saysWhereWhatWasExpectedAndWhatToDo() {
    assertThat(DIAGNOSIS.message())
        .isEqualTo(
            "a.json, layer 3: expert 300 does not exist; expected 0 to 255. Check the model");
  }

  @Test
  void leavesOutWhatIsNotGiven() {
    assertThat(Diagnosis.of("it broke", "").message()).isEqualTo("it broke");
    assertThat(Diagnosis.of("it broke", "here").message()).isEqualTo("here: it broke");
    assertThat(Diagnosis.of("it broke", "").remedy("Mend it").message())
        .isEqualTo("it broke. Mend it");
  }

  @Test
  void completesADiagnosisInACopy() {
    Diagnosis bare = Diagnosis.of("it broke", "here");
    assertThat(bare.expecting("a").remedy("b"))
        .isEqualTo(new Diagnosis("it broke", "here", "a", "b"));
    assertThat(bare.remedy("b").expecting("a"))
        .isEqualTo(new Diagnosis("it broke", "here", "a", "b"));
    assertThat(bare.expected()).isEmpty();
  }

  static Stream<StaggerException> errorsWithACause() {
    IOException cause = new IOException("disk");
    return Stream.of(
        new StaggerException(DIAGNOSIS, cause),
        new CheckpointException(DIAGNOSIS, cause),
        new ConfigurationException(DIAGNOSIS, cause),
        new FallbackRefusedException(DIAGNOSIS, cause),
        new InvalidClusterException(DIAGNOSIS, cause),
        new InvalidInputException(DIAGNOSIS, cause),
        new InvalidLoadException(DIAGNOSIS, cause),
        new InvalidModelException(DIAGNOSIS, cause),
        new InvalidTraceException(DIAGNOSIS, cause),
        new PluginException(DIAGNOSIS, cause),
        new RuntimeUnavailableException(DIAGNOSIS, cause),
        new StrategyException(DIAGNOSIS, cause),
        new WeightMismatchException(DIAGNOSIS, cause),
        new WeightStoreException(DIAGNOSIS, cause));
  }

  static Stream<StaggerException> errorsWithoutCause() {
    return Stream.of(
        new StaggerException(DIAGNOSIS),
        new CheckpointException(DIAGNOSIS),
        new ConfigurationException(DIAGNOSIS),
        new FallbackRefusedException(DIAGNOSIS),
        new InvalidClusterException(DIAGNOSIS),
        new InvalidInputException(DIAGNOSIS),
        new InvalidLoadException(DIAGNOSIS),
        new InvalidModelException(DIAGNOSIS),
        new InvalidPlacementException(DIAGNOSIS, List.of()),
        new InvalidTraceException(DIAGNOSIS),
        new PluginException(DIAGNOSIS),
        new RuntimeUnavailableException(DIAGNOSIS),
        new StrategyException(DIAGNOSIS),
        new WeightMismatchException(DIAGNOSIS),
        new WeightStoreException(DIAGNOSIS));
  }

  @ParameterizedTest
  @MethodSource("errorsWithACause")
  void keepsDiagnosisAndCause(StaggerException error) {
    assertThat(error)
        .hasMessage(DIAGNOSIS.message())
        .hasCauseExactlyInstanceOf(IOException.class)
        .extracting(StaggerException::diagnosis)
        .isSameAs(DIAGNOSIS);
  }

  @ParameterizedTest
  @MethodSource("errorsWithoutCause")
  void mayHaveNoCause(StaggerException error) {
    assertThat(error).hasMessage(DIAGNOSIS.message()).hasNoCause();
    assertThat(error.diagnosis()).isSameAs(DIAGNOSIS);
  }

  @Test
  void keepsItsOwnViolations() {
    List<Violation> found = new ArrayList<>(List.of(new Violation(Rule.LAYERS, -1, -1, "m")));
    InvalidPlacementException error = new InvalidPlacementException(DIAGNOSIS, found);
    found.clear();
    assertThat(error.violations()).hasSize(1).isUnmodifiable();
  }

  @Test
  void travelsWithItsDiagnosisAndViolations() throws Exception {
    Violation violation = new Violation(Rule.REACHABLE, 3, -1, "expert 7 is nowhere");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new InvalidPlacementException(DIAGNOSIS, List.of(violation)));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject())
          .isInstanceOfSatisfying(
              InvalidPlacementException.class,
              error -> {
                assertThat(error.diagnosis()).isEqualTo(DIAGNOSIS);
                assertThat(error.violations()).containsExactly(violation);
              });
    }
  }
}
