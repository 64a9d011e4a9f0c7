package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers and vertices of this library that get another normalizer. */
class OwnAttentionSwapTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(71);
  }

  /** Trains a block, swaps, and compares with a block that had the normalizer from the start. */
  @Test
  void aTrainedBlockIsOneWithTheOtherNormalizer() {
    ComputationGraph trained = graph(new TransformerBlock.Builder().nHeads(2).causal(true).build());
    DataSet data = BlockNetworks.data(DataType.FLOAT, true);
    trained.fit(data);
    var result = AttentionSwap.with(Normalizers.topK(3)).in(trained);
    assertThat(result.report())
        .containsExactly(
            "'block': The normalizer %s of the TransformerBlock is replaced by %s."
                .formatted(Normalizers.softmax(), Normalizers.topK(3)));
    ComputationGraph byHand =
        graph(
            new TransformerBlock.Builder()
                .nHeads(2)
                .causal(true)
                .normalizer(Normalizers.topK(3))
                .build());
    byHand.setParams(trained.params());
    byHand.getUpdater().setStateViewArray(trained.getUpdater().getStateViewArray().dup());
    byHand.getConfiguration().setIterationCount(1);
    INDArray x = data.getFeatures();
    assertThat(result.network().outputSingle(x)).isEqualTo(byHand.outputSingle(x));
    assertThat(result.network().outputSingle(x)).isNotEqualTo(trained.outputSingle(x));
    result.network().fit(data);
    byHand.fit(data);
    assertThat(result.network().params()).isEqualTo(byHand.params());
    assertThat(((TransformerBlock) trained.getLayer("block").conf().getLayer()).getNormalizer())
        .isEqualTo(Normalizers.softmax());
  }

  /** What a normalizer has learned says nothing to another one, even under the same name. */
  @Test
  void learnedParametersOfANormalizerStartAgain() {
    ComputationGraph trained =
        graph(
            new TransformerBlock.Builder()
                .nHeads(2)
                .normalizer(Normalizers.softmaxWithLearnableTemperature(0.7))
                .build());
    trained.fit(BlockNetworks.data(DataType.FLOAT, false));
    ComputationGraph other =
        AttentionSwap.with(Normalizers.softmaxWithLearnableTemperature(1.3)).in(trained).network();
    ComputationGraph untrained =
        graph(
            new TransformerBlock.Builder()
                .nHeads(2)
                .normalizer(Normalizers.softmaxWithLearnableTemperature(1.3))
                .build());
    Map<String, INDArray> before = trained.paramTable();
    other
        .paramTable()
        .forEach(
            (name, values) -> {
              boolean ofNormalizer = name.contains("emperature");
              assertThat(values)
                  .as(name)
                  .isEqualTo(ofNormalizer ? untrained.getParam(name) : before.get(name));
            });
    assertThat(other.paramTable().keySet()).anyMatch(name -> name.contains("emperature"));
    ComputationGraph plain = AttentionSwap.with(Normalizers.sparsemax()).in(trained).network();
    assertThat(plain.paramTable().keySet()).noneMatch(name -> name.contains("emperature"));
  }

  @Test
  void wrappedLayersAndVertices() {
    MultiLayerNetwork layers =
        TestNetworks.of(
                new FrozenLayer(projected().name("frozen").build()),
                new Bidirectional(projected().build()))
            .network(DataType.FLOAT);
    var swapped = AttentionSwap.with(Normalizers.sparsemax()).in(layers);
    assertThat(swapped.kept()).isEmpty();
    assertThat(swapped.replaced()).hasSize(2);
    INDArray x = Sequences.input(DataType.FLOAT, 3, 11);
    MultiLayerNetwork byHand =
        TestNetworks.of(
                projected().normalizer(Normalizers.sparsemax()).build(),
                new Bidirectional(projected().normalizer(Normalizers.sparsemax()).build()))
            .network(DataType.FLOAT);
    byHand.setParams(layers.params());
    assertThat(swapped.network().output(x)).isEqualTo(byHand.output(x));
    FrozenVertex frozen = new FrozenVertex(vertex());
    assertThat(OwnAttention.within(frozen)).hasSize(1);
  }

  private static SelfAttentionLayer.Builder projected() {
    return new SelfAttentionLayer.Builder().nOut(14).nHeads(2).projectInput(true);
  }

  private static AttentionVertex vertex() {
    return new AttentionVertex.Builder()
        .nInQueries(5)
        .nInKeys(5)
        .nInValues(5)
        .nOut(14)
        .nHeads(2)
        .projectInput(true)
        .build();
  }

  @Test
  void whatDoesNotGoTogetherIsKeptWithTheReason() {
    ComputationGraph network =
        graph(new TransformerBlock.Builder().nHeads(2).execution(Execution.FUSED).build());
    var result = AttentionSwap.with((sd, scores, context) -> scores).in(network);
    assertThat(result.replaced()).isEmpty();
    assertThat(result.kept().get("block")).contains("execution is FUSED but must be");
    var other = AttentionSwap.with(Normalizers.sparsemax()).only("out").in(network);
    assertThat(other.report())
        .isEqualTo(
            List.of(
                "'block' is kept: It is a TransformerBlock that was not named.",
                "'out' is kept: It is a org.deeplearning4j.nn.conf.layers.RnnOutputLayer and no"
                    + " attention layer or vertex."));
  }

  private static ComputationGraph graph(TransformerBlock block) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(19)
                .updater(new Adam(0.01))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(BlockNetworks.SIZE))
                .addLayer("block", block, "in")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(BlockNetworks.CLASSES)
                        .build(),
                    "block")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }
}
