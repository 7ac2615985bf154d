package io.stagger.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the {@code stagger} command lines in help texts and documents. */
final class Examples {

  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ *(?:[A-Z_]+=\\S+ |source <\\()?(?:\\./)?stagger ([^#)\\n]*)");

  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");

  private Examples() {}

  /** The words after {@code stagger} of each example; a backslash continues a line. */
  static List<List<String>> in(String text) {
    String joined = text.replaceAll("\\\\\\R\\s*", "");
    List<List<String>> examples = new ArrayList<>();
    for (Matcher found = COMMAND.matcher(joined); found.find(); ) {
      examples.add(words(found.group(1)));
    }
    return examples;
  }

  /** Splits as a shell would, which here means at blanks outside quotes. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    for (Matcher found = WORD.matcher(line); found.find(); ) {
      words.add(found.group().replaceAll("[\"']", ""));
    }
    return words;
  }
}
