package io.stagger.testkit;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.routing.Transitions;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Draws routing profiles; models too large to count every pair quickly get windows alone. */
final class RoutingDraw {

  private static final int MAX_TOKENS = 16;
  private static final long MAX_PAIRS = 1 << 16;
  private static final List<LoadPattern> LOAD_PATTERNS = List.of(LoadPattern.values());

  private final RandomGenerator random;
  private final ModelShape model;

  RoutingDraw(RandomGenerator random, ModelShape model) {
    this.random = random;
    this.model = model;
  }

  RoutingProfile profile() {
    RoutingProfile profile = RoutingProfile.none();
    if (random.nextBoolean()) {
      profile = profile.withWindows(windows());
    }
    long pairs = (long) model.layers() * model.experts() * model.experts();
    if (pairs > MAX_PAIRS) {
      return profile;
    }
    Routes routes = routes();
    if (random.nextBoolean()) {
      profile = profile.withRoutes(routes);
    }
    if (random.nextBoolean()) {
      profile = profile.withCoSelection(CoSelection.of(routes));
    }
    return random.nextBoolean() ? profile.withTransitions(transitions()) : profile;
  }

  private List<Load> windows() {
    LoadPattern pattern = LOAD_PATTERNS.get(random.nextInt(LOAD_PATTERNS.size()));
    return Stream.generate(() -> pattern.draw(random, model.layers(), model.experts()))
        .limit(1 + random.nextInt(3))
        .toList();
  }

  private Routes routes() {
    int[] sequences = new int[random.nextInt(MAX_TOKENS + 1)];
    Arrays.setAll(sequences, token -> token / 3);
    char[] choices = new char[sequences.length * model.layers() * model.topK()];
    for (int at = 0; at < choices.length; at += model.topK()) {
      choose(choices, at);
    }
    return Routes.of(model, sequences, choices);
  }

  /** Different experts, as a token chooses. */
  private void choose(char[] choices, int from) {
    int experts = model.experts();
    int first = random.nextInt(experts);
    int stride = 1 + random.nextInt(Math.max(1, (experts - 1) / model.topK()));
    for (int choice = 0; choice < model.topK(); choice++) {
      choices[from + choice] = (char) ((first + choice * stride) % experts);
    }
  }

  private Transitions transitions() {
    int experts = model.experts();
    int steps = Math.max(model.layers() - 1, 0);
    long[] counts = random.longs((long) steps * experts * experts, 0, 100).toArray();
    return Transitions.of(model.layers(), experts, counts);
  }
}
