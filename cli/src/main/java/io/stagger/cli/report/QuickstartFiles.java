package io.stagger.cli.report;

import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.quickstart.QuickstartResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What the quick start leaves in its folder.
 *
 * @param page the page, which holds everything
 * @param pictures the same pictures as files of their own
 */
public record QuickstartFiles(Path page, List<Path> pictures) {

  /** Keeps its own list. */
  public QuickstartFiles {
    pictures = List.copyOf(pictures);
  }

  /**
   * Draws everything and writes it.
   *
   * @param folder an existing folder
   * @throws io.stagger.api.error.InvalidInputException if it cannot be written to
   */
  public static QuickstartFiles write(QuickstartResult result, Path folder) {
    QuickstartPlots plots = new QuickstartPlots(result);
    byte[] page = new QuickstartPage(result).html(plots).getBytes(StandardCharsets.UTF_8);
    List<Path> pictures = PlotFiles.write(plots.all(), folder);
    Path file = folder.resolve("quickstart.html");
    FileReplacement.write(file, out -> out.write(page));
    return new QuickstartFiles(file, pictures);
  }
}
