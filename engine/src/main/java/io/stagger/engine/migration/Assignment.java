package io.stagger.engine.migration;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jgrapht.Graph;
import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;

/**
 * The assignment problem: each row gets a column of its own so that the costs together are least
 * (H. W. Kuhn, "The Hungarian method", Naval Research Logistics Quarterly 2, 1955; solved by
 * JGraphT). Among equally good answers it takes one that leaves most rows their own number.
 */
final class Assignment {

  /** More than any assignment costs that can be had. */
  static final long IMPOSSIBLE = 1L << 32;

  private final int[] columns;
  private final long cost;

  private Assignment(int[] columns, long cost) {
    this.columns = columns;
    this.cost = cost;
  }

  /** The column of a row. */
  int column(int row) {
    return columns[row];
  }

  /** What all rows cost together. */
  long cost() {
    return cost;
  }

  /**
   * Solves.
   *
   * @param costs {@code [rows][columns]}, as many of each, 0 to a few millions or {@link
   *     #IMPOSSIBLE}
   */
  static Assignment of(long[][] costs) {
    int size = costs.length;
    int[] columns = size == 1 ? new int[1] : solve(costs);
    long cost = IntStream.range(0, size).mapToLong(row -> costs[row][columns[row]]).sum();
    return new Assignment(columns, cost);
  }

  private static int[] solve(long[][] costs) {
    int size = costs.length;
    Graph<Integer, DefaultWeightedEdge> graph =
        new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
    Set<Integer> rows = numbers(0, size);
    Set<Integer> columns = numbers(size, 2 * size);
    rows.forEach(graph::addVertex);
    columns.forEach(graph::addVertex);
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double moved = row == column ? 0 : 1;
        // One more move than there are rows weighs less than one more of cost.
        graph.setEdgeWeight(
            graph.addEdge(row, size + column), (double) costs[row][column] * (size + 1) + moved);
      }
    }
    int[] answer = new int[size];
    Arrays.fill(answer, -1);
    for (DefaultWeightedEdge edge :
        new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(graph, rows, columns)
            .getMatching()) {
      answer[graph.getEdgeSource(edge)] = graph.getEdgeTarget(edge) - size;
    }
    return answer;
  }

  private static Set<Integer> numbers(int from, int end) {
    return IntStream.range(from, end).boxed().collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
