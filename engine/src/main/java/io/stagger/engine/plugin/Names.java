package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.NearestName;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.StaggerException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Entries by name and alias, no name twice. */
final class Names<E extends RegistryEntry> {

  /** The most problems that a message repeats. */
  private static final int MAX_PROBLEMS = 3;

  private final String kind;
  private final Map<String, E> byName = new TreeMap<>();
  private final Map<String, E> bySelector = new TreeMap<>();
  private final List<PluginProblem> problems;

  /**
   * @param kind what the entries are, in the singular: {@code "strategy"}
   * @throws PluginException if two entries claim one name
   */
  Names(String kind, List<E> entries, List<PluginProblem> problems) {
    this.kind = kind;
    this.problems = List.copyOf(problems);
    for (E entry : entries) {
      byName.put(entry.name(), entry);
      Set<String> selectors = new LinkedHashSet<>(List.of(entry.name()));
      selectors.addAll(entry.aliases());
      selectors.forEach(selector -> claim(selector, entry));
    }
  }

  private void claim(String selector, E entry) {
    E other = bySelector.putIfAbsent(selector, entry);
    if (other != null) {
      throw new PluginException(
          Diagnosis.of(
                  "two claim the name '"
                      + selector
                      + "': "
                      + other.provider().described()
                      + ", and "
                      + entry.provider().described(),
                  kind)
              .remedy("Remove one of the two, or rename it"));
    }
  }

  List<E> all() {
    return List.copyOf(byName.values());
  }

  List<PluginProblem> problems() {
    return problems;
  }

  /** The entry of a name or alias. */
  E find(String name, Function<Diagnosis, ? extends StaggerException> error) {
    E entry = bySelector.get(name);
    if (entry == null) {
      throw error.apply(
          Diagnosis.of("there is no " + kind + " '" + name + "'" + unusable(), kind)
              .expecting("one of " + String.join(", ", byName.keySet()))
              .remedy(
                  NearestName.hint(
                      name, bySelector.keySet(), "A jar that provides it may be missing")));
    }
    return entry;
  }

  /** The missing one may be in a jar that could not be used. */
  private String unusable() {
    if (problems.isEmpty()) {
      return "";
    }
    List<String> some = problems.stream().limit(MAX_PROBLEMS).map(PluginProblem::message).toList();
    String more =
        problems.size() <= MAX_PROBLEMS
            ? ""
            : "; and " + (problems.size() - MAX_PROBLEMS) + " more";
    return "; these plug-ins could not be used: " + String.join("; ", some) + more;
  }
}
