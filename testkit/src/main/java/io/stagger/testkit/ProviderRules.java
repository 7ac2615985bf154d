package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What every provider of a service promises, whatever the service. */
final class ProviderRules {

  /** How providers and their options are named. */
  static final String NAME = "[a-z][a-z0-9_.-]{0,63}";

  private ProviderRules() {}

  /** Checks that {@link java.util.ServiceLoader} can make one. */
  static void assertService(Class<?> type) {
    assertTrue(Modifier.isPublic(type.getModifiers()), type + " is not public");
    assertDoesNotThrow(
        () -> type.getConstructor(), type + " has no public constructor without parameters");
  }

  /** Checks one of a provider's names. */
  static void assertNamed(String name) {
    assertTrue(name.matches(NAME), () -> "the name '" + name + "' is ill-formed");
  }

  /** Checks the options that a provider declares, and that another instance declares the same. */
  static void assertOptions(List<OptionSpec> specs, List<OptionSpec> ofAnother) {
    Set<String> names = new HashSet<>();
    for (OptionSpec spec : specs) {
      String option = "option '" + spec.name() + "'";
      assertTrue(spec.name().matches(NAME), () -> option + " is ill-named");
      assertTrue(names.add(spec.name()), () -> option + " is declared twice");
      assertFalse(spec.description().isBlank(), () -> option + " is not described");
    }
    assertEquals(specs, ofAnother, "the options of two instances");
    assertDoesNotThrow(() -> Options.defaults(specs), "a default is not allowed");
  }
}
