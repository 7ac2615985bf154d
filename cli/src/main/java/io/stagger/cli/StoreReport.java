package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.MoeSpec;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.weights.Manifest;
import io.stagger.weights.Manifest.MoeLayer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a weight store holds.
 *
 * @param folder where it is
 * @param manifest what it says of itself
 * @param verdict what reading every byte of it showed, if that was done
 */
record StoreReport(Path folder, Manifest manifest, Optional<Verdict> verdict) implements Report {

  private static final String LINE = "%-10s%s%n";

  /**
   * What verifying a store showed.
   *
   * @param damage what is damaged; empty if nothing is
   */
  record Verdict(String damage) {

    static final Verdict SOUND = new Verdict("");

    boolean sound() {
      return damage.isEmpty();
    }
  }

  boolean isDamaged() {
    return verdict.isPresent() && !verdict.get().sound();
  }

  @Override
  public void print(PrintWriter out) {
    MoeSpec spec = manifest.spec();
    out.printf(LINE, "store", folder);
    out.printf(LINE, "model", Shapes.describe(spec.shape()));
    out.printf(
        LINE,
        "experts",
        "%s, hidden %d, intermediate %d, %s each"
            .formatted(
                manifest.expertType(),
                spec.hiddenSize(),
                spec.intermediateSize(),
                Figures.bytes(manifest.expertBytes())));
    if (spec.hasSharedExpert()) {
      out.printf(LINE, "shared", "expert of intermediate " + spec.sharedIntermediateSize());
    }
    out.printf(LINE, "dense", manifest.dense().size() + " tensors outside the MoE layers");
    out.printf(
        LINE,
        "size",
        Figures.bytes(manifest.bytes()) + " in " + manifest.files().size() + " files");
    manifest.notes().forEach(note -> out.printf(LINE, "note", note));
    verdict.ifPresent(found ->
        out.printf(LINE, "verified", found.sound() ? "sound" : "DAMAGED: " + found.damage()));
    printLayers(out);
  }

  private void printLayers(PrintWriter out) {
    TextTable table =
        new TextTable().numbers("layer").numbers("in the model").numbers("experts").column("file");
    for (int layer = 0; layer < manifest.layers().size(); layer++) {
      MoeLayer stored = manifest.layers().get(layer);
      table.row(layer, stored.modelLayer(), stored.experts().size(), stored.file());
    }
    if (!table.isEmpty()) {
      out.println();
      table.print(out);
    }
  }

  @Override
  public ObjectNode json() {
    MoeSpec spec = manifest.spec();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("store", folder.toString());
    json.put("modelType", manifest.modelType());
    json.set("model", Shapes.json(spec.shape()));
    json.putObject("expert")
        .put("type", manifest.expertType().name())
        .put("hiddenSize", spec.hiddenSize())
        .put("intermediateSize", spec.intermediateSize())
        .put("bytes", manifest.expertBytes());
    json.put("sharedIntermediateSize", spec.sharedIntermediateSize());
    json.put("denseTensors", manifest.dense().size());
    json.put("bytes", manifest.bytes());
    ArrayNode layers = json.putArray("layers");
    for (MoeLayer layer : manifest.layers()) {
      layers
          .addObject()
          .put("modelLayer", layer.modelLayer())
          .put("experts", layer.experts().size())
          .put("file", layer.file());
    }
    ArrayNode files = json.putArray("files");
    manifest
        .files()
        .forEach(file ->
            files
                .addObject()
                .put("path", file.path())
                .put("bytes", file.bytes())
                .put("sha256", file.sha256()));
    ArrayNode notes = json.putArray("notes");
    manifest.notes().forEach(notes::add);
    verdict.ifPresent(found ->
        json.putObject("verified").put("sound", found.sound()).put("damage", found.damage()));
    return json;
  }
}
