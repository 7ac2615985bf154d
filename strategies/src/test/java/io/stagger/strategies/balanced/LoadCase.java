package io.stagger.strategies.balanced;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.strategies.SharedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

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

  private static JsonNode read(String file) {
    try {
      return MAPPER.readTree(SharedFiles.require(file).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
