package io.stagger.engine.plugin;

import io.stagger.api.error.InvalidInputException;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.PlacementFormat;
import java.util.ArrayList;
import java.util.List;

/** The file formats by name. Immutable; may be used from any thread. */
public final class FormatRegistry {

  private final Names<FormatEntry> names;

  private FormatRegistry(Names<FormatEntry> names) {
    this.names = names;
  }

  /**
   * The formats that were found.
   *
   * @throws io.stagger.api.error.PluginException if two claim one name
   */
  public static FormatRegistry of(Plugins plugins) {
    List<PluginProblem> problems = new ArrayList<>(plugins.problems());
    List<FormatEntry> entries =
        Declaration.entries(plugins.of(PlacementFormat.class), FormatRegistry::entry, problems);
    return new FormatRegistry(new Names<>("format", entries, problems));
  }

  private static FormatEntry entry(Declaration<PlacementFormat> declared) {
    return new FormatEntry(
        declared.name(PlacementFormat::name),
        declared.ask("description()", PlacementFormat::description),
        declared.set(
            "features()",
            PlacementFormat::features,
            features ->
                features.contains(FormatFeature.PLACEMENT)
                    || features.contains(FormatFeature.LOAD)),
        declared.texts("notes()", PlacementFormat::notes),
        declared.options(PlacementFormat::options),
        declared.provider());
  }

  /** Every format, by name. */
  public List<FormatEntry> all() {
    return names.all();
  }

  /**
   * The format of a name.
   *
   * @throws InvalidInputException if there is none; it lists the known ones and the nearest
   */
  public FormatEntry find(String name) {
    return names.find(name, InvalidInputException::new);
  }

  /** Plug-in jars and formats that are not used, and why. */
  public List<PluginProblem> problems() {
    return names.problems();
  }
}
