package io.stagger.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.stagger.api.format.PlacementFormat;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.Events;

/** The contract lets a sound format pass, and finds what is wrong with each broken one. */
class PlacementFormatContractTest {

  private static Supplier<PlacementFormat> underTest = BrokenFormats.Sound::new;

  /** Found by its class only, never by a build: nested classes are not discovered. */
  static class Contract extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return underTest.get();
    }

    @Override
    protected int contents() {
      return 40;
    }

    @Override
    protected int damagedFiles() {
      return 200;
    }
  }

  private static Events run(Supplier<PlacementFormat> format) {
    underTest = format;
    return ContractRun.of(Contract.class);
  }

  @Test
  void soundFormatPasses() {
    Events events = run(BrokenFormats.Sound::new);
    assertThat(ContractRun.failures(events)).isEmpty();
    assertThat(events.succeeded().count()).isGreaterThan(14);
  }

  static List<Arguments> brokenFormats() {
    return List.of(
        broken(BrokenFormats.Sorting::new, "readsBack", "what was written reads back"),
        broken(BrokenFormats.Headstrong::new, "readsBack", "the model that was asked for"),
        broken(BrokenFormats.NullReading::new, "readsBack", "read() returns null"),
        broken(BrokenFormats.Refusing::new, "readsBack", "refuses what every format"),
        broken(BrokenFormats.Hasty::new, "readsBack", "bytes written before it refused"),
        broken(BrokenFormats.Closing::new, "readsBack", "closes the stream"),
        broken(BrokenFormats.Picky::new, "carriesEach", "carries empty slots, but refuses"),
        broken(BrokenFormats.Confused::new, "carriesPlacementsOr", "the order of a rank's slots"),
        broken(BrokenFormats.Unnumbered::new, "layerNumbers", "have other numbers"),
        broken(BrokenFormats.Believing::new, "ranksAre", "told of other ranks"),
        broken(BrokenFormats.Guessing::new, "ranksAre", "cannot know the number of ranks"),
        broken(BrokenFormats.Overeager::new, "refusesTheKind", "writes a load"),
        broken(BrokenFormats.Leaking::new, "readsDamaged", "NumberFormatException"),
        broken(BrokenFormats.Nameless::new, "readsDamaged", "names no file"),
        broken(BrokenFormats.Trusting::new, "readsDamaged", "bytes of memory for one file"),
        broken(BrokenFormats.Undemanding::new, "readsDamaged", "were refused: none"),
        broken(BrokenFormats.Undemanding::new, "refusesWhatIsNotThere", "an empty folder"),
        broken(BrokenFormats.Littering::new, "readsDamaged", "files in the folder"),
        broken(BrokenFormats.Swallowing::new, "passesOn", "the stream broke after"),
        broken(BrokenFormats.Counting::new, "writesTheSameBytesForThe", "written again"),
        broken(BrokenFormats.ThreadDependent::new, "writesTheSameBytesInS", "several threads"),
        broken(BrokenFormats.LocaleDependent::new, "writesAndReadsTheSameInE", "another locale"),
        broken(BrokenFormats.IllNamed::new, "hasAWellFormedName", "'My Format'"),
        broken(BrokenFormats.ForbiddenDefault::new, "hasAWellFormedName", "is not allowed"),
        broken(BrokenFormats.NoPublicConstructor::new, "canBeFound", "constructor"));
  }

  private static Arguments broken(Supplier<PlacementFormat> format, String test, String message) {
    return arguments(format.get().getClass().getSimpleName(), format, test, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenFormats")
  void brokenFormatFailsTheTestOfWhatItBreaks(
      String name, Supplier<PlacementFormat> format, String test, String message) {
    assertThat(ContractRun.failures(run(format)))
        .anyMatch(f -> f.startsWith(test) && f.contains(message));
  }

  @Test
  void failureNamesTheSeedAndTheContent() {
    assertThat(ContractRun.failures(run(BrokenFormats.Sorting::new)))
        .anySatisfy(f -> assertThat(f).containsPattern("seed \\d+: .*\n +content: OfPlacement"));
  }

  @Test
  void failureShowsTheDamagedFile() {
    assertThat(ContractRun.failures(run(BrokenFormats.Leaking::new)))
        .anySatisfy(f -> assertThat(f).containsPattern("damage of seed \\d+: .*\n +file: "));
  }
}
