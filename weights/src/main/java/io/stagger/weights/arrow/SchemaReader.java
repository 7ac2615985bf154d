package io.stagger.weights.arrow;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;

/** Reads an Arrow schema of tensor columns, and refuses every other. */
final class SchemaReader {

  private final String where;

  SchemaReader(String where) {
    this.where = where;
  }

  List<TensorColumn> read(@Nullable Schema schema) {
    if (schema == null || schema.endianness() != Endianness.Little) {
      throw wrong("no schema of little-endian columns");
    }
    List<TensorColumn> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      TensorColumn column = column(present(schema.fields(i), "field " + i));
      if (!names.add(column.name())) {
        throw wrong("two columns '" + column.name() + "'");
      }
      columns.add(column);
    }
    return List.copyOf(columns);
  }

  private TensorColumn column(Field field) {
    String name = present(field.name(), "name of a column");
    boolean list = field.typeType() == Type.FixedSizeList && field.childrenLength() == 1;
    if (!list || field.dictionary() != null) {
      throw wrong("column '" + name + "' is no fixed-size list");
    }
    FixedSizeList listType = new FixedSizeList();
    present(field.type(listType), "type of column '" + name + "'");
    TensorType type = elementType(present(field.children(0), "element of '" + name + "'"), name);
    if (!metadata(field, ArrowFormat.ELEMENT_TYPE).equals(type.name().toLowerCase(Locale.ROOT))
        || !metadata(field, ArrowFormat.EXTENSION_NAME).equals(ArrowFormat.FIXED_SHAPE_TENSOR)) {
      throw wrong("column '" + name + "' is not a tensor of " + type);
    }
    TensorColumn column = new TensorColumn(name, type, shape(field, name));
    if (column.elements() != listType.listSize()) {
      throw wrong("column '%s' has lists of %d".formatted(name, listType.listSize()));
    }
    return column;
  }

  private TensorType elementType(Field element, String column) {
    if (element.childrenLength() == 0 && element.dictionary() == null) {
      if (element.typeType() == Type.Int) {
        Int type = new Int();
        present(element.type(type), "element of '" + column + "'");
        if (type.bitWidth() == Short.SIZE && !type.isSigned()) {
          return TensorType.BF16;
        }
      } else if (element.typeType() == Type.FloatingPoint) {
        FloatingPoint type = new FloatingPoint();
        present(element.type(type), "element of '" + column + "'");
        if (type.precision() == Precision.HALF) {
          return TensorType.F16;
        } else if (type.precision() == Precision.SINGLE) {
          return TensorType.F32;
        }
      }
    }
    throw wrong("elements of column '" + column + "' are neither F32, F16 nor BF16");
  }

  private List<Long> shape(Field field, String name) {
    byte[] json = metadata(field, ArrowFormat.EXTENSION_METADATA).getBytes(StandardCharsets.UTF_8);
    String place = where + ", shape of column '" + name + "'";
    return new JsonObject(
            StrictJson.parse(json, place, WeightStoreException::new),
            place,
            WeightStoreException::new)
        .counts("shape");
  }

  private String metadata(Field field, String key) {
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue pair = present(field.customMetadata(i), "metadata");
      if (key.equals(pair.key())) {
        return present(pair.value(), key);
      }
    }
    return "";
  }

  private <T> T present(@Nullable T value, String what) {
    if (value == null) {
      throw wrong("no " + what);
    }
    return value;
  }

  private WeightStoreException wrong(String problem) {
    return new WeightStoreException(
        Diagnosis.of(problem, where).expecting("columns of " + ArrowFormat.FIXED_SHAPE_TENSOR));
  }
}
