package org.attention4j.examples.training;

/**
 * What models without attention need on the validation text, in bits per character: n-gram models
 * of the training text with interpolated Witten–Bell smoothing, as cross entropies of the whole
 * validation text.
 *
 * <p>A transformer whose attention does nothing still sees one character and can learn the bigram.
 * So attention has been of use only below the bigram.
 *
 * @param unigram knows how often each character occurs
 * @param bigram knows the character before
 * @param trigram knows the two characters before
 */
public record Baselines(double unigram, double bigram, double trigram) {
  /**
   * Measures them.
   *
   * @param corpus the texts
   * @return the same for the same texts
   */
  public static Baselines of(Corpus corpus) {
    return new Baselines(bits(corpus, 1), bits(corpus, 2), bits(corpus, 3));
  }

  private static double bits(Corpus corpus, int order) {
    return new NgramModel(corpus.train(), order).bits(corpus.validation());
  }
}
