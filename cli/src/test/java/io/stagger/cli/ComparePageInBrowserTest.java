package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a comparison as a browser shows it; its pictures stay in {@code target}. */
class ComparePageInBrowserTest {

  private static final int WHITE = 0xFFFFFF;
  private static final int DARK = 0x0D1117;

  @TempDir private static Path folder;

  private static Browser browser;
  private static Path page;

  @BeforeAll
  static void compareOnce() {
    browser = Browser.installed(folder);
    page = folder.resolve("compare.html");
    Run run =
        Run.of(
            "compare",
            "--trace",
            CompareFilesTest.skewedTrace(folder.resolve("day.arrow")),
            "--ranks",
            4,
            "--hardware",
            "h20x8",
            "--hidden",
            1024,
            "--intermediate",
            256,
            "--html",
            page);
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private static BufferedImage picture(String name, String scheme) throws Exception {
    Path file = Files.createDirectories(Path.of("target", "pages")).resolve(name).toAbsolutePath();
    browser.open(page, scheme, "--window-size=1000,3000", "--screenshot=" + file);
    return ImageIO.read(file.toFile());
  }

  private static long share(BufferedImage image, int color) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    long same = IntStream.of(pixels).filter(pixel -> (pixel & 0xFFFFFF) == color).count();
    return 100 * same / pixels.length;
  }

  private static long colors(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return IntStream.of(pixels).distinct().count();
  }

  @Test
  void isLightForThoseWhoPreferLight() throws Exception {
    BufferedImage light = picture("compare-light.png", "--blink-settings=preferredColorScheme=1");
    assertThat(share(light, WHITE)).isGreaterThan(40);
    assertThat(colors(light)).as("heat maps have many").isGreaterThan(200);
  }

  @Test
  void isDarkForThoseWhoPreferDarkChartsToo() throws Exception {
    BufferedImage dark = picture("compare-dark.png", "--blink-settings=preferredColorScheme=0");
    assertThat(share(dark, DARK)).isGreaterThan(40);
    assertThat(share(dark, WHITE)).as("no chart brings a white ground").isLessThan(2);
    assertThat(colors(dark)).isGreaterThan(200);
  }

  /** A frame as wide as a phone, since a browser's own window cannot be made so narrow. */
  @Test
  void doesNotScrollSidewaysOnAPhone() throws IOException, InterruptedException {
    Path phone = folder.resolve("phone.html");
    Files.writeString(
        phone,
        """
        <!DOCTYPE html><title>loading</title>
        <iframe id="phone" width="390" height="844" src="compare.html"></iframe>
        <script>
        onload = () => {
          const seen = phone.contentDocument.documentElement;
          const images = [...seen.querySelectorAll('img')];
          document.title = seen.clientWidth + ' ' + seen.scrollWidth + ' '
              + images.filter(image => image.complete && image.naturalWidth > 0).length + '/'
              + images.length;
        };
        </script>
        """);
    assertThat(browser.open(phone, "--dump-dom")).contains("<title>390 390 13/13</title>");
  }
}
