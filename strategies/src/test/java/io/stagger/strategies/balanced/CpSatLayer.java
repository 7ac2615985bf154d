package io.stagger.strategies.balanced;

import com.google.ortools.Loader;
import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A layer on ranks that are alike, as a question for OR-Tools' CP-SAT: is there a plan whose
 * busiest rank has no more than a limit? The unknowns are how many replicas each expert has, and
 * how many ranks hold each set of experts that can lie together: heavy enough that all ranks
 * together hold everything, and not above the limit.
 */
final class CpSatLayer {

  /** A replica of an expert that has so many of them. */
  private record Piece(int expert, int count, double share) {}

  private static final double ROUNDING = 1e-9;

  private final double[] counts;
  private final int ranks;
  private final int slotsPerRank;
  private final double limit;
  private final double least;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<int[]> sets = new ArrayList<>();

  private CpSatLayer(double[] counts, int ranks, int slotsPerRank, double limit) {
    this.counts = counts;
    this.ranks = ranks;
    this.slotsPerRank = slotsPerRank;
    this.limit = limit * (1 + ROUNDING);
    this.least = Arrays.stream(counts).sum() - (ranks - 1) * this.limit;
    int most = Math.min(ranks, 1 + ranks * slotsPerRank - counts.length);
    for (int expert = 0; expert < counts.length; expert++) {
      for (int count = 1; count <= most; count++) {
        if (counts[expert] / count <= this.limit) {
          pieces.add(new Piece(expert, count, counts[expert] / count));
        }
      }
    }
    pieces.sort(Comparator.comparingDouble((Piece piece) -> -piece.share()));
    addSets(new int[slotsPerRank], 0, 0, 0);
  }

  /**
   * Asks.
   *
   * @param seconds after which the solver gives up
   * @return {@code INFEASIBLE}: proven that there is none; {@code OPTIMAL} or {@code FEASIBLE}:
   *     there is one; else: it gave up
   */
  static CpSolverStatus below(
      double limit, double[] counts, int ranks, int slotsPerRank, double seconds) {
    Loader.loadNativeLibraries();
    return new CpSatLayer(counts, ranks, slotsPerRank, limit).solve(seconds);
  }

  private void addSets(int[] chosen, int size, int from, double sum) {
    if (size == slotsPerRank) {
      if (sum >= least - ROUNDING * limit) {
        sets.add(chosen.clone());
      }
      return;
    }
    for (int i = from; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (sum + piece.share() * (slotsPerRank - size) < least - ROUNDING * limit) {
        return;
      }
      if (sum + piece.share() <= limit && !holds(chosen, size, piece.expert())) {
        chosen[size] = i;
        addSets(chosen, size + 1, i + 1, sum + piece.share());
      }
    }
  }

  private boolean holds(int[] chosen, int size, int expert) {
    return Arrays.stream(chosen, 0, size).anyMatch(piece -> pieces.get(piece).expert() == expert);
  }

  private CpSolverStatus solve(double seconds) {
    CpModel model = new CpModel();
    IntVar[] uses = new IntVar[sets.size()];
    Arrays.setAll(uses, set -> model.newIntVar(0, ranks, "ranks that hold set " + set));
    List<List<Literal>> choices = new ArrayList<>();
    Arrays.stream(counts).forEach(expert -> choices.add(new ArrayList<>()));
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      BoolVar chosen = model.newBoolVar(piece.toString());
      choices.get(piece.expert()).add(chosen);
      LinearExprBuilder held = LinearExpr.newBuilder().addTerm(chosen, -piece.count());
      for (int set = 0; set < uses.length; set++) {
        for (int member : sets.get(set)) {
          if (member == i) {
            held.add(uses[set]);
          }
        }
      }
      model.addEquality(held, 0);
    }
    choices.forEach(model::addExactlyOne);
    model.addEquality(LinearExpr.sum(uses), ranks);
    CpSolver solver = new CpSolver();
    solver.getParameters().setNumWorkers(1).setMaxTimeInSeconds(seconds);
    return solver.solve(model);
  }
}
