package org.attention4j.bench;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One self-attention layer in a network, the stock one and ours: a training step and an output. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class LayerBenchmark {
  private static final int EXAMPLES = 8;
  private static final int SIZE = 64;
  private static final int HEADS = 4;

  /** Whose layer. */
  @Param({"stock", "attention4j"})
  public String layer = "attention4j";

  /** The sequence length T. */
  @Param({"16", "128", "512"})
  public int steps;

  private MultiLayerNetwork network;
  private INDArray input;
  private INDArray labels;

  /** For JMH. */
  public LayerBenchmark() {}

  /** Builds the network and draws its data. */
  @Setup
  public void build() {
    Nd4j.getRandom().setSeed(42);
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(42)
                .updater(new Adam(1e-3))
                .list()
                .layer(attention())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build())
                .setInputType(InputType.recurrent(SIZE))
                .build());
    network.init();
    input = Nd4j.randn(EXAMPLES, SIZE, steps);
    labels = Nd4j.randn(EXAMPLES, 2, steps);
  }

  private Layer attention() {
    return switch (layer) {
      case "stock" ->
          new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
              .nOut(SIZE)
              .nHeads(HEADS)
              .projectInput(true)
              .build();
      case "attention4j" ->
          new org.attention4j.layers.SelfAttentionLayer.Builder()
              .nOut(SIZE)
              .nHeads(HEADS)
              .projectInput(true)
              .build();
      default -> throw new IllegalArgumentException(layer);
    };
  }

  /** One training step. */
  @Benchmark
  public void fit() {
    network.fit(input, labels);
  }

  /**
   * One inference pass.
   *
   * @return the output
   */
  @Benchmark
  public INDArray output() {
    return network.output(input);
  }
}
