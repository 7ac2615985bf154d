package io.stagger.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private final Options options =
      Options.defaults(
          List.of(
              OptionSpec.integer("window", 4, 1, 8, "A window."),
              OptionSpec.flag("strict", true, "Strict."),
              OptionSpec.decimal("share", 0.5, 0, 1, "A share."),
              OptionSpec.choice("policy", List.of("auto", "global"), "A policy."),
              OptionSpec.path("file", null, "A file.")));

  @Test
  void beginsWithTheDeclaredDefaults() {
    assertThat(options.integer("window")).isEqualTo(4);
    assertThat(options.flag("strict")).isTrue();
    assertThat(options.with("strict", false).flag("strict")).isFalse();
    assertThat(options.decimal("share")).isEqualTo(0.5);
    assertThat(options.text("policy")).isEqualTo("auto");
    assertThat(options.asMap()).containsOnlyKeys("policy", "share", "strict", "window");
  }

  @Test
  void refusesADefaultOutOfItsOwnRange() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> Options.defaults(List.of(OptionSpec.integer("window", 9, 1, 8, "A window."))))
        .withMessageStartingWith("default of window: '9' is not allowed");
  }

  @Test
  void setsAValueInACopy() {
    Options changed = options.with("window", 8L);
    assertThat(changed.integer("window")).isEqualTo(8);
    assertThat(options.integer("window")).isEqualTo(4);
  }

  @Test
  void mayLackAText() {
    assertThat(options.optionalText("file")).isEmpty();
    assertThat(options.with("file", "a.json").optionalText("file")).contains("a.json");
  }

  @Test
  void holdsAPlacement() {
    Placement placement = Placement.of(SlotLayout.of(1), 1, new int[][] {{0}});
    assertThat(Options.empty().with("path", placement).placement("path")).isSameAs(placement);
  }

  @Test
  void namesTheOptionThatIsNotSet() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> options.text("file"))
        .withMessage(
            "options [policy, share, strict, window]: option 'file' is not set."
                + " Set it; it has no default");
  }

  @Test
  void namesTheOptionThatIsOfAnotherType() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> options.text("window"))
        .withMessage("option 'window': a Long; expected a String");
  }

  @Test
  void isAValueSortedByName() {
    Options value = Options.empty().with("b", 1L).with("a", true);
    assertThat(value)
        .isEqualTo(Options.empty().with("a", true).with("b", 1L))
        .hasSameHashCodeAs(Options.empty().with("a", true).with("b", 1L))
        .isNotEqualTo(Options.empty())
        .doesNotHaveSameHashCodeAs(Options.empty())
        .hasToString("{a=true, b=1}");
    assertThat(value.asMap()).isUnmodifiable();
  }
}
