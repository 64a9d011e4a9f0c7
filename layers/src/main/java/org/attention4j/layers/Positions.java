package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.stream.IntStream;
import org.attention4j.internal.attention.AlibiSlopes;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arithmetic of {@link Position}: positions are DOUBLE vectors [T], whatever the layer's type.
 */
final class Positions {
  /** That of the paper. */
  static final double DEFAULT_ROTARY_BASE = 10_000;

  private Positions() {}

  /** The positions of queries of which the last stands at the last key. */
  static SDVariable fromEnd(SDVariable queries, SDVariable keys) {
    return doubleRange(queries).add(keys.sub(queries).castTo(DataType.DOUBLE));
  }

  /**
   * Turns each plane of features by an angle that grows with the position.
   *
   * @param x shape [b, h, d, T]
   * @param positions shape [T]
   * @param headSize d, even
   * @param base the angle of plane i grows by {@code base^(-2 i / d)} with each step
   * @return shape [b, h, d, T]
   */
  static SDVariable rotate(SDVariable x, SDVariable positions, long headSize, double base) {
    SameDiff sd = x.getSameDiff();
    long half = headSize / 2;
    double[] frequencies =
        IntStream.range(0, Math.toIntExact(half))
            .mapToDouble(i -> Math.pow(base, -2.0 * i / headSize))
            .toArray();
    SDVariable angles =
        sd.constant(Nd4j.createFromArray(frequencies).reshape(1, 1, half, 1))
            .mul(positions.reshape(1, 1, 1, -1));
    SDVariable cosine = sd.math.cos(angles).castTo(x.dataType());
    SDVariable sine = sd.math.sin(angles).castTo(x.dataType());
    SDVariable first = features(x, 0, half);
    SDVariable second = features(x, half, headSize);
    return sd.concat(
        2, first.mul(cosine).sub(second.mul(sine)), first.mul(sine).add(second.mul(cosine)));
  }

  private static SDVariable features(SDVariable x, long from, long to) {
    return x.get(SDIndex.all(), SDIndex.all(), SDIndex.interval(from, to), SDIndex.all());
  }

  /** By how much a score falls with each step between query and key. */
  static double slope(int head, int heads) {
    return AlibiSlopes.of(head, heads);
  }

  /**
   * What is added to the scores for the distance between query and key.
   *
   * @param queries positions [Tq]
   * @param keys positions [Tk]
   * @param heads h
   * @return shape [1, h, Tq, Tk]
   */
  static SDVariable linearBias(SDVariable queries, SDVariable keys, int heads) {
    SameDiff sd = queries.getSameDiff();
    double[] slopes = IntStream.range(0, heads).mapToDouble(head -> slope(head, heads)).toArray();
    SDVariable distance = sd.math.abs(queries.reshape(1, 1, -1, 1).sub(keys.reshape(1, 1, 1, -1)));
    return distance.mul(sd.constant(Nd4j.createFromArray(slopes).reshape(1, heads, 1, 1))).neg();
  }
}
