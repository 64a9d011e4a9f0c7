package org.attention4j.dl4j;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running layer behind an {@link ExactSameDiffLayer} whose steps depend on each other. It
 * computes the steps of a sequence as they come, by Deeplearning4j's {@code rnnTimeStep}: what the
 * steps so far have left is kept until {@code rnnClearPreviousState}. The outputs of several calls
 * are together that of one pass over all steps.
 *
 * <p>Truncated backpropagation through time keeps nothing: each part of a sequence stands alone.
 */
public class SteppingLayerRuntime extends ExactLayerRuntime implements RecurrentLayer {
  /** Made with the first step: the configuration gets its name after the layer. */
  private transient @Nullable StepMemory memory;

  /** Of the steps of the next call, if {@link NextSteps} has set it. */
  private transient @Nullable INDArray nextMask;

  /**
   * Makes a layer that has no parameters yet.
   *
   * @param conf its configuration, with an {@link ExactSameDiffLayer} in it
   * @param dataType the network's type
   */
  public SteppingLayerRuntime(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * Computes the output of steps that follow those of the calls before.
   *
   * @param input the new steps, [b, nIn, t]
   * @param workspaceMgr where arrays are allocated
   * @return shape [b, nOut, t]
   * @throws UnsupportedOperationException if the layer needs whole sequences
   * @throws IllegalStateException if the cache is full
   */
  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    Optional<String> obstacle = layerConf().obstacleToSteps();
    if (obstacle.isPresent()) {
      throw new UnsupportedOperationException(
          "%s: rnnTimeStep is not possible, since %s.".formatted(owner(), obstacle.get()));
    }
    setInput(input, workspaceMgr);
    GraphInputs.requireContent(owner(), ExactSameDiffLayer.INPUT, input);
    StepMemory present = memory();
    present.requireSameBatch(input);
    @Nullable INDArray mask = maskArray == null ? nextMask : maskArray;
    nextMask = null;
    return runner.step(
        graphInputs(input, mask, params),
        present,
        maskOfAll -> layerConf().validateSteps(input, maskOfAll, present.count()),
        workspaceMgr);
  }

  void maskNext(INDArray mask) {
    nextMask = mask;
  }

  private StepMemory memory() {
    if (memory == null) {
      memory = new StepMemory(owner(), dataType);
    }
    return memory;
  }

  /**
   * What is kept of the steps so far.
   *
   * @return copies by name; empty before the first step
   */
  @Override
  public Map<String, INDArray> rnnGetPreviousState() {
    return memory == null ? new HashMap<>() : memory.state();
  }

  /**
   * Goes on from other steps than those of the calls before.
   *
   * @param stateMap what {@link #rnnGetPreviousState} gave
   */
  @Override
  public void rnnSetPreviousState(Map<String, INDArray> stateMap) {
    if (memory != null || !stateMap.isEmpty()) {
      memory().restore(stateMap);
    }
  }

  /** Forgets the steps so far and frees their memory. */
  @Override
  public void rnnClearPreviousState() {
    if (memory != null) {
      memory.clear();
    }
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaceMgr) {
    return activate(input, training, workspaceMgr);
  }

  @Override
  public Map<String, INDArray> rnnGetTBPTTState() {
    return new HashMap<>();
  }

  @Override
  public void rnnSetTBPTTState(Map<String, INDArray> state) {}

  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray epsilon, int tbpttBackLength, LayerWorkspaceMgr workspaceMgr) {
    return backpropGradient(epsilon, workspaceMgr);
  }
}
