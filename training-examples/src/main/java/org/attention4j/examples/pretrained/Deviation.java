package org.attention4j.examples.pretrained;

/** The largest differences between two models that ought to be one. */
final class Deviation {
  private double feature;
  private double cosine = 1;

  /**
   * Takes in a batch.
   *
   * @param batch the sentences
   * @param first the features of one model, [b, T, size]
   * @param second those of the other
   */
  void add(TokenBatch batch, float[] first, float[] second) {
    int size = first.length / (batch.size() * batch.steps());
    for (int b = 0; b < batch.size(); b++) {
      int from = b * batch.steps() * size;
      for (int i = from; i < from + batch.lengths()[b] * size; i++) {
        // A difference that is no number must not pass for a small one.
        double difference = Math.abs((double) first[i] - second[i]);
        feature = Double.isNaN(difference) ? difference : Math.max(feature, difference);
      }
    }
    double[][] firstVectors = SentenceVectors.of(first, batch);
    double[][] secondVectors = SentenceVectors.of(second, batch);
    for (int b = 0; b < batch.size(); b++) {
      cosine = Math.min(cosine, SentenceVectors.product(firstVectors[b], secondVectors[b]));
    }
  }

  /** The largest difference of a feature of a token; NaN if any was. */
  double feature() {
    return feature;
  }

  /** The smallest cosine between the two vectors of a sentence. */
  double cosine() {
    return cosine;
  }
}
