package io.stagger.cli.report;

import io.stagger.engine.io.FileReplacement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Charts as files, each as SVG and as PNG. */
final class PlotFiles {

  private PlotFiles() {}

  /**
   * Writes charts. All are drawn before the first is written.
   *
   * @param folder an existing folder
   * @return the files
   * @throws io.stagger.api.error.InvalidInputException if one cannot be written; no file is half
   *     written
   */
  static List<Path> write(List<Plot> plots, Path folder) {
    List<Drawing> drawings = new ArrayList<>();
    for (Plot plot : plots) {
      drawings.add(new Drawing(folder.resolve(plot.name() + ".svg"), plot.svg()));
      drawings.add(new Drawing(folder.resolve(plot.name() + ".png"), plot.png()));
    }
    drawings.forEach(
        drawing -> FileReplacement.write(drawing.file(), out -> out.write(drawing.content())));
    return drawings.stream().map(Drawing::file).toList();
  }

  @SuppressWarnings("ArrayRecordComponent") // written and forgotten
  private record Drawing(Path file, byte[] content) {}
}
