package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.attention4j.dl4j.ExactSameDiffLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;

/** Configurations that were written when the layers were SameDiffLayers. */
class EarlierJsonTest {
  private static String read(String file) throws IOException {
    try (InputStream in = EarlierJsonTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void layers() throws IOException {
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(read("layers-0.1-early.json"));
    String[] expected = {
      "LearnedPositionEmbedding(name=layer0, nIn=5, nOut=5, maxLength=17)",
      "LayerNorm(name=layer1, nIn=5, nOut=5)",
      "SelfAttentionLayer(name=layer2, nIn=5, nOut=14, heads=2, headSize=7, normalizer=)",
      "FeedForwardBlock(name=layer3, nIn=14, nOut=7, hiddenSize=19, activation=GELU, gelu=SIGMOID)",
      "RecurrentAttentionLayer(name=layer4, nIn=7, nOut=6, activation=RELU, heads=2, headSize=3,"
          + " normalizer=)"
    };
    for (int i = 0; i < expected.length; i++) {
      ExactSameDiffLayer layer = (ExactSameDiffLayer) read.getConf(i).getLayer();
      assertThat(layer.toString().replaceAll("normalizer=.*", ""))
          .isEqualTo(expected[i].replaceAll("normalizer=.*", ""));
      assertThat(layer.getIUpdater()).isEqualTo(new Adam(0.003));
      assertThat(layer.getBiasUpdater()).isEqualTo(new Sgd(0.004));
      assertThat(layer.getRegularization()).containsExactly(new L2Regularization(0.125));
      assertThat(layer.getWeightInitFn())
          .isEqualTo(i == 2 ? new WeightInitRelu() : new WeightInitXavier());
    }
    MultiLayerNetwork network = new MultiLayerNetwork(read);
    network.init();
    assertThat(network.output(Nd4j.rand(3, 5, 7)).shape()).containsExactly(3, 13, 7);
    assertThat(MultiLayerConfiguration.fromJson(read.toJson())).isEqualTo(read);
  }

  @Test
  void vertex() throws IOException {
    ComputationGraphConfiguration read =
        ComputationGraphConfiguration.fromJson(read("vertex-0.1-early.json"));
    AttentionVertex vertex = (AttentionVertex) read.getVertices().get("attention");
    assertThat(vertex.getUpdater()).isEqualTo(new Adam(0.003));
    assertThat(vertex.getRegularization()).containsExactly(new L1Regularization(0.01));
    ComputationGraph graph = new ComputationGraph(read);
    graph.init();
    assertThat(graph.outputSingle(Nd4j.rand(3, 5, 7)).shape()).containsExactly(3, 13, 7);
    assertThat(ComputationGraphConfiguration.fromJson(read.toJson())).isEqualTo(read);
  }
}
