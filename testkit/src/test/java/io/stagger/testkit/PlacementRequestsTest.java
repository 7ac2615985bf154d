package io.stagger.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.strategy.PlacementRequest;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The generated requests are what their Javadoc says: repeatable, and of every kind. */
class PlacementRequestsTest {

  private static final List<PlacementRequest> REQUESTS =
      LongStream.range(1, 301).mapToObj(PlacementRequests::generate).toList();

  @Test
  void sameSeedGivesAnEqualRequest() {
    assertThat(LongStream.range(1, 301).mapToObj(PlacementRequests::generate))
        .containsExactlyElementsOf(REQUESTS);
  }

  @Test
  void differentSeedsGiveDifferentRequests() {
    assertThat(REQUESTS).doesNotHaveDuplicates();
  }

  static List<Arguments> kinds() {
    return List.of(
        kind("no layer", r -> r.model().layers() == 0),
        kind("many layers", r -> r.model().layers() > 50),
        kind("one expert", r -> r.model().experts() == 1),
        kind("many experts", r -> r.model().experts() > 400),
        kind("groups", r -> r.model().groups() > 1),
        kind("one rank", r -> r.cluster().ranks() == 1),
        kind("many ranks", r -> r.cluster().ranks() > 50),
        kind("several nodes", r -> r.cluster().nodes() > 1),
        kind("groups that nodes divide", PlacementRequestsTest::isHierarchical),
        kind("uneven slots", r -> slots(r).distinct().count() > 2),
        kind("equal slots", r -> r.cluster().isUniform() && r.cluster().ranks() > 1),
        kind("ranks without slots", r -> slots(r).anyMatch(count -> count == 0)),
        kind("ranks down", r -> r.cluster().ranksUp().length < r.cluster().ranks()),
        kind("speeds", r -> r.cluster().ranks() > 1 && speeds(r.cluster()) > 1),
        kind("no redundancy", r -> r.cluster().usableSlots() == r.model().experts()),
        kind("much redundancy", r -> r.cluster().usableSlots() > 3 * r.model().experts()),
        kind("no load", r -> r.load().isEmpty()),
        kind("no token", r -> hasLoad(r, load -> load.isIdle(0))),
        kind("counts above 2^53", r -> hasLoad(r, load -> load.get(0, 0) > 0x1p53)),
        kind("the largest counts", r -> hasLoad(r, load -> load.total(0) >= Load.MAX_COUNT)),
        kind("counts that are not whole", r -> hasLoad(r, load -> load.get(0, 0) % 1 != 0)),
        kind("a previous placement", r -> r.previous().isPresent()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void requestsOfEveryKindAreAmongThem(String name, Predicate<PlacementRequest> kind) {
    assertThat(REQUESTS.stream().filter(kind)).as(name).hasSizeGreaterThanOrEqualTo(3);
  }

  private static Arguments kind(String name, Predicate<PlacementRequest> kind) {
    return Arguments.of(name, kind);
  }

  private static boolean isHierarchical(PlacementRequest request) {
    int nodes = request.cluster().nodes();
    return nodes > 1 && request.model().groups() % nodes == 0 && request.cluster().isUniform();
  }

  private static IntStream slots(PlacementRequest request) {
    return IntStream.of(request.cluster().layout().slotsPerRank());
  }

  private static long speeds(Cluster cluster) {
    return IntStream.range(0, cluster.ranks()).mapToDouble(cluster::speed).distinct().count();
  }

  private static boolean hasLoad(PlacementRequest request, Predicate<Load> kind) {
    return request.model().layers() > 0 && request.load().filter(kind).isPresent();
  }
}
