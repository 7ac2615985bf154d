package io.stagger.engine.config;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.NearestName;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The environment variables of the known keys: {@code STAGGER_}, then the key in upper case, each
 * character that is no letter or digit as {@code _}. Two keys may share a variable ({@code a.b-c}
 * and {@code a.b_c}); to set that variable is an error.
 */
final class EnvironmentNames {

  static final String PREFIX = "STAGGER_";

  private final Collection<String> keys;
  private final Map<String, Set<String>> keysOf = new TreeMap<>();

  EnvironmentNames(Collection<String> keys) {
    this.keys = keys;
    for (String key : keys) {
      keysOf.computeIfAbsent(of(key), variable -> new TreeSet<>()).add(key);
    }
  }

  static String of(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** Values by key; variables that speak of no known key are passed over or refused. */
  Map<String, String> resolve(Map<String, String> variables, boolean complete) {
    Map<String, String> values = new TreeMap<>();
    variables.forEach((variable, value) -> {
      Set<String> meant = keysOf.getOrDefault(variable, Set.of());
      if (meant.size() > 1) {
        throw new ConfigurationException(
            Diagnosis.of("stands for the keys " + meant, "environment variable " + variable)
                .expecting("one key")
                .remedy("Set the one that you mean in a file or on the command line"));
      }
      meant.forEach(key -> values.put(key, value));
      if (meant.isEmpty() && isRefused(variable, complete)) {
        throw new ConfigurationException(
            Diagnosis.of("unknown key", "environment variable " + variable)
                .remedy(
                    NearestName.hint(
                        variable, keysOf.keySet(), "'stagger config' lists the keys")));
      }
    });
    return values;
  }

  /**
   * The launcher has variables of its own, and Kubernetes adds some for a service named stagger:
   * only what looks like a key is refused, and what may be a provider's key once all are known.
   */
  private boolean isRefused(String variable, boolean complete) {
    String key = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    return (complete || !ConfigKeys.isProviderKey(key)) && ConfigKeys.isMeantAsKey(key, keys);
  }
}
