package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;
import static org.attention4j.internal.graph.GraphShapes.sizeInProgram;

import java.util.Map;
import java.util.Optional;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Takes the first visible step of each sequence: what stands for the whole sequence in BERT, whose
 * first token is made for that.
 *
 * <p>Input [b, nIn, T], output [b, nIn]. No parameters. An example without a visible step gives
 * zero.
 */
public final class FirstStep extends SequenceLayer {
  /** For JSON. */
  private FirstStep() {}

  private FirstStep(Builder builder) {
    super(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {}

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.FirstStep(conf, networkDataType);
  }

  @Override
  protected Optional<String> obstacleToSteps() {
    return Optional.of("it stands for whole sequences");
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable x = graph.input();
    SameDiff sd = graph.sameDiff();
    SDVariable steps = sizeInProgram(x, 2);
    SDVariable step = doubleRange(steps).reshape(1, -1);
    SDVariable chosen =
        graph
            .mask()
            .map(mask -> firstVisible(mask, step, steps))
            .orElseGet(() -> step.eq(0.0).castTo(DataType.DOUBLE));
    return x.mul(sd.stack(1, chosen.castTo(x.dataType()))).sum(2);
  }

  /** One at the first visible step of each example, zero at all others, shape [b, T]. */
  private static SDVariable firstVisible(SDVariable mask, SDVariable step, SDVariable steps) {
    SDVariable visible = mask.neq(0.0).castTo(DataType.DOUBLE);
    SDVariable fromEnd = visible.mul(step.rsub(steps.castTo(DataType.DOUBLE)));
    SDVariable first = mask.getSameDiff().max(fromEnd, true, 1);
    return fromEnd.eq(first).castTo(DataType.DOUBLE).mul(visible);
  }

  @Override
  boolean keepsSize() {
    return true;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    super.getOutputType(layerIndex, inputType); // checks that it is a sequence
    return InputType.feedForward(outputSize());
  }

  /** None: what follows has no steps. */
  @Override
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArray(
      @Nullable INDArray maskArray, @Nullable MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends SequenceLayerBuilder<Builder> {
    /** Starts with all there is. */
    public Builder() {}

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public FirstStep build() {
      requireSameSize(requirements(FirstStep.class));
      return new FirstStep(this);
    }
  }
}
