package io.stagger.weights.io;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to a parsed JSON object; every error names the key.
 *
 * @param values the parsed object
 * @param where file and place, for errors
 * @param failure which error a wrong value becomes
 */
public record JsonObject(Map<String, Object> values, String where, Failure failure) {

  /** Whether the key is there with a value. */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** A text. */
  public String text(String key) {
    if (values.get(key) instanceof String text) {
      return text;
    }
    throw wrong(key, "a text");
  }

  /** A whole number from 0. */
  public long count(String key) {
    return whole(values.get(key), key);
  }

  /** A whole number from 0 that fits an {@code int}. */
  public int integer(String key) {
    long number = count(key);
    if (number > Integer.MAX_VALUE) {
      throw wrong(key, "a whole number from 0 to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** An object. */
  public JsonObject object(String key) {
    return nested(values.get(key), key);
  }

  /** A list of objects. */
  public List<JsonObject> objects(String key) {
    List<JsonObject> objects = new ArrayList<>();
    for (Object element : list(key)) {
      objects.add(nested(element, key + "[" + objects.size() + "]"));
    }
    return objects;
  }

  /** A list of texts. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Object element : list(key)) {
      if (!(element instanceof String text)) {
        throw wrong(key, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** A list of whole numbers from 0. */
  public List<Long> counts(String key) {
    List<Long> counts = new ArrayList<>();
    for (Object element : list(key)) {
      counts.add(whole(element, key));
    }
    return counts;
  }

  private List<?> list(String key) {
    if (values.get(key) instanceof List<?> list) {
      return list;
    }
    throw wrong(key, "a list");
  }

  private long whole(@Nullable Object value, String key) {
    boolean whole = value instanceof Integer || value instanceof Long;
    if (whole && value instanceof Number number && number.longValue() >= 0) {
      return number.longValue();
    }
    throw wrong(key, "a whole number from 0");
  }

  private JsonObject nested(@Nullable Object value, String key) {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(key, "an object");
    }
    Map<String, Object> inner = new LinkedHashMap<>();
    map.forEach((name, entry) -> inner.put(String.valueOf(name), entry));
    return new JsonObject(inner, where + ", " + key, failure);
  }

  /** The error for a key whose value is missing or wrong. */
  public StaggerException wrong(String key, String expected) {
    String problem = has(key) ? "wrong value of '" + key + "'" : "no '" + key + "'";
    return failure.of(Diagnosis.of(problem, where).expecting(expected));
  }
}
