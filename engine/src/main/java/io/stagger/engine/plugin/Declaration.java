package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.strategy.OptionSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks a provider for what it declares of itself, and believes nothing. */
final class Declaration<S> {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");
  private static final int MAX_ENTRIES = 1_000;

  private final Provider<S> provider;
  private final String where;

  private Declaration(Provider<S> provider) {
    this.provider = provider;
    this.where = provider.origin() + ", " + provider.className();
  }

  /** Turns each provider into an entry; one that cannot be is a problem. */
  static <S, E> List<E> entries(
      List<Provider<S>> providers,
      Function<Declaration<S>, E> entry,
      List<PluginProblem> problems) {
    List<E> entries = new ArrayList<>();
    for (Provider<S> provider : providers) {
      Declaration<S> declaration = new Declaration<>(provider);
      try {
        entries.add(entry.apply(declaration));
      } catch (PluginException e) {
        problems.add(new PluginProblem(e.diagnosis(), Optional.of(e)));
      }
    }
    return entries;
  }

  Provider<S> provider() {
    return provider;
  }

  /** An answer that must not be null. */
  <T> T ask(String method, Function<S, @Nullable T> question) {
    @Nullable T answer;
    try {
      answer = provider.call(question);
    } catch (RuntimeException | Error e) {
      Diagnosis diagnosis = LoadFailure.diagnose(where + "." + method, e);
      throw new PluginException(diagnosis, e);
    }
    if (answer == null) {
      throw refused(method + " returns null", "a value");
    }
    return answer;
  }

  /** A name that selects the provider. */
  String name(Function<S, @Nullable String> question) {
    return validName("name()", ask("name()", question));
  }

  List<String> aliases(Function<S, @Nullable List<String>> question) {
    List<String> aliases = copy("aliases()", ask("aliases()", question));
    aliases.forEach(alias -> validName("aliases()", alias));
    return aliases;
  }

  /** Sentences for people. */
  List<String> texts(String method, Function<S, @Nullable List<String>> question) {
    return copy(method, ask(method, question));
  }

  /** A set that holds something of what it must. */
  <T> Set<T> set(String method, Function<S, @Nullable Set<T>> question, Predicate<Set<T>> sane) {
    Set<T> set = Set.copyOf(copy(method, ask(method, question)));
    if (!sane.test(set)) {
      throw refused(method + " returns " + set, "what a provider of this kind must have");
    }
    return set;
  }

  List<OptionSpec> options(Function<S, @Nullable List<OptionSpec>> question) {
    List<OptionSpec> options = copy("options()", ask("options()", question));
    Set<String> names = new HashSet<>();
    for (OptionSpec option : options) {
      check(option, names);
    }
    return options;
  }

  private void check(OptionSpec option, Set<String> names) {
    if (Stream.of(option.type(), option.description()).anyMatch(Objects::isNull)) {
      throw refused("options() holds " + option, "a type and a description in each");
    }
    if (!names.add(option.name())) {
      throw refused("options() holds the name '" + option.name() + "' twice", "each name once");
    }
    String defaultValue = option.defaultValue();
    if (defaultValue != null) {
      try {
        option.parse(defaultValue, "default of option '" + option.name() + "'");
      } catch (StaggerException e) {
        throw refused("options(): " + e.getMessage(), "defaults within their range");
      }
    }
  }

  private String validName(String method, String name) {
    if (!NAME.matcher(name).matches()) {
      throw refused(
          method + " returns '" + name + "'",
          "1 to 64 lower-case letters, digits, '_', '-' and '.', beginning with a letter");
    }
    return name;
  }

  /** A provider's list may be endless, hold null, or change later. */
  private <T> List<T> copy(String method, Collection<T> list) {
    List<T> copy =
        ask(
            method,
            provider -> {
              List<T> some = new ArrayList<>();
              Iterator<T> elements = list.iterator();
              while (some.size() <= MAX_ENTRIES && elements.hasNext()) {
                some.add(elements.next());
              }
              return some;
            });
    if (copy.size() > MAX_ENTRIES) {
      throw refused(method + " holds too much", "at most " + MAX_ENTRIES + " entries");
    }
    if (copy.stream().anyMatch(Objects::isNull)) {
      throw refused(method + " holds null", "no null");
    }
    return List.copyOf(copy);
  }

  private PluginException refused(String problem, String expected) {
    return new PluginException(Diagnosis.of(problem, where).expecting(expected));
  }
}
