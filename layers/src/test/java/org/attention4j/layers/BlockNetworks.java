package org.attention4j.layers;

import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A transformer block as one layer, and as the layers that it stands for in a graph. */
public final class BlockNetworks {
  static final int EXAMPLES = 3;
  static final int SIZE = 22;
  static final int HEADS = 2;
  private static final int HIDDEN = 29;
  static final int STEPS = 13;
  static final int CLASSES = 7;

  /** How each parameter of the block is called in the graph of single layers. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("Wq", "attention_Wq"),
          Map.entry("Wk", "attention_Wk"),
          Map.entry("Wv", "attention_Wv"),
          Map.entry("Wo", "attention_Wo"),
          Map.entry("bq", "attention_bq"),
          Map.entry("bk", "attention_bk"),
          Map.entry("bv", "attention_bv"),
          Map.entry("bo", "attention_bo"),
          Map.entry("Wgate", "attention_Wgate"),
          Map.entry("bgate", "attention_bgate"),
          Map.entry("W1", "feed-forward_W1"),
          Map.entry("W2", "feed-forward_W2"),
          Map.entry("Wg", "feed-forward_Wg"),
          Map.entry("b1", "feed-forward_b1"),
          Map.entry("b2", "feed-forward_b2"),
          Map.entry("bg", "feed-forward_bg"),
          Map.entry("attentionNormGain", "attention-norm_gain"),
          Map.entry("attentionNormBias", "attention-norm_bias"),
          Map.entry("feedForwardNormGain", "feed-forward-norm_gain"),
          Map.entry("feedForwardNormBias", "feed-forward-norm_bias"));

  private BlockNetworks() {}

  public enum Kind {
    PRE_NORM,
    POST_NORM,
    RMS_NORM_GATED_CAUSAL,
    BIASES_TOP_K,
    WINDOW_OUTPUT_GATE
  }

  public static TransformerBlock block(Kind kind) {
    TransformerBlock.Builder builder =
        new TransformerBlock.Builder().nHeads(HEADS).feedForwardSize(HIDDEN);
    return switch (kind) {
      case PRE_NORM -> builder.build();
      case POST_NORM -> builder.postNorm(true).build();
      case RMS_NORM_GATED_CAUSAL ->
          builder
              .norm(Norm.RMS)
              .gated(true)
              .feedForwardBias(false)
              .activation(Activation.SWISH)
              .causal(true)
              .build();
      case BIASES_TOP_K ->
          builder.hasBias(true).normalizer(Normalizers.topK(3)).normEpsilon(1e-3).build();
      case WINDOW_OUTPUT_GATE ->
          builder
              .causal(true)
              .slidingWindow(3)
              .firstKeys(1)
              .outputGate(OutputGate.PER_ELEMENT)
              .build();
    };
  }

  private static Layer norm(Kind kind) {
    return switch (kind) {
      case RMS_NORM_GATED_CAUSAL -> new RmsNorm.Builder().build();
      case BIASES_TOP_K -> new LayerNorm.Builder().epsilon(1e-3).build();
      default -> new LayerNorm.Builder().build();
    };
  }

  private static SelfAttentionLayer attention(Kind kind) {
    SelfAttentionLayer.Builder builder =
        new SelfAttentionLayer.Builder().nOut(SIZE).nHeads(HEADS).projectInput(true);
    return switch (kind) {
      case RMS_NORM_GATED_CAUSAL -> builder.causal(true).build();
      case BIASES_TOP_K -> builder.hasBias(true).normalizer(Normalizers.topK(3)).build();
      case WINDOW_OUTPUT_GATE ->
          builder
              .causal(true)
              .slidingWindow(3)
              .firstKeys(1)
              .outputGate(OutputGate.PER_ELEMENT)
              .build();
      default -> builder.build();
    };
  }

  private static FeedForwardBlock feedForward(Kind kind) {
    FeedForwardBlock.Builder builder = new FeedForwardBlock.Builder().hiddenSize(HIDDEN);
    return kind == Kind.RMS_NORM_GATED_CAUSAL
        ? builder.gated(true).hasBias(false).activation(Activation.SWISH).build()
        : builder.build();
  }

  public static ComputationGraph asLayers(Kind kind, DataType type) {
    boolean post = kind == Kind.POST_NORM;
    return graph(
        type,
        builder -> {
          String attended = half(builder, "attention", attention(kind), norm(kind), "in", post);
          half(builder, "feed-forward", feedForward(kind), norm(kind), attended, post);
          return builder;
        },
        post ? "feed-forward-norm" : "feed-forward-sum");
  }

  private static String half(
      GraphBuilder builder, String name, Layer layer, Layer norm, String input, boolean post) {
    if (!post) {
      builder.addLayer(name + "-norm", norm, input);
    }
    builder.addLayer(name, layer, post ? input : name + "-norm");
    builder.addVertex(name + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), input, name);
    if (post) {
      builder.addLayer(name + "-norm", norm, name + "-sum");
    }
    return post ? name + "-norm" : name + "-sum";
  }

  public static ComputationGraph asBlock(TransformerBlock block, DataType type) {
    return graph(type, builder -> builder.addLayer("block", block, "in"), "block");
  }

  private static ComputationGraph graph(
      DataType type, UnaryOperator<GraphBuilder> middle, String last) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(19)
            .dataType(type)
            .updater(new NoOp())
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(SIZE));
    ComputationGraph graph =
        new ComputationGraph(
            middle
                .apply(builder)
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(CLASSES)
                        .build(),
                    last)
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  public static DataSet data(DataType type, boolean masked) {
    INDArray input = Nd4j.randn(type, EXAMPLES, SIZE, STEPS);
    INDArray labels = Nd4j.zeros(type, EXAMPLES, CLASSES, STEPS);
    INDArray mask = Nd4j.ones(type, EXAMPLES, STEPS);
    for (int example = 0; example < EXAMPLES; example++) {
      for (int step = 0; step < STEPS; step++) {
        labels.putScalar(example, (5 * example + 3 * step) % CLASSES, step, 1);
        mask.putScalar(example, step, step < STEPS - 3 * example ? 1 : 0);
      }
    }
    return masked ? new DataSet(input, labels, mask, mask) : new DataSet(input, labels);
  }

  /** Changes the parameters of the block a little and gives them to its layers. */
  public static void copy(Map<String, INDArray> block, Map<String, INDArray> layers) {
    block.forEach(
        (name, values) -> {
          if (name.startsWith("block_")) {
            values.addi(Nd4j.randn(values.dataType(), values.shape()).muli(0.1));
          }
          layers.get(nameInLayers(name)).assign(values);
        });
  }

  public static String nameInLayers(String name) {
    return name.startsWith("block_")
        ? Objects.requireNonNull(NAMES.get(name.substring("block_".length())))
        : name;
  }
}
