package io.stagger.engine.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was given, before it is known which keys exist.
 *
 * @param file the configuration file, if there is one
 * @param fileValues its values by key
 * @param environment values by the name of their variable, {@code STAGGER_} ones alone
 * @param systemProperties values by key, the prefix {@code stagger.} removed
 * @param commandLine values by key
 */
record ConfigSources(
    Optional<Path> file,
    Map<String, String> fileValues,
    Map<String, String> environment,
    Map<String, String> systemProperties,
    Map<String, String> commandLine) {

  ConfigSources {
    fileValues = new TreeMap<>(fileValues);
    environment = new TreeMap<>(environment);
    systemProperties = new TreeMap<>(systemProperties);
    commandLine = new TreeMap<>(commandLine);
  }
}
