package org.attention4j.generation;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Chooses the next token of a text from a language model's probabilities p:
 *
 * <pre>
 *   s = log p;  s = penalty * s   for each token that is in the text already
 *   q = softmax(s / T)
 *   q keeps its k largest, and of these the smallest set that holds a share P of their sum
 *   the token is drawn from q
 * </pre>
 *
 * <p>Greedy takes the largest s and draws nothing. Of equal tokens the first counts as the larger.
 *
 * <p>A sampler draws on: the same seed gives the same tokens for the same calls. For one thread at
 * a time.
 *
 * @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al. 2020, on the share P
 *     ("nucleus")</a>
 * @see <a href="https://arxiv.org/abs/1909.05858">Keskar et al. 2019, on the penalty</a>, there on
 *     logits, which a head that gives probabilities does not tell
 */
public final class Sampler {
  private final boolean greedy;
  private final double temperature;
  private final int topK;
  private final double topP;
  private final double repetitionPenalty;
  private final int[] without;
  private final Random random;

  private Sampler(Builder builder) {
    greedy = builder.greedy;
    temperature = builder.temperature;
    topK = builder.topK;
    topP = builder.topP;
    repetitionPenalty = builder.repetitionPenalty;
    without = builder.without;
    random = new Random(builder.seed);
  }

  /**
   * Takes the likeliest token each time.
   *
   * @return a sampler without a penalty
   */
  public static Sampler greedy() {
    return builder().greedy(true).build();
  }

  /**
   * Starts with the model's own probabilities: T = 1, no limits, no penalty, seed 0.
   *
   * @return the options
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Chooses a token.
   *
   * @param probabilities one for each token, at least 0 and not all 0; the sum does not matter
   * @param text the tokens so far, for the penalty
   * @return a token
   * @throws IllegalArgumentException if a probability is negative or no number, or all are 0
   */
  public int next(double[] probabilities, int[] text) {
    double[] scores = scores(probabilities, text);
    double largest = Arrays.stream(scores).max().orElseThrow();
    if (greedy) {
      return first(scores, largest);
    }
    // Numbers below are at most 1, and 1 for the largest.
    double[] weights =
        Arrays.stream(scores).map(score -> Math.exp((score - largest) / temperature)).toArray();
    if (topK > 0 || topP < 1) {
      double[] rising = weights.clone();
      Arrays.sort(rising);
      int kept = kept(rising);
      dropBelow(rising[rising.length - kept], kept, weights);
    }
    return draw(weights);
  }

  private static int first(double[] scores, double wanted) {
    return IntStream.range(0, scores.length)
        .filter(token -> scores[token] == wanted)
        .findFirst()
        .orElseThrow();
  }

  private double[] scores(double[] probabilities, int[] text) {
    double[] scores = new double[probabilities.length];
    for (int token = 0; token < scores.length; token++) {
      double p = probabilities[token];
      if (!(p >= 0) || p == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "Sampler: the probability of token %d is %s but must be finite and at least 0."
                .formatted(token, p));
      }
      scores[token] = p;
    }
    for (int token : without) {
      if (token < scores.length) {
        scores[token] = 0;
      }
    }
    double sum = Arrays.stream(scores).sum();
    if (sum == 0) {
      throw new IllegalArgumentException(
          "Sampler: the probabilities of all tokens that may be chosen are 0 but one must be"
              + " above.");
    }
    for (int token = 0; token < scores.length; token++) {
      scores[token] = Math.log(scores[token] / sum);
    }
    if (repetitionPenalty != 1) {
      IntStream.of(text)
          .distinct()
          .filter(token -> token >= 0 && token < scores.length)
          .forEach(token -> scores[token] *= repetitionPenalty);
    }
    return scores;
  }

  /** How many tokens are kept: k, or fewer that hold the share P of what k hold. */
  private int kept(double[] rising) {
    int limit = topK == 0 ? rising.length : Math.min(topK, rising.length);
    if (topP == 1) {
      return limit;
    }
    double wanted = topP * Arrays.stream(rising, rising.length - limit, rising.length).sum();
    double sum = 0;
    int kept = 0;
    while (kept < limit && sum < wanted) {
      sum += rising[rising.length - ++kept];
    }
    return kept;
  }

  /** Sets all weights to 0 but those above a threshold and, of those equal to it, the first. */
  private static void dropBelow(double threshold, int kept, double[] weights) {
    int equal = kept - (int) Arrays.stream(weights).filter(weight -> weight > threshold).count();
    for (int token = 0; token < weights.length; token++) {
      boolean keeps = weights[token] > threshold || (weights[token] == threshold && equal-- > 0);
      weights[token] = keeps ? weights[token] : 0;
    }
  }

  private int draw(double[] weights) {
    double left = random.nextDouble() * Arrays.stream(weights).sum();
    int last = 0;
    for (int token = 0; token < weights.length; token++) {
      if (weights[token] > 0) {
        left -= weights[token];
        last = token;
        if (left < 0) {
          return token;
        }
      }
    }
    return last;
  }

  /** Options of a sampler. */
  public static final class Builder {
    private boolean greedy;
    private double temperature = 1;
    private int topK;
    private double topP = 1;
    private double repetitionPenalty = 1;
    private int[] without = {};
    private long seed;

    private Builder() {}

    /**
     * Takes the likeliest token each time, after the penalty. The other options then mean nothing.
     *
     * @param greedy false unless set
     * @return this
     */
    public Builder greedy(boolean greedy) {
      this.greedy = greedy;
      return this;
    }

    /**
     * Sets T. Below 1 the likely tokens get likelier.
     *
     * @param temperature positive and finite; 1 unless set
     * @return this
     */
    public Builder temperature(double temperature) {
      this.temperature = temperature;
      return this;
    }

    /**
     * Draws from the k likeliest tokens alone.
     *
     * @param topK at least 1; 0, the default, for all
     * @return this
     */
    public Builder topK(int topK) {
      this.topK = topK;
      return this;
    }

    /**
     * Draws from the smallest set of tokens that together have the probability P.
     *
     * @param topP above 0 and at most 1; 1, the default, for all tokens
     * @return this
     */
    public Builder topP(double topP) {
      this.topP = topP;
      return this;
    }

    /**
     * Makes tokens that are in the text already less likely.
     *
     * @param repetitionPenalty the factor on their log-probabilities, at least 1 and finite; 1
     *     unless set
     * @return this
     */
    public Builder repetitionPenalty(double repetitionPenalty) {
      this.repetitionPenalty = repetitionPenalty;
      return this;
    }

    /**
     * Never takes some tokens, as those that are no text.
     *
     * @param tokens at least 0 each; none unless set
     * @return this
     */
    public Builder without(int... tokens) {
      without = tokens.clone();
      return this;
    }

    /**
     * Sets what fixes the draws.
     *
     * @param seed 0 unless set
     * @return this
     */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Makes the sampler.
     *
     * @return a new one
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    public Sampler build() {
      require(
          temperature > 0 && Double.isFinite(temperature),
          "temperature",
          temperature,
          "positive and finite (greedy takes the likeliest token)");
      require(topK >= 0, "topK", topK, "at least 1, or 0 for all tokens");
      require(topP > 0 && topP <= 1, "topP", topP, "above 0 and at most 1");
      require(
          repetitionPenalty >= 1 && Double.isFinite(repetitionPenalty),
          "repetitionPenalty",
          repetitionPenalty,
          "at least 1 and finite");
      for (int token : without) {
        require(token >= 0, "without", token, "a token, at least 0");
      }
      return new Sampler(this);
    }

    private static void require(boolean holds, String option, Object value, String expected) {
      if (!holds) {
        throw new IllegalArgumentException(
            "Sampler: %s is %s but must be %s.".formatted(option, value, expected));
      }
    }
  }
}
