package io.stagger.testkit;

import static io.stagger.testkit.AnswerRules.assertAnswers;
import static io.stagger.testkit.AnswerRules.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * What every {@link PlacementStrategy} promises, as tests. Extend the class, say which strategy it
 * is about, and run it with JUnit 5:
 *
 * <pre>{@code
 * class GreedyStrategyTest extends PlacementStrategyContract {
 *   @Override
 *   protected PlacementStrategy strategy() {
 *     return new GreedyStrategy();
 *   }
 * }
 * }</pre>
 *
 * <p>Most tests put requests to the strategy that {@link PlacementRequests} makes. A failure names
 * the seed: {@code PlacementRequests.generate(seed)} gives the request again, to a debugger or to a
 * test of its own.
 *
 * <p>That fewer slots than experts are refused is no test here: such a request cannot be made.
 */
public abstract class PlacementStrategyContract {

  /**
   * The tag of the tests that compare a strategy with itself. They are most of the contract's time,
   * and say nothing about what is placed: a fault that shows in every answer alike is the other
   * tests' to notice. Mutation testing, which puts in such faults, can do without.
   */
  public static final String SELF_COMPARISON = "self-comparison";

  private static final int THREADS = 4;

  /** For subclasses; JUnit makes the instances. */
  protected PlacementStrategyContract() {}

  /** A new instance of the strategy. */
  protected abstract PlacementStrategy strategy();

  /**
   * The options to place a request with; unless overridden, the defaults. To be overridden where an
   * option without a default must be set, or to test other values.
   */
  protected Options options(PlacementRequest request) {
    return Options.defaults(strategy().options());
  }

  /**
   * Whether the strategy, with these options, places requests without a load. Where it does not, it
   * must refuse them with a {@link StaggerException}.
   */
  protected boolean placesWithoutLoad() {
    return !strategy().traits().needsLoad();
  }

  /** The seed of the first request; those that follow it have the seeds that follow it. */
  protected long firstSeed() {
    return 1;
  }

  /** How many requests are made. */
  protected int requests() {
    return 300;
  }

  @Test
  void canBeFoundAsAService() {
    ProviderRules.assertService(strategy().getClass());
  }

  @Test
  void hasWellFormedNamesThatStayTheSame() {
    PlacementStrategy strategy = strategy();
    Set<String> names = new HashSet<>();
    for (String name :
        Stream.concat(Stream.of(strategy.name()), strategy.aliases().stream()).toList()) {
      ProviderRules.assertNamed(name);
      assertTrue(names.add(name), () -> "the name '" + name + "' is given twice");
    }
    assertEquals(strategy.name(), strategy().name(), "the names of two instances");
    assertEquals(strategy.traits(), strategy().traits(), "the traits of two instances");
  }

  @Test
  void declaresOptionsWhoseDefaultsAreAllowed() {
    ProviderRules.assertOptions(strategy().options(), strategy().options());
  }

  @Test
  void placesEveryRequestByTheRules() {
    placeable(requests()).forEach(named -> named.check(r -> assertAnswers(strategy(), r)));
  }

  @TestFactory
  Stream<DynamicTest> placesCornerCases() {
    return CornerCases.all().stream()
        .map(this::withOptions)
        .map(named -> DynamicTest.dynamicTest(named.origin(), () -> placesCornerCase(named)));
  }

  private void placesCornerCase(NamedRequest named) {
    named.check(request -> assertAnswers(strategy(), request));
  }

  @Test
  void refusesWhatItCannotPlaceWithoutALoad() {
    generated(requests())
        .filter(named -> !isPlaceable(named.request()))
        .forEach(named -> named.check(this::assertRefuses));
  }

  private StaggerException assertRefuses(PlacementRequest request) {
    return assertThrows(StaggerException.class, () -> strategy().place(request));
  }

  @Test
  void placesWithEveryChoiceOfItsOptions() {
    for (OptionSpec spec : strategy().options()) {
      for (Object value : choices(spec)) {
        placeable(20).forEach(named -> named.check(r -> placesOrRefuses(r, spec.name(), value)));
      }
    }
  }

  private static List<Object> choices(OptionSpec spec) {
    return switch (spec.type()) {
      case FLAG -> List.of(false, true);
      case CHOICE -> List.copyOf(spec.choices());
      default -> List.of();
    };
  }

  /** A choice may demand that another option is set too, and then say so. */
  private Optional<PlacementResult> placesOrRefuses(
      PlacementRequest request, String option, Object value) {
    Options options = request.options().with(option, value);
    try {
      return Optional.of(assertAnswers(strategy(), request.withOptions(options)));
    } catch (StaggerException refused) {
      return Optional.empty();
    }
  }

  @Test
  @Tag(SELF_COMPARISON)
  void givesTheSameAnswerToTheSameRequest() {
    PlacementStrategy used = strategy();
    placeable(requests()).forEach(named -> named.check(r -> assertRepeats(used, r)));
  }

  private PlacementResult assertRepeats(PlacementStrategy used, PlacementRequest request) {
    PlacementResult answer = used.place(request);
    assertSame(answer, used.place(request), "asked again");
    return assertSame(answer, strategy().place(request), "asked of a new instance");
  }

  @Test
  @Tag(SELF_COMPARISON)
  void changesNothingOfTheRequest() {
    List<NamedRequest> requests = placeable(60).toList();
    placeAll(strategy(), requests);
    assertEquals(placeable(60).toList(), requests, "the requests after they were placed");
  }

  @Test
  @Tag(SELF_COMPARISON)
  void givesTheSameAnswersToSeveralThreads() throws InterruptedException, ExecutionException {
    List<NamedRequest> requests = placeable(60).toList();
    List<PlacementResult> alone = placeAll(strategy(), requests);
    PlacementStrategy shared = strategy();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<List<PlacementResult>>> together =
          Stream.generate(() -> pool.submit(() -> placeAll(shared, requests)))
              .limit(THREADS)
              .toList();
      for (Future<List<PlacementResult>> answers : together) {
        assertAllSame(requests, alone, answers.get(), "asked by several threads at once");
      }
    }
  }

  @Test
  @Tag(SELF_COMPARISON)
  @ResourceLock(Resources.LOCALE)
  @ResourceLock(Resources.TIME_ZONE)
  void givesTheSameAnswersInEveryLocaleAndTimeZone() {
    List<NamedRequest> requests = placeable(20).toList();
    List<PlacementResult> here = placeAll(strategy(), requests);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      List<PlacementResult> there = placeAll(strategy(), requests);
      assertAllSame(requests, here, there, "asked in another locale and time zone");
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  @Tag(SELF_COMPARISON)
  void looksOnlyAtWhatItsTraitsDeclare() {
    if (!strategy().traits().usesGroups()) {
      placeable(60).forEach(named -> named.check(r -> assertSamePlacement(r, withoutGroups(r))));
    }
    if (!strategy().traits().incremental()) {
      placeable(60).forEach(named -> named.check(r -> assertSamePlacement(r, withoutPrevious(r))));
    }
    if (!strategy().traits().usesRouting()) {
      placeable(60)
          .forEach(named ->
              named.check(r -> assertSamePlacement(r, r.withRouting(RoutingProfile.none()))));
    }
  }

  private PlacementResult assertSamePlacement(PlacementRequest request, PlacementRequest other) {
    PlacementResult answer = strategy().place(request);
    assertEquals(
        strategy().place(other).placement(),
        answer.placement(),
        "the placement depends on groups, the previous placement or the routing; the traits deny"
            + " it");
    return answer;
  }

  private static PlacementRequest withoutGroups(PlacementRequest request) {
    ModelShape model = request.model();
    ModelShape plain =
        new ModelShape(model.name(), model.moeLayers(), model.experts(), model.topK(), 1, 1);
    return new PlacementRequest(
        plain,
        request.cluster(),
        request.load(),
        request.routing(),
        request.previous(),
        request.options());
  }

  private static PlacementRequest withoutPrevious(PlacementRequest request) {
    return new PlacementRequest(
        request.model(),
        request.cluster(),
        request.load(),
        request.routing(),
        Optional.empty(),
        request.options());
  }

  private static List<PlacementResult> placeAll(
      PlacementStrategy strategy, List<NamedRequest> requests) {
    return requests.stream().map(named -> named.check(strategy::place)).toList();
  }

  private static void assertAllSame(
      List<NamedRequest> requests,
      List<PlacementResult> expected,
      List<PlacementResult> actual,
      String circumstance) {
    for (int i = 0; i < expected.size(); i++) {
      PlacementResult one = expected.get(i);
      PlacementResult other = actual.get(i);
      requests.get(i).check(request -> assertSame(one, other, circumstance));
    }
  }

  private Stream<NamedRequest> placeable(int limit) {
    return generated(limit).filter(named -> isPlaceable(named.request()));
  }

  private boolean isPlaceable(PlacementRequest request) {
    return request.load().isPresent() || placesWithoutLoad();
  }

  private Stream<NamedRequest> generated(int limit) {
    return LongStream.range(firstSeed(), firstSeed() + limit)
        .mapToObj(seed -> new NamedRequest("seed " + seed, PlacementRequests.generate(seed)))
        .map(this::withOptions);
  }

  private NamedRequest withOptions(NamedRequest named) {
    PlacementRequest request = named.request();
    return new NamedRequest(named.origin(), request.withOptions(options(request)));
  }
}
