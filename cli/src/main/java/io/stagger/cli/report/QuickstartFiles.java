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
    QuickstartPictures pictures = new QuickstartPictures(result);
    byte[] rankLoad = pictures.rankLoad().png();
    byte[] expertLoad = pictures.expertLoad().png();
    byte[] coSelection = pictures.coSelection().png();
    String page = new QuickstartPage(result).html(rankLoad, expertLoad, coSelection);
    return new QuickstartFiles(
        write(folder, "quickstart.html", page.getBytes(StandardCharsets.UTF_8)),
        List.of(
            write(folder, "rank-load.png", rankLoad),
            write(folder, "expert-load.png", expertLoad),
            write(folder, "co-selection.png", coSelection)));
  }

  private static Path write(Path folder, String name, byte[] content) {
    Path file = folder.resolve(name);
    FileReplacement.write(file, out -> out.write(content));
    return file;
  }
}
