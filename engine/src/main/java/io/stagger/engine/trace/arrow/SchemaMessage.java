package io.stagger.engine.trace.arrow;

import static io.stagger.engine.trace.arrow.IpcFormat.NONE;

import com.google.flatbuffers.FlatBufferBuilder;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

/**
 * Columns and metadata as an Arrow schema. It refuses a schema of any other columns.
 *
 * @param columns in the order of their buffers
 * @param metadata texts by key
 */
record SchemaMessage(List<Column> columns, Map<String, String> metadata) {

  private static final int MAX_COLUMNS = 64;
  private static final int MAX_PAIRS = 1_024;

  /** Keeps its own copies, the metadata sorted, so that the same schema has the same bytes. */
  SchemaMessage {
    columns = List.copyOf(columns);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /** Writes a schema into a flatbuffer and returns its offset. */
  int write(FlatBufferBuilder builder) {
    int[] fields = columns.stream().mapToInt(column -> field(builder, column)).toArray();
    int vector = Schema.createFieldsVector(builder, fields);
    int[] pairs =
        metadata.entrySet().stream()
            .mapToInt(pair ->
                KeyValue.createKeyValue(
                    builder,
                    builder.createString(pair.getKey()),
                    builder.createString(pair.getValue())))
            .toArray();
    int metadataVector = Schema.createCustomMetadataVector(builder, pairs);
    return Schema.createSchema(builder, Endianness.Little, vector, metadataVector, NONE);
  }

  private static int field(FlatBufferBuilder builder, Column column) {
    if (!column.isList()) {
      return valueField(builder, column.name(), column.type(), column.nullable());
    }
    int item = valueField(builder, "item", column.type(), false);
    int children = Field.createChildrenVector(builder, new int[] {item});
    int type = FixedSizeList.createFixedSizeList(builder, column.listSize());
    int name = builder.createString(column.name());
    return Field.createField(
        builder, name, column.nullable(), Type.FixedSizeList, type, NONE, children, NONE);
  }

  private static int valueField(
      FlatBufferBuilder builder, String title, ElementType element, boolean nullable) {
    int children = Field.createChildrenVector(builder, new int[0]);
    int name = builder.createString(title);
    int type =
        switch (element) {
          case FLOAT32 -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
          case INT32 -> Int.createInt(builder, Integer.SIZE, true);
          case UINT8 -> Int.createInt(builder, Byte.SIZE, false);
          case UINT16 -> Int.createInt(builder, Short.SIZE, false);
        };
    return Field.createField(builder, name, nullable, element.kind(), type, NONE, children, NONE);
  }

  /**
   * Reads a schema.
   *
   * @param where for errors
   */
  static SchemaMessage read(Schema schema, String where) {
    if (schema.endianness() != Endianness.Little) {
      throw wrong("big-endian columns", where);
    }
    int fields = schema.fieldsLength();
    int pairs = schema.customMetadataLength();
    if (fields > MAX_COLUMNS || pairs > MAX_PAIRS) {
      throw wrong(fields + " columns and " + pairs + " pairs of metadata", where);
    }
    List<Column> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < fields; i++) {
      Column column = column(present(schema.fields(i), where), where);
      if (!names.add(column.name())) {
        throw wrong("two columns '" + column.name() + "'", where);
      }
      columns.add(column);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (int i = 0; i < pairs; i++) {
      KeyValue pair = present(schema.customMetadata(i), where);
      metadata.put(present(pair.key(), where), present(pair.value(), where));
    }
    return new SchemaMessage(columns, metadata);
  }

  private static Column column(Field field, String where) {
    String name = present(field.name(), where);
    if (field.dictionary() != null) {
      throw wrong("column '" + name + "' is dictionary-encoded", where);
    }
    if (field.typeType() != Type.FixedSizeList) {
      return new Column(name, element(field, name, where), 0, field.nullable());
    }
    FixedSizeList list = new FixedSizeList();
    present(field.type(list), where);
    if (field.childrenLength() != 1 || list.listSize() < 1 || list.listSize() > Column.MAX_LIST) {
      throw wrong("column '%s' has lists of %d".formatted(name, list.listSize()), where);
    }
    ElementType element = element(present(field.children(0), where), name, where);
    return new Column(name, element, list.listSize(), field.nullable());
  }

  private static ElementType element(Field field, String column, String where) {
    if (field.childrenLength() == 0 && field.typeType() == Type.Int) {
      Int type = new Int();
      present(field.type(type), where);
      if (type.bitWidth() == Integer.SIZE && type.isSigned()) {
        return ElementType.INT32;
      } else if (type.bitWidth() == Byte.SIZE && !type.isSigned()) {
        return ElementType.UINT8;
      } else if (type.bitWidth() == Short.SIZE && !type.isSigned()) {
        return ElementType.UINT16;
      }
    } else if (field.childrenLength() == 0 && field.typeType() == Type.FloatingPoint) {
      FloatingPoint type = new FloatingPoint();
      present(field.type(type), where);
      if (type.precision() == Precision.SINGLE) {
        return ElementType.FLOAT32;
      }
    }
    throw wrong("column '" + column + "' is of another type", where);
  }

  private static <T> T present(@Nullable T value, String where) {
    if (value == null) {
      throw wrong("a part of the schema is missing", where);
    }
    return value;
  }

  private static InvalidTraceException wrong(String problem, String where) {
    return new InvalidTraceException(
        Diagnosis.of(problem, where)
            .expecting("columns of int32, uint8, uint16 or float32, or fixed-size lists of these"));
  }
}
