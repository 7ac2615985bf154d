package io.stagger.weights;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.MoeSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.Manifest.MoeLayer;
import io.stagger.weights.Manifest.StoredFile;
import io.stagger.weights.Manifest.StoredTensor;
import io.stagger.weights.io.Failure;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.Sha256;
import io.stagger.weights.io.StrictJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The manifest as JSON. What {@code config.json} says is not repeated there, but checked. */
final class ManifestJson {

  static final String FORMAT = "stagger-weights";
  static final String ROW_MAJOR = "row-major";

  /** A manifest is written by machine alone, so whatever is wrong with it, the way out is one. */
  private static final Failure DAMAGED =
      (diagnosis, cause) ->
          new WeightStoreException(diagnosis.remedy("Convert the checkpoint again"), cause);

  private ManifestJson() {}

  static byte[] write(Manifest manifest) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("version", Manifest.VERSION);
    json.put("model", model(manifest.modelType(), manifest.spec()));
    json.put("expert", expert(manifest));
    json.put("layers", manifest.layers().stream().map(ManifestJson::layer).toList());
    json.put("dense", manifest.dense().stream().map(ManifestJson::denseTensor).toList());
    json.put("files", manifest.files().stream().map(ManifestJson::file).toList());
    json.put("notes", manifest.notes());
    json.put("source", manifest.source());
    return StrictJson.write(json);
  }

  private static Map<String, Object> model(String type, MoeSpec spec) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", type);
    json.put("moe_layers", spec.shape().layers());
    json.put("experts", spec.shape().experts());
    json.put("hidden_size", spec.hiddenSize());
    json.put("expert_intermediate_size", spec.intermediateSize());
    json.put("shared_intermediate_size", spec.sharedIntermediateSize());
    return json;
  }

  private static Map<String, Object> expert(Manifest manifest) {
    long hidden = manifest.spec().hiddenSize();
    long inner = manifest.spec().intermediateSize();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", manifest.expertType().name());
    json.put("layout", ROW_MAJOR);
    json.put("gate", List.of(inner, hidden));
    json.put("up", List.of(inner, hidden));
    json.put("down", List.of(hidden, inner));
    return json;
  }

  private static Map<String, Object> layer(MoeLayer layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("layer", layer.modelLayer());
    json.put("file", layer.file());
    json.put("common_file", layer.commonFile());
    json.put("common", layer.common().stream().map(ManifestJson::tensor).toList());
    json.put("experts", layer.experts());
    return json;
  }

  private static Map<String, Object> tensor(StoredTensor tensor) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", tensor.name());
    json.put("type", tensor.type().name());
    json.put("shape", tensor.shape());
    json.put("sha256", tensor.sha256());
    return json;
  }

  private static Map<String, Object> denseTensor(StoredTensor tensor) {
    Map<String, Object> json = tensor(tensor);
    json.put("file", tensor.file());
    return json;
  }

  private static Map<String, Object> file(StoredFile file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("path", file.path());
    json.put("bytes", file.bytes());
    json.put("sha256", file.sha256());
    return json;
  }

  /**
   * Reads a manifest.
   *
   * @param where the file, for errors
   * @param config the store's {@code config.json}
   * @throws WeightStoreException if it is damaged, of another version, or of another model
   */
  static Manifest read(byte[] bytes, String where, Map<String, Object> config) {
    JsonObject json = open(bytes, where);
    HuggingFaceConfig model = HuggingFaceConfig.of(config);
    MoeSpec spec = model.requireMoe();
    model(model.modelType(), spec).forEach((key, value) -> agree(json.object("model"), key, value));
    agree(json.object("expert"), "layout", ROW_MAJOR);
    Manifest manifest =
        new Manifest(
            model.modelType(),
            spec,
            type(json.object("expert")),
            json.objects("layers").stream().map(ManifestJson::readLayer).toList(),
            json.objects("dense").stream().map(t -> readTensor(t, storePath(t, "file"))).toList(),
            json.objects("files").stream().map(ManifestJson::readFile).toList(),
            json.texts("notes"),
            json.text("source"));
    requireWhole(manifest, where);
    return manifest;
  }

  /** Reads no more than that this is a manifest, and of this version. */
  static JsonObject open(byte[] bytes, String where) {
    JsonObject json = new JsonObject(StrictJson.parse(bytes, where, DAMAGED), where, DAMAGED);
    if (!FORMAT.equals(json.values().get("format"))) {
      throw json.wrong("format", "'" + FORMAT + "'");
    }
    if (json.count("version") != Manifest.VERSION) {
      throw new WeightStoreException(
          Diagnosis.of("a store of format version " + json.count("version"), where)
              .expecting("version " + Manifest.VERSION)
              .remedy("Convert the checkpoint again with this version of Stagger"));
    }
    return json;
  }

  private static void agree(JsonObject json, String key, Object expected) {
    if (!expected.equals(json.values().get(key))) {
      throw json.wrong(key, expected + ", as config.json and this version of Stagger say");
    }
  }

  private static MoeLayer readLayer(JsonObject json) {
    String commonFile = storePath(json, "common_file");
    return new MoeLayer(
        json.integer("layer"),
        storePath(json, "file"),
        json.texts("experts").stream().map(text -> checksum(json, "experts", text)).toList(),
        commonFile,
        json.objects("common").stream().map(tensor -> readTensor(tensor, commonFile)).toList());
  }

  private static StoredTensor readTensor(JsonObject json, String file) {
    return new StoredTensor(
        json.text("name"),
        file,
        type(json),
        json.counts("shape"),
        checksum(json, "sha256", json.text("sha256")));
  }

  private static StoredFile readFile(JsonObject json) {
    return new StoredFile(
        storePath(json, "path"),
        json.count("bytes"),
        checksum(json, "sha256", json.text("sha256")));
  }

  private static String storePath(JsonObject json, String key) {
    String path = json.text(key);
    if (!StoreFile.isStorePath(path)) {
      throw json.wrong(key, "the path of a file inside the store");
    }
    return path;
  }

  private static String checksum(JsonObject json, String key, String text) {
    if (!Sha256.isHex(text)) {
      throw json.wrong(key, "SHA-256 in 64 hexadecimal digits");
    }
    return text;
  }

  private static TensorType type(JsonObject json) {
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(json.text("type"))) {
        return type;
      }
    }
    throw json.wrong("type", List.of(TensorType.values()).toString());
  }

  private static void requireWhole(Manifest manifest, String where) {
    List<Integer> layers = manifest.layers().stream().map(MoeLayer::modelLayer).toList();
    List<Integer> expected = manifest.spec().shape().moeLayers();
    if (!layers.equals(expected)) {
      throw wrong("MoE layers " + layers, where, expected + " by config.json");
    }
    for (MoeLayer layer : manifest.layers()) {
      int experts = manifest.spec().shape().experts();
      if (layer.experts().size() != experts) {
        throw wrong(
            layer.experts().size() + " experts",
            where + ", layer " + layer.modelLayer(),
            experts + " by config.json");
      }
    }
  }

  private static StaggerException wrong(String problem, String where, String expected) {
    return new WeightStoreException(Diagnosis.of(problem, where).expecting(expected));
  }
}
