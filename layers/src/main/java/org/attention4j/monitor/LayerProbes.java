package org.attention4j.monitor;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.Observation;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** How the attention layers, ours and the stock ones, are watched. */
final class LayerProbes {
  private static final String[] HEADS = {
    SelfAttentionLayer.QUERIES, SelfAttentionLayer.KEYS, SelfAttentionLayer.VALUES
  };

  private final Layer layer;
  private final String place;
  private final org.deeplearning4j.nn.conf.layers.Layer configuration;
  private final Map<String, INDArray> parameters;
  private final INDArray input;
  private final @Nullable INDArray mask;

  private LayerProbes(
      Layer layer,
      String place,
      org.deeplearning4j.nn.conf.layers.Layer configuration,
      INDArray input) {
    this.layer = layer;
    this.place = place;
    this.configuration = configuration;
    this.input = input;
    parameters = layer.paramTable(false);
    mask = layer.getMaskArray();
  }

  /** The layer as something to watch; null if it has no attention or no input. */
  static @Nullable MonitoredLayer of(Layer layer, String place, Activations activations) {
    Layer running = unwrapped(layer);
    var configuration = running.conf() == null ? null : running.conf().getLayer();
    INDArray input = running.input();
    if (configuration == null || input == null) {
      return null;
    }
    LayerProbes watched = new LayerProbes(running, place, configuration, input);
    if (configuration instanceof RecurrentAttentionLayer ours) {
      return watched.recurrent(ours);
    }
    if (configuration instanceof AttentionSpec.Holder ours) {
      return watched.ours(ours);
    }
    if (configuration instanceof org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer stock) {
      return watched.stockRecurrent(stock, activations.of(place));
    }
    AttentionSpec stockRule = Dl4jAttentionProjections.rule(configuration);
    return stockRule == null ? null : watched.stock(stockRule);
  }

  private static Layer unwrapped(Layer layer) {
    return layer instanceof BaseWrapperLayer wrapper ? unwrapped(wrapper.getUnderlying()) : layer;
  }

  private MonitoredLayer ours(AttentionSpec.Holder ours) {
    AttentionSpec rule = ours.attentionRule();
    boolean ownQueries = configuration instanceof LearnedSelfAttentionLayer;
    return watched(
        rule,
        new INDArray[] {input},
        ownQueries ? null : mask,
        this::published,
        (examples, observer) ->
            Observation.ofNextBackward(
                layer,
                gradient ->
                    observer.accept(
                        () ->
                            MonitoredLayer.attendedGradient(
                                rule, parameters, gradient, examples))));
  }

  private INDArray[] published(INDArray[] inputs, @Nullable INDArray keyMask) {
    Map<String, INDArray> published = Intermediates.of(layer, inputs[0], keyMask, HEADS);
    return Arrays.stream(HEADS)
        .map(name -> Objects.requireNonNull(published.get(name)))
        .toArray(INDArray[]::new);
  }

  /** Queries are the layer's own outputs, and the gradient that they get comes from within. */
  private MonitoredLayer recurrent(RecurrentAttentionLayer ours) {
    return watched(
        ours.attentionRule(),
        new INDArray[] {input},
        attending(true),
        this::published,
        // The first step attends to nothing, so that a sequence of one has no gradients to show.
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

  private MonitoredLayer stock(AttentionSpec rule) {
    return watched(
        rule,
        new INDArray[] {input},
        mask,
        (inputs, keyMask) -> Dl4jAttentionProjections.of(inputs, parameters),
        null);
  }

  /** The query of each step is the output of the step before. */
  private @Nullable MonitoredLayer stockRecurrent(
      org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer stock, @Nullable INDArray output) {
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
    return watched(
        Dl4jAttentionProjections.rule(stock),
        new INDArray[] {previous, input},
        attending(false),
        (inputs, keyMask) -> Dl4jAttentionProjections.of(inputs, parameters),
        null);
  }

  /**
   * Which steps of a recurrent layer attend, [b, T]: all that count but the first.
   *
   * @param firstThatCounts whether that is the first step that counts, or else step 0
   */
  private INDArray attending(boolean firstThatCounts) {
    INDArray attending = Nd4j.ones(input.size(0), input.size(2));
    boolean[][] visible = mask == null ? null : StepMask.visible(mask, place);
    for (int example = 0; example < attending.size(0); example++) {
      boolean any = false;
      for (int step = 0; step < attending.size(1); step++) {
        boolean counts = visible == null || visible[example][step];
        boolean behind = firstThatCounts ? any : step > 0;
        attending.putScalar(example, step, counts && behind ? 1 : 0);
        any |= counts;
      }
    }
    return attending;
  }

  private MonitoredLayer watched(
      AttentionSpec rule,
      INDArray[] inputs,
      @Nullable INDArray queryMask,
      MonitoredLayer.Projection projection,
      MonitoredLayer.@Nullable GradientSource gradients) {
    String given = configuration.getLayerName();
    return new MonitoredLayer(
        given == null ? "layer" + place : given,
        place + "_",
        rule,
        parameters,
        inputs,
        queryMask,
        mask,
        projection,
        gradients);
  }
}
