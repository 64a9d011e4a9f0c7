package org.attention4j.bench.model;

/** What of a model is timed. */
public enum ModelPass {
  /** A training step. */
  FIT("fit"),

  /** The output without gradients. */
  OUTPUT("output");

  private final String label;

  ModelPass(String label) {
    this.label = label;
  }

  /**
   * The name in results.
   *
   * @return {@code fit} or {@code output}
   */
  public String label() {
    return label;
  }

  /**
   * Carries it out once.
   *
   * @param model by which model
   */
  public void run(LanguageModel model) {
    switch (this) {
      case FIT -> model.fit();
      case OUTPUT -> model.output();
    }
  }
}
