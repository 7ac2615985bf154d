package io.stagger.engine.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.engine.io.LoadFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads as JSON matrices with a row for each layer of the model, all zero for dense layers. */
final class LoadMatrix {

  /** The largest whole number below which a double holds all of them. */
  private static final double EXACT = 0x1p53;

  private LoadMatrix() {}

  static FormatReading read(Path file, FormatRequest request) {
    LoadFile load = LoadFile.openJson(file, request.model());
    List<String> notes = new ArrayList<>();
    if (load.windows() > 1) {
      notes.add("added up " + load.windows() + " windows");
    }
    if (!load.droppedRows().isEmpty()) {
      notes.add("left out rows of dense layers: " + load.droppedRows());
    }
    ModelShape model =
        request
            .model()
            .orElseGet(
                () -> new ModelShape("unnamed", load.keptRows(), load.load().experts(), 1, 1, 1));
    return new FormatReading(new FormatContent.OfLoad(model, load.load()), notes);
  }

  static void write(JsonGenerator json, ModelShape model, Load load) throws IOException {
    int rows = model.layers() == 0 ? 0 : model.moeLayers().getLast() + 1;
    int layer = 0;
    json.writeStartArray();
    for (int row = 0; row < rows; row++) {
      boolean moe = model.moeLayers().get(layer) == row;
      writeRow(json, moe ? load.layer(layer++) : new double[load.experts()]);
    }
    json.writeEndArray();
  }

  private static void writeRow(JsonGenerator json, double[] counts) throws IOException {
    json.writeRaw('\n');
    json.writeStartArray();
    for (double count : counts) {
      if (isWhole(count)) {
        json.writeNumber((long) count);
      } else {
        json.writeNumber(count);
      }
    }
    json.writeEndArray();
  }

  static boolean isWhole(double count) {
    return count == Math.rint(count) && count <= EXACT;
  }
}
