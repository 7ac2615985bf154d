package io.stagger.engine.trace.statistics;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.io.Serializable;

/**
 * Consecutive tokens of a trace that is counted in parts, and what is before them.
 *
 * @param firstToken tokens before the part
 * @param tokens tokens of the part
 * @param firstDecoded decode tokens before the part
 * @param decoded decode tokens of the part
 */
public record TracePart(long firstToken, long tokens, long firstDecoded, long decoded)
    implements Serializable {

  /** The beginning of a trace, without a token yet. */
  public static final TracePart BEGINNING = new TracePart(0, 0, 0, 0);

  /** The part that follows this one. */
  public TracePart followedBy(long nextTokens, long nextDecoded) {
    return new TracePart(firstToken + tokens, nextTokens, firstDecoded + decoded, nextDecoded);
  }

  /** Checks that the part has as many tokens as it had when it was planned. */
  void requireWhole(long counted, long countedDecoded) {
    if (counted != tokens || countedDecoded != decoded) {
      throw new InvalidInputException(
          Diagnosis.of(
                  counted + " tokens, " + countedDecoded + " of them decoded",
                  "part of a trace from token " + firstToken)
              .expecting(tokens + " and " + decoded + ", as when it was first read")
              .remedy("Count again, while nobody writes to the trace"));
    }
  }

  /** The number of the batch of a decode token, if the batch lies whole in this part; else -1. */
  long wholeBatch(long decodeToken, int batchTokens) {
    long batch = decodeToken / batchTokens;
    boolean whole =
        batch * batchTokens >= firstDecoded && (batch + 1) * batchTokens <= firstDecoded + decoded;
    return whole ? batch : -1;
  }
}
