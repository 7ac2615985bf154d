package io.stagger.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void alignsTextLeftAndNumbersRight() {
    StringWriter text = new StringWriter();
    TextTable table = new TextTable().column("name").numbers("n");
    table.row("zigzag", 7).row("auto", 1234);
    table.print(new PrintWriter(text, true));
    assertThat(text.toString().lines())
        .containsExactly(
            "name       n", //
            "------  ----",
            "zigzag     7",
            "auto    1234");
  }

  @Test
  void refusesARowOfAnotherWidth() {
    TextTable table = new TextTable().column("name");
    assertThatIllegalArgumentException().isThrownBy(() -> table.row("a", "b"));
  }
}
