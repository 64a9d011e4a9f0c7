package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.Observation;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.Position;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Makes monitored layers of attention layers, ours and the stock ones. */
final class LayerProbes {
  private static final List<String> HEADS =
      List.of(SelfAttentionLayer.QUERIES, SelfAttentionLayer.KEYS, SelfAttentionLayer.VALUES);

  private final Layer layer;
  private final String id;
  private final org.deeplearning4j.nn.conf.layers.Layer configuration;
  private final Map<String, INDArray> parameters;
  private final INDArray input;
  private final @Nullable INDArray mask;
  private final @Nullable INDArray output;

  private LayerProbes(
      Layer layer,
      String id,
      org.deeplearning4j.nn.conf.layers.Layer configuration,
      INDArray input,
      @Nullable INDArray output) {
    this.layer = layer;
    this.id = id;
    this.configuration = configuration;
    this.input = input;
    this.output = output;
    parameters = layer.paramTable(false);
    mask = layer.getMaskArray();
  }

  /** The layer as a monitored one; null if it has no attention or no input. */
  static @Nullable MonitoredLayer of(Layer layer, String id, Activations activations) {
    Layer running = unwrapped(layer);
    var configuration = running.conf() == null ? null : running.conf().getLayer();
    INDArray input = running.input();
    if (configuration == null || input == null) {
      return null;
    }
    LayerProbes monitored = new LayerProbes(running, id, configuration, input, activations.of(id));
    if (configuration instanceof RecurrentAttentionLayer ours) {
      return monitored.recurrent(ours);
    }
    if (configuration instanceof TransformerBlock ours) {
      return monitored.block(ours);
    }
    if (configuration instanceof AttentionSpec.Holder ours) {
      return monitored.ours(ours);
    }
    if (configuration instanceof org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer stock) {
      return monitored.stockRecurrent(stock);
    }
    AttentionSpec stockSpec = Dl4jAttentionProjections.spec(configuration);
    return stockSpec == null ? null : monitored.stock(stockSpec);
  }

  private static Layer unwrapped(Layer layer) {
    return layer instanceof BaseWrapperLayer wrapper ? unwrapped(wrapper.getUnderlying()) : layer;
  }

  private MonitoredLayer ours(AttentionSpec.Holder ours) {
    AttentionSpec spec = ours.attentionRule();
    boolean ownQueries = configuration instanceof LearnedSelfAttentionLayer;
    return monitored(
        spec,
        new INDArray[] {input},
        ownQueries ? null : mask,
        published(names(spec)),
        spec.gated()
            ? beforeTheGate(spec)
            : (examples, observer) ->
                Observation.ofNextBackward(
                    layer,
                    gradient ->
                        observer.accept(
                            () ->
                                MonitoredLayer.attendedGradient(
                                    spec, parameters, gradient, examples))));
  }

  /** Attention makes it observable before all else in the layer. */
  private MonitoredLayer.GradientSource beforeTheGate(AttentionSpec spec) {
    return (examples, observer) ->
        Observation.ofInnerGradients(
            layer,
            gradients ->
                observer.accept(
                    () -> MonitoredLayer.attendedGradient(spec, gradients.get(0), examples)));
  }

  /** The gradient at the output of attention comes from inside the block. */
  private MonitoredLayer block(TransformerBlock ours) {
    AttentionSpec spec = ours.attentionRule();
    return monitored(
        spec,
        new INDArray[] {input},
        mask,
        published(names(spec, TransformerBlock.TOKENS)),
        spec.gated()
            ? beforeTheGate(spec)
            : (examples, observer) ->
                Observation.ofInnerGradients(
                    layer,
                    gradients ->
                        observer.accept(
                            () ->
                                MonitoredLayer.attendedGradient(
                                    spec, parameters, gradients.get(0), examples))));
  }

  private PublishedHeads published(String... names) {
    return published(
        (queryMask, observer) -> Observation.ofScores(layer, queryMask, observer), names);
  }

  private PublishedHeads published(PublishedHeads.ScoresSource backward, String... names) {
    return new PublishedHeads(
        List.of(names),
        (inputs, keyMask) -> Intermediates.of(layer, inputs[0], keyMask, names),
        () -> Intermediates.kept(layer, names),
        backward);
  }

  /** What a layer publishes, in the order of {@link MonitoredLayer.Projection}. */
  static String[] names(AttentionSpec spec, String... others) {
    List<String> names = new ArrayList<>(HEADS);
    names.addAll(List.of(others));
    if (spec.position() == Position.FORGETTING) {
      names.add(SelfAttentionLayer.DECAYS);
    }
    return names.toArray(new String[0]);
  }

  /** The layer's own outputs are the queries, and their gradient comes from inside the layer. */
  private MonitoredLayer recurrent(RecurrentAttentionLayer ours) {
    return monitored(
        ours.attentionRule(),
        new INDArray[] {input},
        attending(true),
        // Each step is an attention of its own.
        published(PublishedHeads.ScoresSource.none(), names(ours.attentionRule())),
        // The first step attends to nothing, so a sequence of one step has no gradients.
        input.size(2) < 2
            ? null
            : (examples, observer) ->
                Observation.ofInnerGradients(
                    layer, steps -> observer.accept(() -> joined(steps, examples))));
  }

  /** From the gradients of steps 1 to T-1, each [b, h, d, 1], to [e, h, d, T]. */
  private static HeadVectors joined(List<INDArray> steps, int[] examples) {
    INDArray[] sampled = new INDArray[steps.size() + 1];
    for (int i = 1; i < sampled.length; i++) {
      sampled[i] = MonitoredLayer.sampled(steps.get(i - 1), examples);
    }
    sampled[0] = Nd4j.zerosLike(sampled[1]);
    return new HeadVectors(Nd4j.concat(3, sampled));
  }

  private MonitoredLayer stock(AttentionSpec spec) {
    return monitored(
        spec,
        new INDArray[] {input},
        mask,
        (inputs, keyMask) -> Dl4jAttentionProjections.of(inputs, parameters),
        null);
  }

  /** The query of each step is the output of the step before. */
  private @Nullable MonitoredLayer stockRecurrent(
      org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer stock) {
    if (output == null) {
      return null;
    }
    INDArray previous = Nd4j.zerosLike(output);
    long steps = output.size(2);
    if (steps > 1) {
      previous
          .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, steps))
          .assign(
              output.get(
                  NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, steps - 1)));
    }
    return monitored(
        Dl4jAttentionProjections.spec(stock),
        new INDArray[] {previous, input},
        attending(false),
        (inputs, keyMask) -> Dl4jAttentionProjections.of(inputs, parameters),
        null);
  }

  /**
   * Which steps of a recurrent layer attend, [b, T]: all visible steps except the first.
   *
   * @param firstVisible whether the first visible step is excepted, otherwise step 0
   */
  private INDArray attending(boolean firstVisible) {
    INDArray attending = Nd4j.ones(input.size(0), input.size(2));
    boolean[][] visible = mask == null ? null : StepMask.visible(mask, id);
    for (int example = 0; example < attending.size(0); example++) {
      boolean any = false;
      for (int step = 0; step < attending.size(1); step++) {
        boolean isVisible = visible == null || visible[example][step];
        boolean hasPrevious = firstVisible ? any : step > 0;
        attending.putScalar(example, step, isVisible && hasPrevious ? 1 : 0);
        any |= isVisible;
      }
    }
    return attending;
  }

  private MonitoredLayer monitored(
      AttentionSpec spec,
      INDArray[] inputs,
      @Nullable INDArray queryMask,
      MonitoredLayer.Projection projection,
      MonitoredLayer.@Nullable GradientSource gradients) {
    String given = configuration.getLayerName();
    return new MonitoredLayer(
        given == null ? "layer" + id : given,
        id + "_",
        spec,
        parameters,
        inputs,
        queryMask,
        mask,
        output,
        !(configuration instanceof LearnedSelfAttentionLayer),
        projection,
        gradients);
  }
}
