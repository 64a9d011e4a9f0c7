package org.attention4j.examples.training;

import java.util.stream.IntStream;
import org.attention4j.generation.Sampler;
import org.attention4j.generation.TokenGenerator;

/** Lets a character model write. */
public final class TextSampler {
  /** A little below one: livelier than the likeliest character, tamer than the model's own odds. */
  private static final double TEMPERATURE = 0.7;

  private TextSampler() {}

  /**
   * Draws one character after the other from p^(1/0.7), p the model's guess after what stands there
   * already.
   *
   * @param model the model
   * @param beginning how the text begins; at least one character
   * @param length how many characters to add
   * @param seed what fixes the draws
   * @return the beginning and what was added
   */
  public static String write(TokenGenerator model, String beginning, int length, long seed) {
    Text begun = Alphabet.encode(beginning);
    int[] symbols = IntStream.range(0, begun.length()).map(begun::symbol).toArray();
    Sampler sampler =
        Sampler.builder()
            .temperature(TEMPERATURE)
            .without(Alphabet.OTHER) // what stands for all other characters cannot be written
            .seed(seed)
            .build();
    StringBuilder text = new StringBuilder(beginning);
    for (int symbol : model.generate(symbols, length, sampler)) {
      text.append(Alphabet.character(symbol));
    }
    return text.toString();
  }
}
