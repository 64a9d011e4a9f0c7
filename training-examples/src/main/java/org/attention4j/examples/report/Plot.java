package org.attention4j.examples.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;

/**
 * What a chart shows, whatever draws it.
 *
 * @param title above it
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param curves one behind the other, the first at the bottom
 */
public record Plot(String title, Axis x, Axis y, List<Curve> curves) {
  /** How far apart the numbers of an axis are. */
  public enum Scale {
    /** As far as they differ. */
    LINEAR,
    /** As far as their logarithms differ; a label at each power of ten. */
    LOG10,
    /** As far as their logarithms differ; a label at each power of two. */
    LOG2,
    /** Not numbers but names, at 0, 1, 2 and so on. */
    NAMES;

    /** Whether a number has a position on the axis. */
    boolean has(double value) {
      return Double.isFinite(value) && (value > 0 || this == LINEAR || this == NAMES);
    }

    /** Its name in the page. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a curve is drawn. */
  public enum Style {
    /** As a line in its colour. */
    LINE,
    /** As points in its colour that no line joins. */
    POINTS,
    /** As a grey line to compare with. */
    GUIDE;

    /** Its name in the page. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An axis.
   *
   * @param title beside it
   * @param scale how far apart its numbers are
   * @param least what it shows at least; may be empty
   * @param names what stands at 0, 1, 2 and so on if the scale is {@link Scale#NAMES}, else empty
   */
  public record Axis(String title, Scale scale, double[] least, List<String> names) {
    /**
     * Copies the lists.
     *
     * @param title beside it
     * @param scale how far apart its numbers are
     * @param least what it shows at least
     * @param names of its positions
     */
    public Axis {
      least = least.clone();
      names = List.copyOf(names);
    }

    /**
     * An axis that shows no more than the curves have.
     *
     * @param title beside it
     * @param scale how far apart its numbers are
     * @return the axis
     */
    public static Axis of(String title, Scale scale) {
      return new Axis(title, scale, new double[0], List.of());
    }
  }

  /**
   * A curve; what has no position on an axis is not drawn.
   *
   * @param name in the legend
   * @param style how it is drawn
   * @param color the number of its colour, from 0; guides have none
   * @param x where its points are
   * @param y how high
   * @param low where the spread around each point begins; empty if there is none
   * @param high where the spread ends
   */
  public record Curve(
      String name,
      Style style,
      OptionalInt color,
      double[] x,
      double[] y,
      double[] low,
      double[] high) {
    /**
     * Checks the lengths.
     *
     * @param name in the legend
     * @param style how it is drawn
     * @param color the number of its colour
     * @param x where its points are
     * @param y how high
     * @param low where the spread begins
     * @param high where the spread ends
     * @throws IllegalArgumentException if there are not as many of each
     */
    public Curve {
      if (x.length != y.length
          || low.length != high.length
          || (low.length > 0 && low.length != x.length)) {
        throw new IllegalArgumentException(
            "The curve '%s' has %d x, %d y, %d low and %d high."
                .formatted(name, x.length, y.length, low.length, high.length));
      }
    }

    boolean hasSpread() {
      return low.length > 0;
    }
  }

  /**
   * Copies the curves.
   *
   * @param title above it
   * @param x the horizontal axis
   * @param y the vertical axis
   * @param curves from bottom to top
   */
  public Plot {
    curves = List.copyOf(curves);
  }

  /**
   * What the vertical axis has to show: heights, ends of spreads and its own least.
   *
   * @return all of it, ascending
   */
  public double[] heights() {
    return DoubleStream.concat(
            Arrays.stream(y.least()),
            curves.stream()
                .flatMapToDouble(
                    curve ->
                        DoubleStream.concat(
                            Arrays.stream(curve.y()),
                            DoubleStream.concat(
                                Arrays.stream(curve.low()), Arrays.stream(curve.high())))))
        .filter(y.scale()::has)
        .sorted()
        .toArray();
  }
}
