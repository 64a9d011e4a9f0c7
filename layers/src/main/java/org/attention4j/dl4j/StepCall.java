package org.attention4j.dl4j;

import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Whether a vertex is asked for steps that follow earlier ones. Deeplearning4j tells layers, but a
 * vertex gets the same call for steps and for whole sequences, and would give wrong results in
 * silence.
 */
final class StepCall {
  private static final String METHOD = "rnnTimeStep";

  /** Frames between a vertex and the method of the network. */
  private static final int NEAR = 12;

  private StepCall() {}

  /** Whether this thread is inside {@link ComputationGraph#rnnTimeStep}. */
  static boolean isRunning() {
    String network = ComputationGraph.class.getName();
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .limit(NEAR)
                    .anyMatch(
                        frame ->
                            frame.getMethodName().equals(METHOD)
                                && frame.getClassName().equals(network)));
  }
}
