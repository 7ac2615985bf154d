package io.stagger.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page with <code>${names}</code> in it. */
final class HtmlTemplate {

  private static final Pattern NAME = Pattern.compile("\\$\\{([a-zA-Z]+)}");

  private final String text;

  private HtmlTemplate(String text) {
    this.text = text;
  }

  /** A template of this package's resources. */
  static HtmlTemplate resource(String name) {
    try (InputStream in = HtmlTemplate.class.getResourceAsStream(name)) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      return new HtmlTemplate(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The page with a value for every name.
   *
   * @param values HTML by name
   * @throws IllegalArgumentException if a name has no value
   */
  String fill(Map<String, String> values) {
    Matcher matcher = NAME.matcher(text);
    StringBuilder page = new StringBuilder();
    while (matcher.find()) {
      String value = values.get(matcher.group(1));
      if (value == null) {
        throw new IllegalArgumentException("no value for " + matcher.group());
      }
      matcher.appendReplacement(page, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(page).toString();
  }

  /** A text as HTML. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
