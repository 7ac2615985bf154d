package io.stagger.engine.format;

import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * msit's expert load balancing: deployments as JSON ({@code decode_global_deployment.json}), and
 * loads as a folder of CSV files without header, one a rank ({@code decode_0.csv}).
 */
public final class MsitFormat implements PlacementFormat {

  private static final String DEPLOYMENT = "deployment";

  /** For {@link java.util.ServiceLoader}. */
  public MsitFormat() {}

  @Override
  public String name() {
    return "msit";
  }

  @Override
  public String description() {
    return "Ascend msit's *_global_deployment.json, and its loads: a folder of CSV files, or one.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.LOAD,
        FormatFeature.RANKS,
        FormatFeature.SLOT_ORDER,
        FormatFeature.REPEATED_EXPERTS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "a load is read from the last complete snapshot of the CSV files, whose counts grow from"
            + " snapshot to snapshot",
        "a load is written as one file, all experts in order; msit reads it as decode_0.csv or"
            + " prefill_0.csv in a folder of its own",
        "loads of decode and of prefill must be in different folders");
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.path(
            DEPLOYMENT,
            null,
            "The deployment under which a load was recorded; without it, slots are the experts in"
                + " order."));
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    if (isCounts(file)) {
      return MsitCounts.read(
          file, request, request.options().optionalText(DEPLOYMENT).map(Path::of));
    }
    return DeploymentJson.read(file, request);
  }

  /** By what it is, since a file that is written has another name until it is whole. */
  private static boolean isCounts(Path file) {
    if (Files.isDirectory(file) || file.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
      return true;
    }
    try (var in = Files.newInputStream(file)) {
      int first = in.read();
      return first >= '0' && first <= '9';
    } catch (IOException e) {
      // The reader of the JSON says what the matter is.
      return false;
    }
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    switch (content) {
      case FormatContent.OfPlacement(_, var placement) -> DeploymentJson.write(out, placement);
      case FormatContent.OfLoad(_, var load) -> MsitCounts.write(load, out);
    }
    return List.of();
  }
}
