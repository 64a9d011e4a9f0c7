package org.attention4j.examples.pretrained;

import java.io.IOException;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** MiniLM as an encoder of sentences. */
final class MiniLm implements Encoder {
  /** Features of a step and of a sentence. */
  static final int SIZE = MiniLmFiles.SIZE;

  /** Longer texts are cut off, as its authors do. */
  private static final int MAX_TOKENS = 256;

  private final MultiLayerNetwork network;

  private MiniLm(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * Loads the model.
   *
   * @return the model, [b, T] to [b, 384, T]
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  static MiniLm load() throws IOException {
    return load(Normalizers.softmax());
  }

  /**
   * Loads the model under another normalizer.
   *
   * @param normalizer instead of the softmax that it was trained with
   * @return the model, [b, T] to [b, 384, T]
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  static MiniLm load(Normalizer normalizer) throws IOException {
    return new MiniLm(MiniLmFiles.network(normalizer));
  }

  /** Its tokenizer: word pieces in lower case between [CLS] and [SEP]. */
  static JsonTokenizer tokenizer() throws IOException {
    return MiniLmFiles.tokenizer(MAX_TOKENS);
  }

  @Override
  public float[] features(TokenBatch batch) {
    INDArray features = network.output(batch.tokens(), false, batch.mask(), null);
    return features.permute(0, 2, 1).dup('c').data().asFloat();
  }

  @Override
  public void close() {
    network.close();
  }
}
