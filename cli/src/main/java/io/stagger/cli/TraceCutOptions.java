package io.stagger.cli;

import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.edit.TraceCut;
import io.stagger.engine.trace.edit.TraceCut.Range;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which tokens of a trace. */
final class TraceCutOptions {

  @Option(
      names = "--tokens",
      paramLabel = "FROM:TO",
      converter = RangeConverter.class,
      description = "Tokens of the trace, counted from 0, without TO; either may be left out.")
  private Range tokens = Range.ALL;

  @Option(
      names = "--sequences",
      paramLabel = "FROM:TO",
      converter = RangeConverter.class,
      description = "Numbers of sequences, likewise.")
  private Range sequences = Range.ALL;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1",
      description = "One of N sequences: those whose number leaves the remainder.")
  private int every;

  @Option(
      names = "--remainder",
      paramLabel = "R",
      defaultValue = "0",
      description =
          "With --every 2, 0 for the even sequences, which is the default, 1 for the odd.")
  private int remainder;

  @Option(names = "--phase", paramLabel = "NAME", description = "prefill or decode alone.")
  private @Nullable Phase phase;

  @Option(names = "--dataset", paramLabel = "NAME", description = "Tokens with this tag alone.")
  private @Nullable String dataset;

  TraceCut cut() {
    return new TraceCut(
        tokens,
        sequences,
        every,
        remainder,
        Optional.ofNullable(phase),
        Optional.ofNullable(dataset));
  }

  /** From {@code 10:20}, {@code 10:} or {@code :20}. */
  static final class RangeConverter implements ITypeConverter<Range> {
    @Override
    public Range convert(String text) {
      int colon = text.indexOf(':');
      try {
        if (colon >= 0) {
          String from = text.substring(0, colon);
          String to = text.substring(colon + 1);
          return new Range(
              from.isEmpty() ? 0 : Long.parseLong(from),
              to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to));
        }
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is not FROM:TO, such as 0:1000");
      }
      throw new TypeConversionException("'" + text + "' is not FROM:TO, such as 0:1000");
    }
  }
}
