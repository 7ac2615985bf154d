package io.stagger.weights.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.stagger.api.weights.TensorType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;

/** Writes columns as an Arrow schema. */
final class SchemaWriter {

  private static final int NONE = 0;

  private final FlatBufferBuilder builder;

  SchemaWriter(FlatBufferBuilder builder) {
    this.builder = builder;
  }

  /** Writes a schema and returns its offset. */
  int write(List<TensorColumn> columns) {
    int[] fields = columns.stream().mapToInt(this::field).toArray();
    int vector = Schema.createFieldsVector(builder, fields);
    return Schema.createSchema(builder, Endianness.Little, vector, NONE, NONE);
  }

  private int field(TensorColumn column) {
    int children = Field.createChildrenVector(builder, new int[] {element(column.type())});
    int type = FixedSizeList.createFixedSizeList(builder, column.elements());
    int metadata = Field.createCustomMetadataVector(builder, metadata(column));
    int name = builder.createString(column.name());
    return Field.createField(
        builder, name, false, Type.FixedSizeList, type, NONE, children, metadata);
  }

  private int element(TensorType type) {
    int noChildren = Field.createChildrenVector(builder, new int[0]);
    int name = builder.createString("item");
    boolean float16 = type == TensorType.F16;
    byte kind = type == TensorType.BF16 ? Type.Int : Type.FloatingPoint;
    int element =
        type == TensorType.BF16
            ? Int.createInt(builder, Short.SIZE, false)
            : FloatingPoint.createFloatingPoint(
                builder, float16 ? Precision.HALF : Precision.SINGLE);
    return Field.createField(builder, name, false, kind, element, NONE, noChildren, NONE);
  }

  private int[] metadata(TensorColumn column) {
    String shape =
        column.shape().stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    return new int[] {
      pair(ArrowFormat.EXTENSION_NAME, ArrowFormat.FIXED_SHAPE_TENSOR),
      pair(ArrowFormat.EXTENSION_METADATA, "{\"shape\":" + shape + "}"),
      pair(ArrowFormat.ELEMENT_TYPE, column.type().name().toLowerCase(Locale.ROOT))
    };
  }

  private int pair(String key, String value) {
    return KeyValue.createKeyValue(builder, builder.createString(key), builder.createString(value));
  }
}
