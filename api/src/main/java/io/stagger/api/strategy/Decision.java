package io.stagger.api.strategy;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The record of a strategy's decision: what was asked, what was done, and why they differ, if they
 * do. Nothing falls back in silence.
 *
 * @param requested the strategy that was asked
 * @param effective the strategy whose placement this is
 * @param outcome whether both are the same, and if not, whether by design
 * @param reason a stable code for programs, upper-case with underscores: {@code NO_EXPERT_GROUPS};
 *     {@link #AS_REQUESTED} if there is nothing to explain
 * @param detail a sentence for people; empty if there is nothing to explain
 * @param facts further data that the strategy wants seen, by name: the policy it used, a check's
 *     result, a count
 */
public record Decision(
    String requested,
    String effective,
    Outcome outcome,
    String reason,
    String detail,
    Map<String, String> facts) {

  /** The reason code of a decision with nothing to explain. */
  public static final String AS_REQUESTED = "AS_REQUESTED";

  /** How the effective strategy relates to the requested one. */
  public enum Outcome {
    /** The strategy did what its name says. */
    AS_REQUESTED,
    /** The strategy's task is to choose among others, and it chose. */
    CHOSEN,
    /** The strategy could not do what its name says, and did something else. */
    FALLBACK
  }

  /** Keeps its own copy of the facts, sorted by name. */
  public Decision {
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  /** A decision of a strategy that did what was asked. */
  public static Decision asRequested(String strategy) {
    return new Decision(strategy, strategy, Outcome.AS_REQUESTED, AS_REQUESTED, "", Map.of());
  }

  /** A choice that the requested strategy is there to make. */
  public static Decision chosen(String requested, String effective, String reason, String detail) {
    return new Decision(requested, effective, Outcome.CHOSEN, reason, detail, Map.of());
  }

  /** Something else than what was asked; an error where {@code placement.strict} is set. */
  public static Decision fallback(
      String requested, String effective, String reason, String detail) {
    return new Decision(requested, effective, Outcome.FALLBACK, reason, detail, Map.of());
  }

  /** This decision with one fact more. */
  public Decision with(String name, String value) {
    Map<String, String> more = new TreeMap<>(facts);
    more.put(name, value);
    return new Decision(requested, effective, outcome, reason, detail, more);
  }

  /** Whether {@code placement.strict} refuses this decision. */
  public boolean isFallback() {
    return outcome == Outcome.FALLBACK;
  }
}
