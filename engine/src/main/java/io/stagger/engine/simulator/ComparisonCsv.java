package io.stagger.engine.simulator;

import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.trace.Phase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes a comparison's figures as CSV (RFC 4180, UTF-8): a header, and a row for each strategy,
 * phase and figure. Numbers are not rounded; a change that is not known is empty.
 */
public final class ComparisonCsv {

  private static final String LINE = "\r\n";

  private ComparisonCsv() {}

  /**
   * Writes a file.
   *
   * @throws io.stagger.api.error.InvalidInputException if it cannot be written
   */
  public static void write(Path file, Comparison comparison) {
    byte[] text = text(comparison).getBytes(StandardCharsets.UTF_8);
    FileReplacement.write(file, out -> out.write(text));
  }

  private static String text(Comparison comparison) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.print("strategy,phase,figure,unit,value,change,change_low,change_high" + LINE);
    for (StrategyScore score : comparison.scores()) {
      for (Phase phase : Phase.values()) {
        score
            .figures(phase)
            .forEach((figure, measured) ->
                out.print(row(score.strategy(), phase, figure, measured) + LINE));
      }
    }
    return text.toString();
  }

  private static String row(String strategy, Phase phase, Figure figure, Measured measured) {
    String change = measured.change().map(c -> c.estimate() + "," + interval(c)).orElse(",,");
    // No name of a strategy, a phase or a figure has a comma or a quotation mark in it.
    return String.join(
        ",",
        strategy,
        phase.name().toLowerCase(Locale.ROOT),
        figure.key(),
        figure.unit(),
        Double.toString(measured.value()),
        change);
  }

  private static String interval(Measured.Change change) {
    return change.interval().map(between -> between.low() + "," + between.high()).orElse(",");
  }
}
