package io.stagger.engine.io;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the header of a {@code .npy} file says of its array. */
final class NpyHeader {

  private static final Pattern TYPE = Pattern.compile("'descr': *'([<>|=])([iuf])([1248])'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");
  private static final int MAX_DIMENSIONS = 32;
  private static final int MAX_LENGTH = 1 << 24;
  private static final long MAX_ELEMENTS = 1L << 31;

  private final NpyType type;
  private final boolean fortranOrder;
  private final int[] shape;

  private NpyHeader(NpyType type, boolean fortranOrder, int[] shape) {
    this.type = type;
    this.fortranOrder = fortranOrder;
    this.shape = shape;
  }

  static NpyHeader parse(Path file, String text) {
    Matcher type = find(file, TYPE, text, "integers or floats: 'descr': '<i4' or similar");
    Matcher order = find(file, ORDER, text, "'fortran_order': False or True");
    Matcher shape = find(file, SHAPE, text, "'shape': (58, 256) or similar");
    char kind = type.group(2).charAt(0);
    int bytes = Integer.parseInt(type.group(3));
    if (kind == 'f' && bytes == 1) {
      throw NpyArray.wrong(file, "floats of 1 byte", "2, 4 or 8");
    }
    ByteOrder byteOrder =
        type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new NpyHeader(
        new NpyType(kind, bytes, byteOrder),
        order.group(1).equals("True"),
        lengths(file, shape.group(1)));
  }

  private static Matcher find(Path file, Pattern pattern, String text, String expected) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      String shown = text.strip();
      throw NpyArray.wrong(
          file,
          "a header that says " + shown.substring(0, Math.min(200, shown.length())),
          expected);
    }
    return matcher;
  }

  private static int[] lengths(Path file, String text) {
    String[] parts = text.isBlank() ? new String[0] : text.strip().split(" *, *", -1);
    int count =
        parts.length > 0 && parts[parts.length - 1].isEmpty() ? parts.length - 1 : parts.length;
    if (count > MAX_DIMENSIONS) {
      throw NpyArray.wrong(file, count + " dimensions", "at most " + MAX_DIMENSIONS);
    }
    int[] lengths = new int[count];
    long elements = 1;
    for (int i = 0; i < count; i++) {
      try {
        lengths[i] = Integer.parseInt(parts[i]);
      } catch (NumberFormatException e) {
        throw NpyArray.wrong(file, "shape (" + text + ")", "whole numbers");
      }
      if (lengths[i] > MAX_LENGTH) {
        throw NpyArray.wrong(file, "shape (" + text + ")", "at most " + MAX_LENGTH + " each");
      }
      elements = Math.min(MAX_ELEMENTS + 1, elements * Math.max(1, lengths[i]));
    }
    if (elements > MAX_ELEMENTS) {
      throw NpyArray.wrong(file, "shape (" + text + ")", "at most " + MAX_ELEMENTS + " elements");
    }
    return lengths;
  }

  NpyType type() {
    return type;
  }

  int[] shape() {
    return shape.clone();
  }

  /** How many bytes the elements take. */
  long bytes() {
    return Arrays.stream(shape).asLongStream().reduce(type.bytes(), (a, b) -> a * b);
  }

  /** For each dimension, how many elements lie between neighbours. */
  long[] strides() {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      int dimension = fortranOrder ? i : shape.length - 1 - i;
      strides[dimension] = stride;
      stride *= shape[dimension];
    }
    return strides;
  }

  @Override
  public String toString() {
    return Arrays.toString(shape) + " of " + type.bytes() + " bytes";
  }
}
