package io.stagger.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private static final Options OPTIONS =
      Options.defaults(
          List.of(
              OptionSpec.integer("window", 4, 1, 8, "A window."),
              OptionSpec.flag("strict", true, "Strict."),
              OptionSpec.decimal("share", 0.5, 0, 1, "A share."),
              OptionSpec.choice("policy", List.of("auto", "global"), "A policy."),
              OptionSpec.path("file", null, "A file.")));

  @Test
  void beginsWithTheDeclaredDefaults() {
    assertThat(OPTIONS.integer("window")).isEqualTo(4);
    assertThat(OPTIONS.flag("strict")).isTrue();
    assertThat(OPTIONS.decimal("share")).isEqualTo(0.5);
    assertThat(OPTIONS.text("policy")).isEqualTo("auto");
    assertThat(OPTIONS.asMap()).containsOnlyKeys("policy", "share", "strict", "window");
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
    Options changed = OPTIONS.with("window", 8L);
    assertThat(changed.integer("window")).isEqualTo(8);
    assertThat(OPTIONS.integer("window")).isEqualTo(4);
  }

  @Test
  void mayLackAText() {
    assertThat(OPTIONS.optionalText("file")).isEmpty();
    assertThat(OPTIONS.with("file", "a.json").optionalText("file")).contains("a.json");
  }

  @Test
  void holdsAPlacement() {
    Placement placement = Placement.of(SlotLayout.of(1), 1, new int[][] {{0}});
    assertThat(Options.empty().with("path", placement).placement("path")).isSameAs(placement);
  }

  @Test
  void namesTheOptionThatIsNotSet() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> OPTIONS.text("file"))
        .withMessage(
            "options [policy, share, strict, window]: option 'file' is not set."
                + " Set it; it has no default");
  }

  @Test
  void namesTheOptionThatIsOfAnotherType() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> OPTIONS.text("window"))
        .withMessage("option 'window': a Long; expected a String");
  }

  @Test
  void isAValueSortedByName() {
    Options options = Options.empty().with("b", 1L).with("a", true);
    assertThat(options)
        .isEqualTo(Options.empty().with("a", true).with("b", 1L))
        .hasSameHashCodeAs(Options.empty().with("a", true).with("b", 1L))
        .isNotEqualTo(Options.empty())
        .hasToString("{a=true, b=1}");
    assertThat(options.asMap()).isUnmodifiable();
  }
}
