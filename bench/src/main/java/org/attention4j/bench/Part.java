package org.attention4j.bench;

/** What is measured in a JVM of its own. */
enum Part {
  /** The kernel against PyTorch and others. */
  KERNEL,

  /** A layer in a network against the stock one. */
  LAYER,

  /** A layer after a mixed history of the JVM against itself in a new one. */
  HISTORY,

  /** A whole model against that of other frameworks, each in a JVM of its own. */
  MODEL,

  /** A published model against ONNX Runtime. */
  MINILM
}
