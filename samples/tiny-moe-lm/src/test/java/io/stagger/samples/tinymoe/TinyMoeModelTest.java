package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.InvalidInputException;
import io.stagger.api.text.LanguageModel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The dense part by itself: its MoE layers are an oracle in double precision. */
class TinyMoeModelTest {

  private static final Checkpoint CHECKPOINT = Checkpoint.read();
  private static final Golden GOLDEN = Golden.read();

  private final LanguageModel model = new TinyMoeProvider().open(CHECKPOINT);
  private final OracleMoe moe = new OracleMoe(CHECKPOINT);

  @Test
  void choosesTheGoldenExpertsForEveryTokenOfThePrompt() {
    model.begin(moe).append(model.encode(GOLDEN.prompt()));

    for (int layer = 0; layer < 4; layer++) {
      assertThat(moe.routes(layer))
          .as("layer " + layer)
          .containsExactly(Arrays.stream(GOLDEN.routes(layer)).boxed().toArray(Integer[]::new));
    }
  }

  @Test
  void givesTheGoldenLogitsOfThePrompt() {
    float[] logits = model.begin(moe).append(model.encode(GOLDEN.prompt()));

    assertThat(Logits.relativeError(logits, Golden.logits())).isLessThan(1e-5);
  }

  @Test
  void predictsTheGoldenNextBytes() {
    float[] logits = model.begin(moe).append(model.encode(GOLDEN.prompt()));

    assertThat(Logits.argmax(logits, model.vocabularySize())).isEqualTo(GOLDEN.greedyNext());
  }

  @Test
  void givesTheSameBitsHoweverATextIsCutIntoCalls() {
    int[] tokens = model.encode(GOLDEN.prompt());
    float[] whole = model.begin(moe).append(tokens);
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      LanguageModel.Session session = model.begin(moe);
      float[] pieces = new float[whole.length];
      for (int from = 0; from < tokens.length; ) {
        int to = Math.min(tokens.length, from + random.nextInt(1, 40));
        float[] piece = session.append(Arrays.copyOfRange(tokens, from, to));
        System.arraycopy(piece, 0, pieces, from * model.vocabularySize(), piece.length);
        from = to;
      }
      assertThat(pieces).as("seed " + seed).isEqualTo(whole);
    }
  }

  @Test
  void keepsTheTextOfACallThatFailedAsItWas() {
    int[] tokens = model.encode("Do what you can");
    float[] expected = model.begin(moe).append(tokens);
    boolean[] failing = {true};
    LanguageModel.Session session =
        model.begin((layer, hidden) -> {
          if (failing[0] && layer == 2) {
            throw new IllegalStateException("a rank is gone");
          }
          return moe.forward(layer, hidden);
        });

    assertThatThrownBy(() -> session.append(model.encode("something else")))
        .hasMessage("a rank is gone");
    failing[0] = false;
    assertThat(session.append(tokens)).isEqualTo(expected);
  }

  @Test
  void appendsNothing() {
    assertThat(model.begin(moe).append(new int[0])).isEmpty();
  }

  @Test
  void refusesMoreTokensThanTheContextHolds() {
    LanguageModel.Session session = model.begin((layer, hidden) -> hidden);
    session.append(new int[250]);

    assertThatThrownBy(() -> session.append(new int[7]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "text: 250 tokens and 7 more; expected at most 256, the context of the model. "
                + "Begin a new session for the text that follows");
  }

  @Test
  void refusesATokenThatIsNoByte() {
    LanguageModel.Session session = model.begin((layer, hidden) -> hidden);

    assertThatThrownBy(() -> session.append(new int[] {65, 256}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("text: token 256; expected a byte, 0 to 255");
  }

  @Test
  void decodesWhatItEncoded() {
    String text = "Grüße, 床前明月光 🌕";

    assertThat(model.decode(model.encode(text))).isEqualTo(text);
  }

  @Test
  void decodesAnIncompleteCharacterAsTheReplacementCharacter() {
    assertThat(model.decode(new int[] {'a', 0xE5, 'b'})).isEqualTo("a\uFFFDb");
  }
}
