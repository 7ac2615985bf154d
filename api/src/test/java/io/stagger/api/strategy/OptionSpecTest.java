package io.stagger.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionSpecTest {

  private static final OptionSpec INTEGER = OptionSpec.integer("window", 4, 1, 8, "A window.");
  private static final OptionSpec DECIMAL = OptionSpec.decimal("share", 0.5, 0, 1, "A share.");
  private static final OptionSpec FLAG = OptionSpec.flag("strict", true, "Strict.");
  private static final OptionSpec CHOICE =
      OptionSpec.choice("policy", List.of("auto", "global"), "A policy.");

  @Test
  void parsesEachTypeToItsOwn() {
    assertThat(INTEGER.parse(" 8 ", "k")).isEqualTo(8L);
    assertThat(DECIMAL.parse("1e-1", "k")).isEqualTo(0.1);
    assertThat(FLAG.parse("false", "k")).isEqualTo(false);
    assertThat(FLAG.parse("true", "k")).isEqualTo(true);
    assertThat(CHOICE.parse("global", "k")).isEqualTo("global");
    assertThat(OptionSpec.text("t", null, "T.").parse(" a b ", "k")).isEqualTo("a b");
    assertThat(OptionSpec.path("p", null, "P.").parse("a/b", "k")).isEqualTo("a/b");
    assertThat(OptionSpec.placement("f", "F.").parse("x.json", "k")).isEqualTo("x.json");
  }

  @Test
  void writesDefaultsAsAFileWould() {
    assertThat(INTEGER.defaultValue()).isEqualTo("4");
    assertThat(DECIMAL.defaultValue()).isEqualTo("0.5");
    assertThat(FLAG.defaultValue()).isEqualTo("true");
    assertThat(CHOICE.defaultValue()).isEqualTo("auto");
    assertThat(OptionSpec.placement("f", "F.").defaultValue()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "9", "-1", "2.0", "", "x", "9223372036854775808"})
  void refusesWholeNumbersOutOfRange(String text) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> INTEGER.parse(text, "placement.x.window, file a.yaml"))
        .withMessage(
            "placement.x.window, file a.yaml: '"
                + text
                + "' is not allowed; expected a whole number from 1 to 8");
  }

  @Test
  void takesTheEndsOfARange() {
    assertThat(INTEGER.parse("1", "k")).isEqualTo(1L);
    assertThat(DECIMAL.parse("0", "k")).isEqualTo(0.0);
    assertThat(DECIMAL.parse("1", "k")).isEqualTo(1.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "1.1", "NaN", "Infinity", "-Infinity", "1e400", "", "x"})
  void refusesDecimalsOutOfRange(String text) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> DECIMAL.parse(text, "k"))
        .withMessageEndingWith("expected a number from 0.0 to 1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Infinity", "1e400", "-Infinity", "NaN"})
  void refusesWhatIsNotFiniteEvenWithoutARange(String text) {
    double infinity = Double.POSITIVE_INFINITY;
    OptionSpec any = OptionSpec.decimal("any", 0, -infinity, infinity, "Any number.");
    assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> any.parse(text, "k"));
    assertThat(any.parse("1e300", "k")).isEqualTo(1e300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"True", "yes", "1", ""})
  void takesOnlyTrueAndFalseForFlags(String text) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> FLAG.parse(text, "k"))
        .withMessage("k: '" + text + "' is not allowed; expected true or false");
  }

  @Test
  void listsTheChoicesWhereItRefusesOne() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CHOICE.parse("Global", "k"))
        .withMessage("k: 'Global' is not allowed; expected one of auto, global");
  }

  @Test
  void saysWhatIsAllowed() {
    assertThat(OptionSpec.text("t", null, "T.").range()).isEqualTo("a text");
    assertThat(OptionSpec.path("p", null, "P.").range()).isEqualTo("a path");
    assertThat(OptionSpec.placement("f", "F.").range()).isEqualTo("a file that holds a placement");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "keepSlots", "1st", ".a", "a b", "ä"})
  void refusesANameThatCouldNotBeAKey(String name) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> OptionSpec.flag(name, false, "F."))
        .withMessageStartingWith("declaration of options: '" + name + "' as the name of an option");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "keep_slots", "placement.acme.greedy.max-moves", "k1"})
  void takesNamesOfKeys(String name) {
    assertThat(OptionSpec.flag(name, false, "F.").name()).isEqualTo(name);
  }

  @Test
  void refusesAChoiceAmongNothing() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> OptionSpec.choice("policy", List.of(), "P."))
        .withMessage("declaration of option 'policy': no choices; expected at least one");
  }

  @Test
  void keepsItsOwnChoices() {
    List<String> choices = new ArrayList<>(List.of("a"));
    OptionSpec spec = OptionSpec.choice("c", choices, "C.");
    choices.add("b");
    assertThat(spec.choices()).containsExactly("a");
  }
}
