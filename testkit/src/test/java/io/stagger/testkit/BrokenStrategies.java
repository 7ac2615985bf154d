package io.stagger.testkit;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StrategyException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A strategy that keeps the contract, and strategies that break it, each in one way. */
final class BrokenStrategies {

  private BrokenStrategies() {}

  /** Keeps the contract: consecutive experts, beginning again where there are more slots. */
  public static class Sound implements PlacementStrategy {
    @Override
    public String name() {
      return "test.sound";
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      int[][] rows = new int[request.model().layers()][];
      for (int layer = 0; layer < rows.length; layer++) {
        rows[layer] = row(request, layer);
      }
      Placement placement =
          Placement.of(request.cluster().layout(), request.model().experts(), rows);
      return new PlacementResult(placement, decision());
    }

    int[] row(PlacementRequest request, int layer) {
      int[] row = new int[request.cluster().layout().slots()];
      int next = 0;
      for (int slot = 0; slot < row.length; slot++) {
        boolean up = request.cluster().isUp(request.cluster().layout().rankOf(slot));
        row[slot] = up ? next++ % request.model().experts() : Placement.EMPTY;
      }
      return row;
    }

    Decision decision() {
      return Decision.asRequested(name());
    }
  }

  /** Names an expert that the model does not have. */
  public static final class UnknownExpert extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      int[] row = super.row(request, layer);
      row[0] = request.model().experts();
      return row;
    }
  }

  /** Leaves the last expert without a slot. */
  public static final class UnreachableExpert extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      int last = request.model().experts() - 1;
      return Arrays.stream(super.row(request, layer))
          .map(expert -> expert == last ? Placement.EMPTY : expert)
          .toArray();
    }
  }

  /** Takes the slots of ranks that are down for its own. */
  public static final class RankDownInUse extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      int[] row = super.row(request, layer);
      for (int slot = 0; slot < row.length; slot++) {
        row[slot] = row[slot] == Placement.EMPTY ? 0 : row[slot];
      }
      return row;
    }
  }

  /** Places one layer too few. */
  public static final class LayerMissing extends Sound {
    @Override
    public PlacementResult place(PlacementRequest request) {
      Placement placement = super.place(request).placement();
      int[][] rows = placement.physicalToLogical();
      int[][] fewer = Arrays.copyOf(rows, Math.max(0, rows.length - 1));
      return new PlacementResult(
          Placement.of(placement.layout(), placement.experts(), fewer), decision());
    }
  }

  /** Answers each call differently. */
  public static final class Nondeterministic extends Sound {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    int[] row(PlacementRequest request, int layer) {
      int turn = calls.getAndIncrement();
      int experts = request.model().experts();
      return Arrays.stream(super.row(request, layer))
          .map(expert -> expert == Placement.EMPTY ? expert : (expert + turn) % experts)
          .toArray();
    }
  }

  /** Answers differently when asked by another thread. */
  public static final class ThreadDependent extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      boolean pooled = Thread.currentThread().getName().startsWith("pool-");
      int experts = request.model().experts();
      return Arrays.stream(super.row(request, layer))
          .map(expert -> pooled && expert != Placement.EMPTY ? experts - 1 - expert : expert)
          .toArray();
    }
  }

  /** Lets the default locale decide. */
  public static final class LocaleDependent extends Sound {
    @Override
    Decision decision() {
      return super.decision().with("half", String.format(Locale.getDefault(), "%.1f", 0.5));
    }
  }

  /** Throws what nobody can act on. */
  public static final class NullPointer extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      throw new NullPointerException("planned by the test");
    }
  }

  /** Refuses what it should place. */
  public static final class Refusing extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      throw new StrategyException(Diagnosis.of("too many layers", "test"));
    }
  }

  /** Answers nothing. */
  public static final class NullAnswer extends Sound {
    @Override
    @SuppressWarnings("NullAway")
    public PlacementResult place(PlacementRequest request) {
      return null;
    }
  }

  /** Has a name that a configuration file cannot hold. */
  public static final class IllNamed extends Sound {
    @Override
    public String name() {
      return "My Strategy";
    }
  }

  /** Speaks for another strategy. */
  public static final class WrongDecision extends Sound {
    @Override
    Decision decision() {
      return Decision.asRequested("linear");
    }
  }

  /** Falls back without saying why. */
  public static final class UnexplainedFallback extends Sound {
    @Override
    Decision decision() {
      return Decision.fallback(name(), "linear", "NO_LUCK", "");
    }
  }

  /** Declares a default that its own range forbids. */
  public static final class ForbiddenDefault extends Sound {
    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.integer("depth", 9, 1, 8, "How deep to look."));
    }
  }

  /** Is sound by default, and breaks a rule under another value of its option. */
  public static final class BrokenByChoice extends Sound {
    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.flag("drop", false, "Whether the first expert is left out."));
    }

    @Override
    int[] row(PlacementRequest request, int layer) {
      boolean drop = request.options().flag("drop");
      return Arrays.stream(super.row(request, layer))
          .map(expert -> drop && expert == 0 ? Placement.EMPTY : expert)
          .toArray();
    }
  }

  /** Denies that it makes replicas. */
  public static final class DeniesReplicas extends Sound {
    @Override
    public StrategyTraits traits() {
      return StrategyTraits.NONE;
    }
  }

  /** Denies that it looks at the previous placement. */
  public static final class DeniesPrevious extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      int experts = request.model().experts();
      return Arrays.stream(super.row(request, layer))
          .map(e -> request.previous().isPresent() && e != Placement.EMPTY ? experts - 1 - e : e)
          .toArray();
    }
  }

  /** Denies that it looks at the groups. */
  public static final class DeniesGroups extends Sound {
    @Override
    int[] row(PlacementRequest request, int layer) {
      int experts = request.model().experts();
      return Arrays.stream(super.row(request, layer))
          .map(e -> request.model().hasGroups() && e != Placement.EMPTY ? experts - 1 - e : e)
          .toArray();
    }
  }

  /** Needs a load, says so, and places without one all the same. */
  public static final class PretendsToNeedLoad extends Sound {
    @Override
    public StrategyTraits traits() {
      return super.traits().needingLoad();
    }
  }

  /** Cannot be made by a service loader. */
  public static final class NoPublicConstructor extends Sound {
    NoPublicConstructor() {}
  }
}
