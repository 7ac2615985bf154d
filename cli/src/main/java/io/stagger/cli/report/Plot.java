package io.stagger.cli.report;

import java.awt.Dimension;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A chart, ready to be drawn. The same chart gives the same bytes on a machine; between machines,
 * letters may differ as their fonts do.
 *
 * @param name of its files, without what they end in
 * @param text what it shows, for those who do not see it
 * @param chart the chart; not changed any more
 */
record Plot(String name, String text, Chart<?, ?> chart) {

  static final String SVG = "http://www.w3.org/2000/svg";
  private static final int DECIMALS = 2;
  private static final double SCALE_PRECISION = 100;

  /** The end of a scale that reaches a number, since the library prints it with all its digits. */
  static double roundUp(double most) {
    return Math.ceil(most * SCALE_PRECISION) / SCALE_PRECISION;
  }

  /** As SVG that follows the reader's choice of light or dark, and has no ground of its own. */
  byte[] svg() {
    Document document = document();
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setComment("");
    context.setPrecision(DECIMALS);
    context.setExtensionHandler(new GradientInSvg());
    SVGGraphics2D canvas = new SVGGraphics2D(context, false);
    canvas.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
    chart.paint(canvas, chart.getWidth(), chart.getHeight());
    Element root = canvas.getRoot();
    root.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
    root.insertBefore(element(document, "style", PlotStyle.css()), root.getFirstChild());
    root.insertBefore(element(document, "desc", text), root.getFirstChild());
    root.insertBefore(element(document, "title", chart.getTitle()), root.getFirstChild());
    StringWriter out = new StringWriter();
    try {
      canvas.stream(root, out, false, false);
    } catch (IOException e) {
      throw new AssertionError("a string can always be written to", e);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Element element(Document document, String name, String text) {
    Element element = document.createElementNS(SVG, name);
    element.setTextContent(text);
    return element;
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newDefaultNSInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVG, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new AssertionError("the JDK builds XML documents", e);
    }
  }

  /** As PNG on white. */
  byte[] png() {
    int width = chart.getWidth();
    int height = chart.getHeight();
    return PngPicture.of(width, height, canvas -> chart.paint(canvas, width, height));
  }
}
