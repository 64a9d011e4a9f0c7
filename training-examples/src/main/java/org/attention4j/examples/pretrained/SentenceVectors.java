package org.attention4j.examples.pretrained;

import java.util.List;

/** Vectors of sentences, as sentence-transformers has them. */
final class SentenceVectors {
  private SentenceVectors() {}

  /**
   * The mean of a sentence's features over its tokens, of length 1.
   *
   * @param features [b, T, size]
   * @param batch the sentences
   * @return [b][size]
   */
  static double[][] of(float[] features, TokenBatch batch) {
    int size = features.length / (batch.size() * batch.steps());
    double[][] vectors = new double[batch.size()][size];
    for (int b = 0; b < vectors.length; b++) {
      for (int t = 0; t < batch.lengths()[b]; t++) {
        int step = (b * batch.steps() + t) * size;
        for (int i = 0; i < size; i++) {
          vectors[b][i] += features[step + i];
        }
      }
      double length = Math.sqrt(product(vectors[b], vectors[b]));
      for (int i = 0; i < size; i++) {
        vectors[b][i] /= length;
      }
    }
    return vectors;
  }

  /**
   * The vectors of all sentences.
   *
   * @param model computes their features
   * @param batches the sentences, each once
   * @return the vectors in the order of the sentences before they were joined to batches
   */
  static double[][] of(Encoder model, List<TokenBatch> batches) {
    double[][] vectors = new double[batches.stream().mapToInt(TokenBatch::size).sum()][];
    for (TokenBatch batch : batches) {
      put(of(model.features(batch), batch), batch, vectors);
    }
    return vectors;
  }

  /** Puts the vectors of a batch where its sentences were before they were joined. */
  static void put(double[][] ofBatch, TokenBatch batch, double[][] all) {
    for (int b = 0; b < ofBatch.length; b++) {
      all[batch.texts()[b]] = ofBatch[b];
    }
  }

  /** The scalar product; of vectors of length 1 it is the cosine. */
  static double product(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
