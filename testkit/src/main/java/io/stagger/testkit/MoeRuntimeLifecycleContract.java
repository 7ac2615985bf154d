package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.Migration;
import io.stagger.api.Placement;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.LoadProof;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every runtime must do from opening to closing: load, prove, migrate, close, with loaders
 * that fail and with several threads calling. Part of {@link MoeRuntimeContract}, which is the one
 * to extend.
 */
public abstract class MoeRuntimeLifecycleContract {

  private static final int CALLERS = 4;

  private static final int TOKENS = 37;

  /** The backend under test. */
  protected abstract RuntimeBackend backend();

  /** The options that runtimes are opened with; the backend's defaults unless said otherwise. */
  protected Options options() {
    return Options.defaults(backend().options());
  }

  static List<SyntheticModel> models() {
    return SyntheticModels.all();
  }

  @BeforeEach
  void backendIsAvailable() {
    Availability availability = backend().availability(options());
    assumeTrue(availability.available(), availability::detail);
  }

  final MoeRuntime open(
      SyntheticLoader loader, Deployment deployment, ReplicaPolicy policy, Options options) {
    return backend()
        .open(
            new RuntimeRequest(
                deployment.cluster(), deployment.placement(), loader, policy, options));
  }

  /** Opens a model on one rank. */
  final MoeRuntime open(SyntheticModel model) {
    Deployment single = Deployment.single(model.spec().shape());
    return open(model.loader(), single, ReplicaPick.FIRST, options());
  }

  /** What the model gives on one rank. */
  final float[] reference(SyntheticModel model, TokenBatch batch) {
    try (MoeRuntime runtime = open(model)) {
      return runtime.forward(batch).hidden().toFloats();
    }
  }

  static TokenBatch batch(SyntheticModel model, int layer, int tokens) {
    int width = model.spec().hiddenSize();
    return TokenBatch.of(layer, model.hidden(tokens, 100 + layer), width);
  }

  static float[] row(TokenBatch batch, int token) {
    int width = batch.hidden().size(1);
    return Arrays.copyOfRange(batch.hidden().toFloats(), token * width, (token + 1) * width);
  }

  @ParameterizedTest
  @MethodSource("models")
  void migratesFromPlacementToPlacement(SyntheticModel model) {
    List<Deployment> steps = Deployment.steps(model.spec().shape());
    TokenBatch batch = batch(model, 0, TOKENS);
    float[] expected = reference(model, batch);
    SyntheticLoader loader = model.loader();
    try (MoeRuntime runtime = open(loader, steps.getFirst(), ReplicaPick.SPREAD, options())) {
      for (Deployment step : steps) {
        Placement before = runtime.placement();
        Migration migration = runtime.migrate(step.placement());
        assertEquals(Migration.between(before, step.placement()), migration);
        assertEquals(step.placement(), runtime.placement());
        requireProved(runtime);
        assertArrayEquals(expected, runtime.forward(batch).hidden().toFloats());
        assertEquals(3, loader.openRanks());
      }
    }
    assertEquals(0, loader.openRanks());
  }

  private static void requireProved(MoeRuntime runtime) {
    List<LoadProof> proofs = runtime.proofs();
    assertEquals(runtime.placement().ranks(), proofs.size());
    for (int rank = 0; rank < proofs.size(); rank++) {
      assertEquals(rank, proofs.get(rank).rank());
      assertEquals(runtime.placement().fingerprint(), proofs.get(rank).placementFingerprint());
    }
  }

  @Test
  void keepsTheOldPlacementWhenTheNextOneIsNotValid() {
    SyntheticModel model = SyntheticModels.odd();
    Deployment first = Deployment.steps(model.spec().shape()).getFirst();
    int[][] rows = first.placement().physicalToLogical();
    Arrays.fill(rows[1], 0);
    Placement broken = Placement.of(first.placement().layout(), 7, rows);
    SyntheticLoader loader = model.loader();
    try (MoeRuntime runtime = open(loader, first, ReplicaPick.FIRST, options())) {
      requireUnchangedBy(
          InvalidPlacementException.class, () -> runtime.migrate(broken), model, runtime);
      assertEquals(3, loader.openRanks());
    }
  }

  @Test
  void keepsTheOldPlacementWhenLoadingTheNextFails() {
    SyntheticModel model = SyntheticModels.odd();
    List<Deployment> steps = Deployment.steps(model.spec().shape());
    SyntheticLoader loader = model.loader();
    try (MoeRuntime runtime = open(loader, steps.getFirst(), ReplicaPick.FIRST, options())) {
      loader.failOnRank(2);
      Placement next = steps.getLast().placement();
      requireUnchangedBy(WeightStoreException.class, () -> runtime.migrate(next), model, runtime);
      assertEquals(3, loader.openRanks());
    }
  }

  @Test
  void refusesToMigrateWithALoaderThatIgnoresThePlacement() {
    SyntheticModel model = SyntheticModels.odd();
    List<Deployment> steps = Deployment.steps(model.spec().shape());
    SyntheticLoader loader = model.loader();
    try (MoeRuntime runtime = open(loader, steps.getFirst(), ReplicaPick.FIRST, options())) {
      loader.ignorePlacement();
      Placement next = steps.getLast().placement();
      requireUnchangedBy(
          WeightMismatchException.class, () -> runtime.migrate(next), model, runtime);
      loader.recover();
      runtime.migrate(next);
      assertEquals(next, runtime.placement());
    }
  }

  private void requireUnchangedBy(
      Class<? extends StaggerException> error,
      Executable call,
      SyntheticModel model,
      MoeRuntime runtime) {
    Placement before = runtime.placement();
    List<LoadProof> proofs = runtime.proofs();
    assertThrows(error, call);
    assertEquals(before, runtime.placement());
    assertEquals(proofs, runtime.proofs());
    TokenBatch batch = batch(model, 0, TOKENS);
    assertArrayEquals(reference(model, batch), runtime.forward(batch).hidden().toFloats());
  }

  @Test
  void refusesToOpenWithALoaderThatIgnoresThePlacement() {
    SyntheticModel model = SyntheticModels.odd();
    SyntheticLoader loader = model.loader();
    loader.ignorePlacement();
    Deployment deployment = Deployment.steps(model.spec().shape()).getFirst();
    assertThrows(
        WeightMismatchException.class,
        () -> open(loader, deployment, ReplicaPick.FIRST, options()).close());
    assertEquals(0, loader.openRanks());
  }

  @Test
  void closesWhatItLoadedWhenOpeningFails() {
    SyntheticModel model = SyntheticModels.odd();
    SyntheticLoader loader = model.loader();
    loader.failOnRank(1);
    Deployment deployment = Deployment.steps(model.spec().shape()).getFirst();
    assertThrows(
        WeightStoreException.class,
        () -> open(loader, deployment, ReplicaPick.FIRST, options()).close());
    assertEquals(0, loader.openRanks());
  }

  @Test
  void refusesEveryCallOnceItIsClosed() {
    SyntheticModel model = SyntheticModels.odd();
    MoeRuntime runtime = open(model);
    TokenBatch batch = batch(model, 0, 1);
    Routing routing = runtime.route(batch);
    Placement placement = runtime.placement();
    runtime.close();
    runtime.close();
    assertThrows(IllegalStateException.class, () -> runtime.route(batch));
    assertThrows(IllegalStateException.class, () -> runtime.experts(batch, routing));
    assertThrows(IllegalStateException.class, () -> runtime.forward(batch));
    assertThrows(IllegalStateException.class, () -> runtime.migrate(placement));
    assertThrows(IllegalStateException.class, runtime::drainLoad);
    assertThrows(IllegalStateException.class, runtime::placement);
    assertThrows(IllegalStateException.class, runtime::proofs);
  }

  @Test
  void givesSeveralThreadsTheSameBits() throws Exception {
    SyntheticModel model = SyntheticModels.deepSeekV2();
    List<TokenBatch> batches = List.of(batch(model, 0, 3), batch(model, 1, 29));
    List<float[]> expected = batches.stream().map(b -> reference(model, b)).toList();
    try (MoeRuntime runtime = open(model)) {
      inParallel(caller -> {
        for (int i = 0; i < 40; i++) {
          int pick = (caller + i) % 2;
          MoeOutput output = runtime.forward(batches.get(pick));
          assertArrayEquals(expected.get(pick), output.hidden().toFloats());
        }
      });
      assertEquals(160 / 2 * (3 + 29) * 4, drained(runtime), "choices over all threads");
    }
  }

  private static double drained(MoeRuntime runtime) {
    var load = runtime.drainLoad();
    return load.total(0) + load.total(1);
  }

  @Test
  void keepsForwardPassesOnTheirPlacementWhileItMigrates() throws Exception {
    SyntheticModel model = SyntheticModels.deepSeekV2();
    List<Placement> steps =
        Deployment.steps(model.spec().shape()).stream().map(Deployment::placement).toList();
    TokenBatch batch = batch(model, 1, 17);
    float[] expected = reference(model, batch);
    SyntheticLoader loader = model.loader();
    Deployment first = Deployment.steps(model.spec().shape()).getFirst();
    AtomicBoolean migrating = new AtomicBoolean(true);
    try (MoeRuntime runtime = open(loader, first, ReplicaPick.SPREAD, options())) {
      inParallel(caller -> {
        if (caller == 0) {
          migrateRepeatedly(runtime, steps, migrating);
          return;
        }
        do {
          MoeOutput output = runtime.forward(batch);
          assertArrayEquals(expected, output.hidden().toFloats());
          requireSlotsOf(output);
        } while (migrating.get());
      });
      assertEquals(3, loader.openRanks(), "only the placement in force is kept open");
    }
    assertEquals(0, loader.openRanks());
  }

  private static void migrateRepeatedly(
      MoeRuntime runtime, List<Placement> steps, AtomicBoolean migrating) {
    try {
      for (int i = 0; i < 60; i++) {
        runtime.migrate(steps.get(i % steps.size()));
      }
    } finally {
      migrating.set(false);
    }
  }

  private static void requireSlotsOf(MoeOutput output) {
    for (int token = 0; token < output.routing().tokens(); token++) {
      for (int choice = 0; choice < output.routing().topK(); choice++) {
        int held = output.placement().logicalAt(output.layer(), output.slot(token, choice));
        assertEquals(output.routing().expert(token, choice), held);
      }
    }
  }

  @Test
  void closesAfterTheCallsInFlight() throws Exception {
    SyntheticModel model = SyntheticModels.deepSeekV2();
    TokenBatch batch = batch(model, 0, 40);
    float[] expected = reference(model, batch);
    for (int round = 0; round < 10; round++) {
      SyntheticLoader loader = model.loader();
      Deployment single = Deployment.single(model.spec().shape());
      MoeRuntime runtime = open(loader, single, ReplicaPick.FIRST, options());
      CountDownLatch calling = new CountDownLatch(CALLERS - 1);
      inParallel(caller -> {
        if (caller == 0) {
          calling.await();
          runtime.close();
          assertEquals(0, loader.openRanks());
          return;
        }
        callUntilClosed(runtime, batch, expected, calling);
      });
    }
  }

  private static void callUntilClosed(
      MoeRuntime runtime, TokenBatch batch, float[] expected, CountDownLatch calling) {
    while (true) {
      float[] found;
      calling.countDown();
      try {
        found = runtime.forward(batch).hidden().toFloats();
      } catch (IllegalStateException e) {
        // Memory that is gone says so in the same words as a runtime that is closed.
        boolean memoryIsGone =
            Arrays.stream(e.getStackTrace()).anyMatch(f -> f.getClassName().contains("foreign"));
        assertFalse(memoryIsGone, "a call was cut off");
        return;
      }
      assertArrayEquals(expected, found);
    }
  }

  /** Runs a body in several threads at once, and throws what any of them threw. */
  private static void inParallel(Caller body) throws Exception {
    List<Callable<Void>> calls = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      calls.add(() -> {
        body.run(caller);
        return null;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (Future<Void> call : threads.invokeAll(calls)) {
        call.get();
      }
    }
  }

  private interface Caller {
    void run(int caller) throws Exception;
  }
}
