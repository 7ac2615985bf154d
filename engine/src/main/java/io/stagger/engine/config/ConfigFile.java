package io.stagger.engine.config;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.configuration2.PropertiesConfiguration.PropertiesReader;

/** Reads a configuration file into keys and their values, all of them text. */
public final class ConfigFile {

  private static final int MAX_BYTES = 1 << 20;

  private ConfigFile() {}

  /**
   * Reads a file, whose kind its name tells: {@code .properties}, {@code .yaml} or {@code .yml}.
   *
   * @return keys, ascending, and their values
   * @throws ConfigurationException if it cannot be read, is malformed, or sets a key twice
   */
  public static Map<String, String> read(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".properties")) {
      return readProperties(text(file), file.toString());
    }
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      return new YamlValues(file).read(text(file));
    }
    throw new ConfigurationException(
        Diagnosis.of("unknown kind of configuration file", file.toString())
            .expecting("a name that ends in .properties, .yaml or .yml"));
  }

  /**
   * Reads properties, pair by pair, so that "include" is a key as any other and reads no further
   * file.
   *
   * @param where the text comes from, for errors
   * @return keys, ascending, and their values
   * @throws ConfigurationException if the text is malformed or sets a key twice
   */
  public static Map<String, String> readProperties(String text, String where) {
    Map<String, String> values = new TreeMap<>();
    try (PropertiesReader pairs = new PropertiesReader(new StringReader(text))) {
      while (pairs.nextProperty()) {
        if (values.put(pairs.getPropertyName(), pairs.getPropertyValue()) != null) {
          throw new ConfigurationException(
              Diagnosis.of("'" + pairs.getPropertyName() + "' is set more than once", where)
                  .remedy("Leave one of the lines"));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw malformed(where, e);
    }
    return values;
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigurationException(
            Diagnosis.of("more than " + MAX_BYTES + " bytes", file.toString())
                .expecting("a configuration file"));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(Diagnosis.of("not a text in UTF-8", file.toString()), e);
    } catch (IOException e) {
      throw new ConfigurationException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a configuration file that exists and can be read"),
          e);
    }
  }

  /** The error for a text that is not in the format that the file's name says. */
  static ConfigurationException malformed(String where, Exception cause) {
    return new ConfigurationException(
        Diagnosis.of("is not well-formed: " + cause.getMessage(), where)
            .remedy("Mend it, or name another configuration file"),
        cause);
  }
}
