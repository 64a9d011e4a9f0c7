package org.attention4j.examples.training;

import java.util.ArrayList;
import java.util.List;

/**
 * A text to learn and a text to be judged by, split by document so that no document stands in both.
 *
 * @param name what the text is, for the report
 * @param train the text that the models learn
 * @param validation the text that they are judged by
 * @param split how the two were told apart, for the report
 */
public record Corpus(String name, Text train, Text validation, String split) {
  /** Every tenth document is for validation. */
  private static final int VALIDATION_STRIDE = 10;

  /** With fewer documents than this, a tenth of them says little. */
  private static final int MIN_DOCUMENTS = 20;

  /**
   * Splits documents: each tenth is for validation. Where there are too few documents the last
   * tenth of the characters is.
   *
   * @param name what the text is
   * @param documents the documents in a fixed order
   * @return the corpus; the same for the same documents
   */
  public static Corpus of(String name, List<String> documents) {
    List<Text> encoded = documents.stream().map(Alphabet::encode).toList();
    if (documents.size() < MIN_DOCUMENTS) {
      Text all = Text.join(encoded);
      int border = all.length() - all.length() / VALIDATION_STRIDE;
      return new Corpus(
          name,
          all.part(0, border),
          all.part(border, all.length()),
          "the last tenth of the characters is for validation");
    }
    List<Text> train = new ArrayList<>();
    List<Text> validation = new ArrayList<>();
    for (int i = 0; i < encoded.size(); i++) {
      boolean last = i % VALIDATION_STRIDE == VALIDATION_STRIDE - 1;
      (last ? validation : train).add(encoded.get(i));
    }
    return new Corpus(
        name,
        Text.join(train),
        Text.join(validation),
        "%d documents for training, %d for validation".formatted(train.size(), validation.size()));
  }

  /**
   * The bits per character that a model needs on the validation text if it knows nothing but how
   * often each character stands in the training text.
   *
   * @return the unigram of the {@link Baselines}
   */
  public double unigramEntropy() {
    return new NgramModel(train, 1).bits(validation);
  }

  /** The share of all characters that the alphabet does not know. */
  double otherShare() {
    double others = train.counts()[Alphabet.OTHER] + validation.counts()[Alphabet.OTHER];
    return others / (train.length() + validation.length());
  }

  /**
   * A number that changes with the texts.
   *
   * @return hexadecimal digits
   */
  public String fingerprint() {
    return "%08x%08x".formatted(train.contentHash(), validation.contentHash());
  }
}
