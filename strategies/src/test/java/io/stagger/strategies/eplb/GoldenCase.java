package io.stagger.strategies.eplb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A balancing problem with the answer that the original algorithm gave. */
final class GoldenCase {

  private final ObjectMapper mapper = new ObjectMapper();
  private final JsonNode json;

  private GoldenCase(Path file) throws IOException {
    this.json = mapper.readTree(file.toFile());
  }

  static GoldenCase read(Path file) throws IOException {
    return new GoldenCase(file);
  }

  PlacementRequest request(String askedPolicy) {
    double[][] weight = mapper.convertValue(json.required("weight"), double[][].class);
    int experts = weight[0].length;
    ModelShape model = ModelShape.of(weight.length, experts, 1, number("num_groups"), 1);
    Cluster cluster = Cluster.of(number("num_nodes"), number("num_gpus"), number("num_replicas"));
    Options options = Options.defaults(new EplbStrategy().options()).with("policy", askedPolicy);
    return PlacementRequest.of(model, cluster)
        .withLoad(Load.of(experts, weight))
        .withOptions(options);
  }

  int[][] matrix(String field) {
    return mapper.convertValue(json.required(field), int[][].class);
  }

  String text(String field) {
    return json.required(field).asText();
  }

  private int number(String field) {
    return json.required(field).asInt();
  }

  static String sha256(Placement placement) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int[] row : placement.physicalToLogical()) {
      ByteBuffer bytes = ByteBuffer.allocate(row.length * Integer.BYTES);
      bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(row);
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
