package io.stagger.cli.report;

import java.awt.Color;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import org.apache.batik.svggen.DefaultExtensionHandler;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGPaintDescriptor;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Writes gradients of several colours, which Batik leaves to extensions. */
final class GradientInSvg extends DefaultExtensionHandler {

  @Override
  public @Nullable SVGPaintDescriptor handlePaint(Paint paint, SVGGeneratorContext context) {
    return paint instanceof LinearGradientPaint gradient
        ? gradient(gradient, context)
        : super.handlePaint(paint, context);
  }

  private static SVGPaintDescriptor gradient(
      LinearGradientPaint paint, SVGGeneratorContext context) {
    Document document = context.getDOMFactory();
    String id = context.getIDGenerator().generateID("gradient");
    Element element = document.createElementNS(Plot.SVG, "linearGradient");
    element.setAttribute("id", id);
    element.setAttribute("gradientUnits", "userSpaceOnUse");
    element.setAttribute("x1", context.doubleString(paint.getStartPoint().getX()));
    element.setAttribute("y1", context.doubleString(paint.getStartPoint().getY()));
    element.setAttribute("x2", context.doubleString(paint.getEndPoint().getX()));
    element.setAttribute("y2", context.doubleString(paint.getEndPoint().getY()));
    Color[] colors = paint.getColors();
    float[] fractions = paint.getFractions();
    for (int i = 0; i < colors.length; i++) {
      Element stop = document.createElementNS(Plot.SVG, "stop");
      stop.setAttribute("offset", context.doubleString(fractions[i]));
      stop.setAttribute("stop-color", PlotStyle.rgb(colors[i]));
      element.appendChild(stop);
    }
    return new SVGPaintDescriptor("url(#" + id + ")", "1", element);
  }
}
