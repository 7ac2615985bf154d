package io.stagger.strategies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** A recorded load and the cluster it is for. */
public record LoadCase(String name, Load load, Cluster cluster) {

  /** Ranks and slots worth a look, by number of experts. */
  private static final Map<Integer, int[][]> SIZES =
      Map.of(
          256,
              new int[][] {
                {8, 256},
                {8, 288},
                {16, 256},
                {16, 288},
                {32, 256},
                {32, 288},
                {64, 256},
                {64, 320},
                {72, 288},
                {144, 288}
              },
          64, new int[][] {{4, 64}, {8, 64}, {8, 72}, {16, 64}, {16, 80}, {32, 64}, {32, 96}},
          32, new int[][] {{4, 32}, {4, 36}, {8, 32}, {8, 40}, {16, 32}, {16, 48}},
          8, new int[][] {{2, 8}, {4, 8}, {4, 12}, {8, 16}, {8, 24}});

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Clusters of one node, with and without redundant slots, for a model of so many experts. */
  public List<Cluster> clusters() {
    return Arrays.stream(SIZES.get(load.experts()))
        .map(size -> Cluster.of(1, size[0], size[1]))
        .toList();
  }

  /** A case of {@code golden/eplb}. */
  public static LoadCase golden(String name) {
    JsonNode json = read("golden/eplb/" + name + ".json");
    double[][] rows = MAPPER.convertValue(json.required("weight"), double[][].class);
    Cluster cluster =
        Cluster.of(1, json.required("num_gpus").asInt(), json.required("num_replicas").asInt());
    return new LoadCase(name, Load.of(rows[0].length, rows), cluster);
  }

  /** DeepSeek-V3's MoE layers under a workload of {@code data/deepseek-v3-loads}. */
  public static LoadCase deepSeek(String workload, int ranks, int slots) {
    JsonNode json = read("data/deepseek-v3-loads/" + workload + ".json");
    double[][] rows = MAPPER.convertValue(json.required("logical_count"), double[][].class);
    double[][] moe =
        Arrays.stream(rows).filter(row -> Arrays.stream(row).sum() > 0).toArray(double[][]::new);
    return new LoadCase(
        workload + " on " + ranks + " ranks, " + slots + " slots",
        Load.of(moe[0].length, moe),
        Cluster.of(1, ranks, slots));
  }

  /** This case on a cluster of several nodes. */
  public LoadCase onNodes(int nodes) {
    return new LoadCase(
        name + " on " + nodes + " nodes", load, Cluster.of(nodes, cluster.layout()));
  }

  /** Every so many of its layers. */
  public LoadCase everyLayer(int step) {
    int[] layers = IntStream.iterate(0, layer -> layer < load.layers(), l -> l + step).toArray();
    return new LoadCase(name, load.select(layers), cluster);
  }

  /** Every load of the reference data, once; the cluster is one rank, to be chosen anew. */
  public static List<LoadCase> recorded() {
    List<LoadCase> cases = new ArrayList<>();
    for (Path file : files("data/deepseek-v3-loads")) {
      cases.add(recorded("deepseek-v3", rows(read(file).required("logical_count"))));
    }
    for (String kind : List.of("mixtral_8x7b_instruct", "mixtral_8x7b_original")) {
      for (Path file : files("data/fiddler-mixtral-popularity/" + kind)) {
        cases.add(recorded("fiddler-mixtral", rows(read(file).required("expert_popularity"))));
      }
    }
    for (Path file : files("data/olmoe-mixtral-routing")) {
      if (file.toString().endsWith("expert_counts.json")) {
        for (JsonNode domain : read(file).required("domains")) {
          double[][] rows = rows(domain.required("counts"));
          cases.add(recorded(rows[0].length == 8 ? "mixtral" : "olmoe", rows));
        }
      }
    }
    cases.add(recorded("gpt-oss-20b", gptOss()));
    return cases;
  }

  private static LoadCase recorded(String name, double[][] rows) {
    double[][] moe =
        Arrays.stream(rows).filter(row -> Arrays.stream(row).sum() > 0).toArray(double[][]::new);
    int experts = moe[0].length;
    return new LoadCase(name, Load.of(experts, moe), Cluster.of(1, 1, experts));
  }

  /** How often each of 32 experts was chosen in each of 24 layers, four choices a token. */
  private static double[][] gptOss() {
    Path trace =
        SharedFiles.require("data/gptoss20b-router-trace/gptoss20b_topk_215438x24x4.u8.gz");
    double[][] rows = new double[24][32];
    try (InputStream in = new GZIPInputStream(Files.newInputStream(trace), 1 << 16)) {
      byte[] token = new byte[24 * 4];
      while (in.readNBytes(token, 0, token.length) == token.length) {
        for (int i = 0; i < token.length; i++) {
          rows[i / 4][token[i]]++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static List<Path> files(String folder) {
    try (Stream<Path> files = Files.list(SharedFiles.require(folder))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double[][] rows(JsonNode json) {
    return MAPPER.convertValue(json, double[][].class);
  }

  private static JsonNode read(String file) {
    return read(SharedFiles.require(file));
  }

  private static JsonNode read(Path file) {
    try {
      return MAPPER.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
