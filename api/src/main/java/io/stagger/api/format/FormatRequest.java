package io.stagger.api.format;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.strategy.Options;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known before a file is read.
 *
 * @param model the model; empty if the caller leaves it to the file
 * @param ranks how many ranks there are; empty if the caller leaves it to the file
 * @param options values of the format's options
 */
public record FormatRequest(Optional<ModelShape> model, OptionalInt ranks, Options options) {

  /**
   * The number of ranks, for a format whose files do not say it.
   *
   * @param where the file, for the message
   * @throws InvalidInputException if the caller did not say it either
   */
  public int requireRanks(String where) {
    return ranks.orElseThrow(() ->
        new InvalidInputException(
            Diagnosis.of("does not say how many ranks there are", where)
                .remedy("Give the number of ranks")));
  }

  /**
   * The number of ranks, for a format whose files say it.
   *
   * @param said what the file says
   * @param where the file, for the message
   * @throws InvalidInputException if the caller said something else
   */
  public int agreedRanks(int said, String where) {
    if (ranks.isPresent() && ranks.getAsInt() != said) {
      throw new InvalidInputException(
          Diagnosis.of("is for " + said + " ranks", where)
              .expecting(ranks.getAsInt() + ", as was asked"));
    }
    return said;
  }
}
