package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.Balance;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.Violation;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * Whether a placement is valid.
 *
 * @param placement the placement, if the file holds one, valid or not
 * @param violations the rules that it breaks; empty if it is valid
 * @param balance how evenly a load falls on the ranks, if one was given and the placement is valid
 */
record CheckReport(
    Optional<Placement> placement, List<Violation> violations, Optional<Balance> balance)
    implements Report {

  /** The report of a map that is no placement. */
  static CheckReport broken(List<Violation> violations) {
    return new CheckReport(Optional.empty(), violations, Optional.empty());
  }

  boolean valid() {
    return violations.isEmpty();
  }

  @Override
  public void print(PrintWriter out) {
    out.println(valid() ? "valid" : "NOT VALID");
    for (Violation violation : violations) {
      out.println("  " + violation.rule() + ": " + violation.message());
    }
    if (violations.size() >= PlacementRules.LIMIT) {
      out.println("  (there may be more; a check stops at " + PlacementRules.LIMIT + ")");
    }
    placement.ifPresent(found -> {
      out.println("placement     " + describe(found));
      out.println("fingerprint   " + found.fingerprint());
    });
    balance.ifPresent(even -> {
      out.println("imbalance     " + Figures.ratio(even.imbalance()) + " on average");
      out.println("worst layer   " + Figures.ratio(even.worstImbalance()));
      out.println("balancedness  " + Figures.ratio(even.balancedness()));
    });
  }

  private static String describe(Placement placement) {
    return "%d layers, %d experts, %d slots on %d ranks"
        .formatted(placement.layers(), placement.experts(), placement.slots(), placement.ranks());
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("valid", valid());
    ArrayNode list = json.putArray("violations");
    for (Violation violation : violations) {
      list.addObject()
          .put("rule", violation.rule().name())
          .put("layer", violation.layer())
          .put("slot", violation.slot())
          .put("message", violation.message());
    }
    placement.ifPresent(found ->
        json.put("layers", found.layers())
            .put("experts", found.experts())
            .put("ranks", found.ranks())
            .put("slots", found.slots())
            .put("placementFingerprint", found.fingerprint()));
    balance.ifPresent(even -> {
      json.putObject("imbalance").put("mean", even.imbalance()).put("worst", even.worstImbalance());
      json.put("balancedness", even.balancedness());
    });
    return json;
  }
}
