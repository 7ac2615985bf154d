package io.stagger.api;

import java.io.Serializable;

/**
 * One broken rule of a placement.
 *
 * @param rule which rule
 * @param layer index of the MoE layer, 0-based, or -1 if the rule is about the whole placement
 * @param slot the slot, or -1 if the rule is about a layer or an expert
 * @param message what was wrong and what was expected, naming layer, slot and expert
 */
public record Violation(Rule rule, int layer, int slot, String message) implements Serializable {

  /** The rules that every placement obeys, whoever made it. */
  public enum Rule {
    /** The placement covers as many MoE layers as the model has. */
    LAYERS,
    /** The placement speaks of as many logical experts as the model has. */
    EXPERTS,
    /** Every rank has the slots that the cluster gives it: no more, no fewer. */
    CAPACITY,
    /** A slot holds an expert of the model, or nothing. */
    SLOT_IN_RANGE,
    /** Every logical expert is on at least one rank that is up. */
    REACHABLE,
    /** No rank that is down holds an expert. */
    RANK_UP
  }
}
