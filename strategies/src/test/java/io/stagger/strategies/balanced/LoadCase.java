package io.stagger.strategies.balanced;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.strategies.SharedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** A recorded load and the cluster it is for. */
record LoadCase(String name, Load load, Cluster cluster) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A case of {@code golden/eplb}. */
  static LoadCase golden(String name) {
    JsonNode json = read("golden/eplb/" + name + ".json");
    double[][] rows = MAPPER.convertValue(json.required("weight"), double[][].class);
    Cluster cluster =
        Cluster.of(1, json.required("num_gpus").asInt(), json.required("num_replicas").asInt());
    return new LoadCase(name, Load.of(rows[0].length, rows), cluster);
  }

  /** DeepSeek-V3's MoE layers under a workload of {@code data/deepseek-v3-loads}. */
  static LoadCase deepSeek(String workload, int ranks, int slots) {
    JsonNode json = read("data/deepseek-v3-loads/" + workload + ".json");
    double[][] rows = MAPPER.convertValue(json.required("logical_count"), double[][].class);
    double[][] moe =
        Arrays.stream(rows).filter(row -> Arrays.stream(row).sum() > 0).toArray(double[][]::new);
    return new LoadCase(
        workload + " on " + ranks + " ranks, " + slots + " slots",
        Load.of(moe[0].length, moe),
        Cluster.of(1, ranks, slots));
  }

  /** Every load of the reference data, once; the cluster is one rank, to be chosen anew. */
  static List<LoadCase> recorded() {
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
