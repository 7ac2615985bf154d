package io.stagger.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.InvalidModelException;
import io.stagger.api.text.LanguageModel;
import io.stagger.api.text.LanguageModelProvider;
import io.stagger.api.text.ModelAssets;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;

class LanguageModelsTest {

  private static final class Speaks implements LanguageModelProvider {
    private final String type;

    Speaks(String type) {
      this.type = type;
    }

    @Override
    public boolean supports(String modelType) {
      return modelType.equals(type);
    }

    @Override
    public LanguageModel open(ModelAssets assets) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void findsTheProviderOfAType() {
    Speaks right = new Speaks("right");

    assertThat(LanguageModels.find("right", List.of(new Speaks("wrong"), right))).isSameAs(right);
  }

  @Test
  void namesTheProvidersItAskedIfNoneSupportsTheType() {
    assertThatThrownBy(() -> LanguageModels.find("other", List.of(new Speaks("wrong"))))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("no language model for type 'other'")
        .hasMessageContaining(Speaks.class.getName())
        .hasMessageContaining("Add the jar of a LanguageModelProvider");
  }

  @Test
  void refusesToChooseBetweenTwo() {
    assertThatThrownBy(
            () -> LanguageModels.find("one", List.of(new Speaks("one"), new Speaks("one"))))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("2 language models for type 'one'");
  }

  @Test
  void aBrokenProviderDoesNotStopTheOthers() {
    Speaks right = new Speaks("right");

    assertThat(LanguageModels.find("right", brokenAndThen(right))).isSameAs(right);
    assertThatThrownBy(() -> LanguageModels.find("other", brokenAndThen(right)))
        .hasMessageContaining("(broken: no constructor)");
  }

  private static Iterable<LanguageModelProvider> brokenAndThen(LanguageModelProvider provider) {
    return () ->
        new Iterator<>() {
          private int at;

          @Override
          public boolean hasNext() {
            return at < 2;
          }

          @Override
          public LanguageModelProvider next() {
            if (at++ == 0) {
              throw new ServiceConfigurationError("no constructor");
            }
            return provider;
          }
        };
  }
}
