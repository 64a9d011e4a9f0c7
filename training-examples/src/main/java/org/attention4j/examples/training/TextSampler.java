package org.attention4j.examples.training;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lets a character model write. */
public final class TextSampler {
  /** A little below one: livelier than the likeliest character, tamer than the model's own odds. */
  private static final double TEMPERATURE = 0.7;

  private TextSampler() {}

  /**
   * Draws one character after the other from p^(1/0.7), p the model's guess after what stands there
   * already.
   *
   * @param model from symbols [1, 1, T] to the probabilities of what follows each, [1, symbols, T]
   * @param beginning how the text begins; at least one character
   * @param length how many characters to add
   * @param context how many characters the model sees at most
   * @param seed what fixes the draws
   * @return the beginning and what was added
   */
  public static String write(
      UnaryOperator<INDArray> model, String beginning, int length, int context, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder(beginning);
    for (int i = 0; i < length; i++) {
      Text seen = Alphabet.encode(text.substring(Math.max(0, text.length() - context)));
      text.append(Alphabet.character(draw(odds(model, seen), random)));
    }
    return text.toString();
  }

  private static double[] odds(UnaryOperator<INDArray> model, Text seen) {
    INDArray features = Nd4j.create(DataType.FLOAT, 1, 1, seen.length());
    for (int t = 0; t < seen.length(); t++) {
      features.putScalar(0, 0, t, seen.symbol(t));
    }
    INDArray last =
        model
            .apply(features)
            .get(NDArrayIndex.point(0), NDArrayIndex.all(), NDArrayIndex.point(seen.length() - 1L));
    double[] odds = last.castTo(DataType.DOUBLE).toDoubleVector();
    for (int i = 0; i < odds.length; i++) {
      odds[i] = Math.pow(odds[i], 1 / TEMPERATURE);
    }
    // What stands for all characters outside the alphabet cannot be written.
    odds[Alphabet.OTHER] = 0;
    return odds;
  }

  private static int draw(double[] odds, SplittableRandom random) {
    double sum = 0;
    for (double each : odds) {
      sum += each;
    }
    double left = random.nextDouble() * sum;
    for (int symbol = 0; symbol < odds.length - 1; symbol++) {
      left -= odds[symbol];
      if (left < 0) {
        return symbol;
      }
    }
    return Alphabet.NEWLINE;
  }
}
