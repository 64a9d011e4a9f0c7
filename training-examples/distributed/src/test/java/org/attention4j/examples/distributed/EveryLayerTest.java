package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.FirstStep;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.RmsNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Every layer and the vertex reach the workers whole, and come back as the mean. */
@Tag("slow")
class EveryLayerTest {
  private static final int FEATURES = 10;
  private static final int STEPS = 7;
  private static final int EXAMPLES = 3;
  private static final int CLASSES = 5;
  private static final Plan PLAN = new Plan(2, 2, EXAMPLES, 0);

  private static JavaSparkContext spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    NativeThreads.use(1);
    spark = new JavaSparkContext(SmallTraining.local());
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  static Stream<Layer> layers() {
    return Stream.of(
        new SelfAttentionLayer.Builder()
            .nOut(FEATURES)
            .nHeads(2)
            .projectInput(true)
            .hasBias(true)
            .outputGate(OutputGate.PER_HEAD)
            .normalizer(Normalizers.asentmax())
            .build(),
        new LearnedSelfAttentionLayer.Builder()
            .nOut(FEATURES)
            .nHeads(2)
            .nQueries(STEPS)
            .projectInput(true)
            .build(),
        new RecurrentAttentionLayer.Builder().nOut(FEATURES).nHeads(2).build(),
        new TransformerBlock.Builder()
            .nHeads(2)
            .feedForwardSize(2 * FEATURES)
            .normalizer(Normalizers.ssmax())
            .build(),
        new FeedForwardBlock.Builder().hiddenSize(2 * FEATURES).build(),
        new LayerNorm.Builder().build(),
        new RmsNorm.Builder().build(),
        new LearnedPositionEmbedding.Builder().maxLength(STEPS).build());
  }

  private static GraphBuilder builder() {
    return new NeuralNetConfiguration.Builder().seed(3).updater(new Adam(1e-2)).graphBuilder();
  }

  private static RnnOutputLayer output() {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nOut(CLASSES)
        .build();
  }

  private static List<DataSet> batches() {
    Nd4j.getRandom().setSeed(11);
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < PLAN.batchesPerRound(); i++) {
      batches.add(
          new DataSet(Nd4j.randn(EXAMPLES, FEATURES, STEPS), Nd4j.randn(EXAMPLES, CLASSES, STEPS)));
    }
    return batches;
  }

  /** Token ids as features and labels. */
  private static List<DataSet> tokens() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < PLAN.batchesPerRound(); i++) {
      INDArray ids = Nd4j.create(EXAMPLES, 1, STEPS);
      for (int j = 0; j < EXAMPLES * STEPS; j++) {
        ids.putScalar(j / STEPS, 0, j % STEPS, (i + 3 * j) % CLASSES);
      }
      batches.add(new DataSet(ids, ids.dup()));
    }
    return batches;
  }

  private void trainsAsTheMean(GraphBuilder builder, List<DataSet> batches) {
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    float[] before = graph.params().toFloatVector();
    TrainedApart apart = new TrainedApart(graph, PLAN).train(batches);

    new SparkTraining(spark, PLAN)
        .train(graph, SmallTraining.files(batches, folder), null, round -> {});

    assertThat(graph.params().toFloatVector()).isNotEqualTo(before).isEqualTo(apart.parameters());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aLayerInAGraph(Layer layer) {
    trainsAsTheMean(
        builder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(FEATURES, STEPS))
            .addLayer("layer", layer, "in")
            .addLayer("out", output(), "layer")
            .setOutputs("out"),
        batches());
  }

  @Test
  void theVertexInAGraph() {
    trainsAsTheMean(
        builder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(FEATURES, STEPS))
            .addVertex(
                "vertex",
                new AttentionVertex.Builder()
                    .nInQueries(FEATURES)
                    .nInKeys(FEATURES)
                    .nInValues(FEATURES)
                    .nOut(FEATURES)
                    .nHeads(2)
                    .projectInput(true)
                    .normalizer(Normalizers.sink())
                    .build(),
                "in",
                "in",
                "in")
            .addLayer("out", output(), "vertex")
            .setOutputs("out"),
        batches());
  }

  @Test
  void theFirstStepOfASequence() {
    List<DataSet> batches =
        batches().stream()
            .map(batch -> new DataSet(batch.getFeatures(), batch.getLabels().mean(2)))
            .toList();
    trainsAsTheMean(
        builder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(FEATURES, STEPS))
            .addLayer("step", new FirstStep.Builder().build(), "in")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(CLASSES)
                    .build(),
                "step")
            .setOutputs("out"),
        batches);
  }

  @Test
  void tokensToTokensWithSharedWeights() {
    trainsAsTheMean(
        builder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(1, STEPS))
            .addLayer(
                "tokens", new TokenEmbedding.Builder().nIn(CLASSES).nOut(FEATURES).build(), "in")
            .addLayer(
                "out",
                new LanguageModelHead.Builder().nOut(CLASSES).tiedTo("tokens").build(),
                "tokens")
            .setOutputs("out"),
        tokens());
  }

  @Test
  void aNetworkOfLayers() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(1e-2))
                .list(
                    new SelfAttentionLayer.Builder()
                        .nOut(FEATURES)
                        .nHeads(2)
                        .projectInput(true)
                        .normalizer(Normalizers.ssmax())
                        .build(),
                    output())
                .setInputType(InputType.recurrent(FEATURES))
                .build());
    network.init();
    List<DataSet> batches = batches();
    MultiLayerNetwork one = network.clone();
    MultiLayerNetwork other = network.clone();
    for (int i = 0; i < PLAN.averageEvery(); i++) {
      one.fit(batches.get(i));
      other.fit(batches.get(PLAN.averageEvery() + i));
    }
    float[] mean = one.params().toFloatVector();
    float[] second = other.params().toFloatVector();
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (mean[i] + second[i]) / 2;
    }

    new SparkDl4jMultiLayer(
            spark,
            network,
            new ParameterAveragingTrainingMaster.Builder(PLAN.workers(), EXAMPLES)
                .batchSizePerWorker(EXAMPLES)
                .averagingFrequency(PLAN.averageEvery())
                .repartionData(Repartition.Never)
                .build())
        .fitPaths(spark.parallelize(SmallTraining.files(batches, folder), PLAN.workers()));

    assertThat(network.params().toFloatVector()).isEqualTo(mean);
  }
}
