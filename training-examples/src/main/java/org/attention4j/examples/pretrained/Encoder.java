package org.attention4j.examples.pretrained;

/** Computes the features of each step of texts. */
interface Encoder extends AutoCloseable {
  /**
   * Runs the model.
   *
   * @param batch the texts
   * @return [b, T, size], the last axis runs fastest; what stands at padding means nothing
   */
  float[] features(TokenBatch batch);

  @Override
  void close();
}
