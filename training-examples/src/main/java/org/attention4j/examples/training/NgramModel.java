package org.attention4j.examples.training;

/**
 * Guesses the next character from the n - 1 before it, by how often it followed them in a text:
 * interpolated Witten–Bell smoothing,
 *
 * <pre>
 *   p(c | h) = (N(h c) + U(h) p(c | h')) / (N(h) + U(h)),   p(c | nothing at all) = 1 / V
 * </pre>
 *
 * <p>where h is the n - 1 characters before c, h' is h without its first character, N counts in the
 * training text, U(h) is the number of different characters that followed h there, and V is the
 * size of the {@link Alphabet}. A history that the training text does not have says nothing, and p
 * is that of h'. No character is impossible, and there is nothing to tune.
 *
 * @see <a href="https://aclanthology.org/P96-1041">Chen and Goodman 1996, An Empirical Study of
 *     Smoothing Techniques for Language Modeling, section 2.4</a>
 */
final class NgramModel {
  /** How often each sequence of k symbols stands in the text, for k = 1..n; base V numbers. */
  private final int[][] sequences;

  /** How often a history of k symbols is followed by one, for k = 0..n-1. */
  private final int[][] histories;

  /** By how many different ones. */
  private final int[][] followers;

  /**
   * Counts.
   *
   * @param train the text to count in
   * @param order n, from 1 to 3: the counts take V^n integers
   */
  NgramModel(Text train, int order) {
    sequences = new int[order][];
    histories = new int[order][];
    followers = new int[order][];
    int size = 1;
    for (int k = 0; k < order; k++) {
      histories[k] = new int[size];
      followers[k] = new int[size];
      size *= Alphabet.SIZE;
      sequences[k] = new int[size];
      count(train, k);
    }
  }

  private void count(Text train, int k) {
    for (int position = k; position < train.length(); position++) {
      int history = history(train, position, k);
      histories[k][history]++;
      if (sequences[k][history * Alphabet.SIZE + train.symbol(position)]++ == 0) {
        followers[k][history]++;
      }
    }
  }

  /**
   * The cross entropy of a text, {@code -mean log2 p(c | h)}. The first characters of the text have
   * shorter histories.
   *
   * @param text at least one character
   * @return bits per character
   */
  double bits(Text text) {
    double nats = 0;
    for (int position = 0; position < text.length(); position++) {
      nats -= Math.log(probability(text, position));
    }
    return nats / text.length() / Math.log(2);
  }

  private double probability(Text text, int position) {
    int symbol = text.symbol(position);
    double probability = 1.0 / Alphabet.SIZE;
    for (int k = 0; k < sequences.length && k <= position; k++) {
      int history = history(text, position, k);
      double unseen = followers[k][history];
      if (unseen > 0) {
        double seen = sequences[k][history * Alphabet.SIZE + symbol];
        probability = (seen + unseen * probability) / (histories[k][history] + unseen);
      }
    }
    return probability;
  }

  /** The k symbols before a position as a number. */
  private static int history(Text text, int position, int k) {
    int history = 0;
    for (int i = position - k; i < position; i++) {
      history = history * Alphabet.SIZE + text.symbol(i);
    }
    return history;
  }
}
