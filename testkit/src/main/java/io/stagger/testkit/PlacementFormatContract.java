package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * What every {@link PlacementFormat} promises, as tests. Extend the class, say which format it is
 * about, and run it with JUnit 5:
 *
 * <pre>{@code
 * class AcmeFormatTest extends PlacementFormatContract {
 *   @Override
 *   protected PlacementFormat format() {
 *     return new AcmeFormat();
 *   }
 * }
 * }</pre>
 *
 * <p>Contents are made from seeds, with what the format's features say that it carries and nothing
 * else. Files are damaged by seeds too, 1,500 of them, or as many as {@code
 * -Dio.stagger.fuzz.inputs=N} says. A failure names the seed.
 */
public abstract class PlacementFormatContract {

  /**
   * The tag of the test that reads damaged files, for builds that run it with many more of them.
   */
  public static final String FUZZ = "fuzz";

  private static final int THREADS = 4;
  private static final int FEW = 30;

  /** Features that only placements can have. */
  private static final Set<FormatFeature> OF_PLACEMENTS =
      EnumSet.of(
          FormatFeature.RANKS,
          FormatFeature.SLOT_ORDER,
          FormatFeature.EMPTY_SLOTS,
          FormatFeature.UNEVEN_RANKS,
          FormatFeature.REPEATED_EXPERTS);

  @TempDir Path folder;

  /** For subclasses; JUnit makes the instances. */
  protected PlacementFormatContract() {}

  /** A new instance of the format. */
  protected abstract PlacementFormat format();

  /** The options to read and write with; unless overridden, the defaults. */
  protected Options options() {
    return Options.defaults(format().options());
  }

  /** The name to give to files of the format, if it goes by the name. */
  protected String fileName() {
    return "content";
  }

  /**
   * Files to damage, besides those that the format writes: files of the other system that have more
   * in them. Each can be read without its model and with {@link #sampleRanks} ranks.
   */
  protected List<byte[]> samples() {
    return List.of();
  }

  /** How many ranks the placements in {@link #samples} are for. */
  protected int sampleRanks() {
    return 2;
  }

  /** The seed of the first content; those that follow it have the seeds that follow it. */
  protected long firstSeed() {
    return 1;
  }

  /** How many contents are made. */
  protected int contents() {
    return 200;
  }

  /** How many damaged files are read. */
  protected int damagedFiles() {
    return Integer.getInteger("io.stagger.fuzz.inputs", 1_500);
  }

  @Test
  void canBeFoundAsAService() {
    ProviderRules.assertService(format().getClass());
  }

  @Test
  void hasAWellFormedNameAndSaysTheSameOfItselfEveryTime() {
    PlacementFormat one = format();
    PlacementFormat other = format();
    ProviderRules.assertNamed(one.name());
    assertEquals(one.name(), other.name(), "the names of two instances");
    assertEquals(one.features(), other.features(), "the features of two instances");
    assertEquals(one.notes(), other.notes(), "the notes of two instances");
    assertFalse(one.notes().stream().anyMatch(String::isBlank), "a note is blank");
    ProviderRules.assertOptions(one.options(), other.options());
  }

  @Test
  void carriesPlacementsOrLoads() {
    Set<FormatFeature> features = format().features();
    boolean placements = features.contains(FormatFeature.PLACEMENT);
    assertTrue(placements || features.contains(FormatFeature.LOAD), "carries nothing");
    if (!placements) {
      features.forEach(feature ->
          assertFalse(
              OF_PLACEMENTS.contains(feature),
              () -> "carries no placement, but " + feature.words()));
    }
  }

  @Test
  void readsBackWhatItWrote() {
    generated().forEach(seeded -> seeded.check(this::assertReadsBack));
  }

  private void assertReadsBack(FormatContent content) {
    FormatTrip trip = trip();
    Optional<byte[]> file = trip.written(content);
    assertTrue(
        file.isPresent() || !FormatContents.isPlain(content),
        "refuses what every format of this kind of content carries");
    file.ifPresent(bytes -> trip.assertReadsBack(content, bytes));
  }

  @Test
  void carriesEachOfItsFeatures() {
    Set<FormatFeature> seen = EnumSet.noneOf(FormatFeature.class);
    generated()
        .filter(seeded -> trip().written(seeded.content()).isPresent())
        .forEach(seeded -> seen.addAll(FormatContents.featuresOf(seeded.content())));
    for (FormatFeature feature : format().features()) {
      assertTrue(
          seen.contains(feature),
          () -> "says that it carries " + feature.words() + ", but refuses every content with it");
    }
  }

  @Test
  void layerNumbersAreInTheFileIfItCarriesThem() {
    if (format().features().contains(FormatFeature.LAYER_NUMBERS)) {
      plain(FEW)
          .forEach(seeded ->
              seeded.check(content ->
                  assertFalse(
                      Arrays.equals(trip().mustWrite(content), trip().mustWrite(shifted(content))),
                      "the same file for a model whose MoE layers have other numbers")));
    }
  }

  private static FormatContent shifted(FormatContent content) {
    ModelShape model = content.model();
    List<Integer> numbers = model.moeLayers().stream().map(number -> number + 1).toList();
    ModelShape other = new ModelShape(model.name(), numbers, model.experts(), model.topK(), 1, 1);
    return switch (content) {
      case FormatContent.OfPlacement(_, var placement) ->
          new FormatContent.OfPlacement(other, placement);
      case FormatContent.OfLoad(_, var load) -> new FormatContent.OfLoad(other, load);
    };
  }

  @Test
  void ranksAreInTheFileOrMustBeSaid() {
    boolean says = format().features().contains(FormatFeature.RANKS);
    placements().forEach(seeded -> seeded.check(content -> assertRanks(content, says)));
  }

  private void assertRanks(FormatContent content, boolean says) {
    FormatTrip trip = trip();
    byte[] bytes = trip.mustWrite(content);
    int ranks = FormatTrip.ranksOf(content).orElseThrow();
    FormatRequest unsaid = request(Optional.of(content.model()), OptionalInt.empty());
    if (says) {
      FormatContent back = trip.read(bytes, unsaid).content();
      assertEquals(OptionalInt.of(ranks), FormatTrip.ranksOf(back), "the ranks in the file");
      FormatRequest wrong = request(Optional.of(content.model()), OptionalInt.of(ranks + 1));
      assertRefused(trip, bytes, wrong, "is told of other ranks than the file's");
    } else {
      assertRefused(trip, bytes, unsaid, "cannot know the number of ranks");
    }
  }

  private static void assertRefused(
      FormatTrip trip, byte[] bytes, FormatRequest request, String why) {
    assertThrows(StaggerException.class, () -> trip.read(bytes, request), why);
  }

  @Test
  void refusesAModelOfFewerExperts() {
    plain(FEW)
        .filter(seeded -> seeded.content().model().experts() > 1)
        .forEach(seeded ->
            seeded.check(content -> {
              ModelShape model = content.model();
              ModelShape fewer =
                  new ModelShape(model.name(), model.moeLayers(), model.experts() - 1, 1, 1, 1);
              FormatRequest request = request(Optional.of(fewer), FormatTrip.ranksOf(content));
              byte[] bytes = trip().mustWrite(content);
              assertRefused(trip(), bytes, request, "the file has more experts than the model");
            }));
  }

  @Test
  void refusesTheKindOfContentThatItDoesNotCarry() {
    for (FormatFeature kind : List.of(FormatFeature.PLACEMENT, FormatFeature.LOAD)) {
      if (!format().features().contains(kind)) {
        FormatContent other = FormatContents.generate(Set.of(kind), firstSeed());
        assertTrue(trip().written(other).isEmpty(), () -> "writes " + kind.words());
      }
    }
  }

  @Test
  void writesTheSameBytesForTheSameContent() {
    FormatTrip used = trip();
    plain(FEW)
        .forEach(seeded ->
            seeded.check(content -> {
              byte[] first = used.mustWrite(content);
              assertArrayEquals(first, used.mustWrite(content), "written again");
              assertArrayEquals(first, trip().mustWrite(content), "written by a new instance");
            }));
  }

  @Test
  void writesTheSameBytesInSeveralThreads() throws InterruptedException, ExecutionException {
    List<byte[]> alone = written(trip());
    FormatTrip shared = trip();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<List<byte[]>>> together =
          Stream.generate(() -> pool.submit(() -> written(shared))).limit(THREADS).toList();
      for (Future<List<byte[]>> files : together) {
        assertSame(alone, files.get(), "written by several threads at once");
      }
    }
  }

  @Test
  @ResourceLock(Resources.LOCALE)
  @ResourceLock(Resources.TIME_ZONE)
  void writesAndReadsTheSameInEveryLocaleAndTimeZone() {
    List<byte[]> here = written(trip());
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      assertSame(here, written(trip()), "written in another locale and time zone");
      plain(FEW).forEach(seeded -> seeded.check(this::assertReadsBack));
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  private List<byte[]> written(FormatTrip trip) {
    return plain(FEW).map(seeded -> trip.mustWrite(seeded.content())).toList();
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> actual, String circumstance) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), circumstance);
    }
  }

  @Test
  void passesOnThatTheStreamBroke() {
    FormatContent content = plain(1).findFirst().orElseThrow().content();
    int whole = trip().mustWrite(content).length;
    for (int bytes : new int[] {0, whole / 2, whole - 1}) {
      assertThrows(
          IOException.class,
          () -> format().write(content, options(), FormatTrip.breakingAfter(bytes)),
          () -> "the stream broke after " + bytes + " of " + whole + " bytes");
    }
  }

  @Test
  @Tag(FUZZ)
  @Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void readsDamagedFilesOrRefusesThem() {
    new FormatDamage(trip(), goodFiles()).check(damagedFiles());
  }

  private List<FormatDamage.GoodFile> goodFiles() {
    List<FormatDamage.GoodFile> files = new ArrayList<>();
    FormatRequest unknown = request(Optional.empty(), OptionalInt.empty());
    FormatRequest ofRanks = request(Optional.empty(), OptionalInt.of(sampleRanks()));
    for (byte[] sample : samples()) {
      trip().read(sample, ofRanks);
      files.add(new FormatDamage.GoodFile(sample, List.of(ofRanks, unknown)));
    }
    plain(6)
        .map(Seeded::content)
        .forEach(content -> {
          FormatRequest ranks = request(Optional.empty(), FormatTrip.ranksOf(content));
          files.add(
              new FormatDamage.GoodFile(
                  trip().mustWrite(content), List.of(trip().known(content), ranks, unknown)));
        });
    return files;
  }

  @Test
  void refusesWhatIsNotThere() throws IOException {
    FormatRequest request = request(Optional.empty(), OptionalInt.of(sampleRanks()));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThrows(StaggerException.class, () -> format().read(empty, request), "an empty folder");
    Path missing = folder.resolve("missing");
    assertThrows(StaggerException.class, () -> format().read(missing, request), "no file");
  }

  private FormatRequest request(Optional<ModelShape> model, OptionalInt ranks) {
    return new FormatRequest(model, ranks, options());
  }

  private FormatTrip trip() {
    return new FormatTrip(format(), options(), folder.resolve(fileName()));
  }

  private Stream<Seeded> generated() {
    Set<FormatFeature> features = format().features();
    return LongStream.range(firstSeed(), firstSeed() + contents())
        .mapToObj(seed -> new Seeded(seed, FormatContents.generate(features, seed)));
  }

  /** The first contents that the format must carry. */
  private Stream<Seeded> plain(int limit) {
    return generated().filter(seeded -> FormatContents.isPlain(seeded.content())).limit(limit);
  }

  private Stream<Seeded> placements() {
    return plain(contents())
        .filter(seeded -> seeded.content().kind() == FormatFeature.PLACEMENT)
        .limit(FEW);
  }

  /** A content, and the seed to get it again. */
  private record Seeded(long seed, FormatContent content) {

    private void check(Consumer<FormatContent> check) {
      try {
        check.accept(content);
      } catch (AssertionError | RuntimeException e) {
        fail("seed " + seed + ": " + e + "\n  content: " + content, e);
      }
    }
  }
}
