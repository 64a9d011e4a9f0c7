package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.util.List;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.training.OnlyNormalizer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

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

  /**
   * Trains the parameters of the normalizer alone, so that vectors of sentences come near to given
   * ones: the loss is the mean of 1 - cosine.
   *
   * @param normalizer that of the network, with parameters
   * @param batches sentences, each batch in turn
   * @param targets the vector for each sentence of each batch
   * @param steps how many batches, some of them several times
   * @param done called after each step
   */
  void tune(
      Normalizer normalizer,
      List<TokenBatch> batches,
      List<double[][]> targets,
      int steps,
      Runnable done) {
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(Tuning.LEARNING_RATE)).build())
            .addLayer(new GlobalPoolingLayer.Builder(PoolingType.AVG).build())
            .addLayer(
                new LossLayer.Builder(LossFunction.COSINE_PROXIMITY)
                    .activation(Activation.IDENTITY)
                    .build())
            .build();
    tuned.setListeners(new OnlyNormalizer(normalizer));
    for (int step = 0; step < steps; step++) {
      int next = step % batches.size();
      TokenBatch batch = batches.get(next);
      INDArray target = Nd4j.createFromArray(targets.get(next)).castTo(DataType.FLOAT);
      tuned.fit(new DataSet(batch.tokens(), target, batch.mask(), null));
      done.run();
    }
    network.setParams(tuned.params());
    tuned.close();
  }

  @Override
  public void close() {
    network.close();
  }
}
