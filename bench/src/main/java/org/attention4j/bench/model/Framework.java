package org.attention4j.bench.model;

/** In what the model is written. */
public enum Framework {
  /** Deeplearning4j with the layers of this library. */
  OURS("ours"),

  /** PyTorch's own operations, called as one script. */
  PYTORCH("pytorch"),

  /** The blocks of DJL, one call into PyTorch for each operation. */
  DJL("djl");

  private final String label;

  Framework(String label) {
    this.label = label;
  }

  /**
   * The name in results.
   *
   * @return a word
   */
  public String label() {
    return label;
  }

  /**
   * Builds the model.
   *
   * @param size its sizes
   * @return the model with the parameters that all begin with
   */
  public LanguageModel build(ModelSize size) {
    ModelWeights weights = ModelWeights.draw(size);
    ModelData data = ModelData.draw(size);
    return switch (this) {
      case OURS -> new OurModel(size, weights, data);
      case PYTORCH -> new PyTorchModel(size, weights, data);
      case DJL -> new DjlModel(size, weights, data);
    };
  }
}
