package io.stagger.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HtmlTemplateTest {

  @Test
  void refusesToLeaveAGap() {
    assertThatThrownBy(() -> HtmlTemplate.resource("quickstart.html").fill(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no value for ${");
  }

  @Test
  void escapesWhatHtmlWouldRead() {
    assertThat(HtmlTemplate.escape("<a & \"b\">")).isEqualTo("&lt;a &amp; &quot;b&quot;&gt;");
  }
}
