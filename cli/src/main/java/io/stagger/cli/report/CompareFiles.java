package io.stagger.cli.report;

import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.simulator.Comparison;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A comparison as files for people: a page, and each chart as SVG and PNG. */
public final class CompareFiles {

  private final Comparison comparison;
  private final ComparePlots plots;

  /** Draws a comparison. */
  public CompareFiles(Comparison comparison) {
    this.comparison = comparison;
    this.plots = new ComparePlots(comparison);
  }

  /**
   * Writes the page, which needs nothing beside it.
   *
   * @throws io.stagger.api.error.InvalidInputException if it cannot be written; what was there
   *     before is still there
   */
  public void writePage(Path file) {
    byte[] page = new ComparePage(comparison, plots).html().getBytes(StandardCharsets.UTF_8);
    FileReplacement.write(file, out -> out.write(page));
  }

  /**
   * Writes every chart, twice. All are drawn before the first is written.
   *
   * @param folder an existing folder
   * @return the files
   * @throws io.stagger.api.error.InvalidInputException if one cannot be written; no file is half
   *     written
   */
  public List<Path> writePlots(Path folder) {
    return PlotFiles.write(plots.all(), folder);
  }
}
