package org.attention4j.layers;

/**
 * The options that the attention layers share: those of the stock layers, under the same names, and
 * this library's own ones.
 *
 * @param <T> the builder itself
 */
public abstract class AttentionLayerBuilder<T extends AttentionLayerBuilder<T>>
    extends SequenceLayerBuilder<T> implements AttentionOptionsBuilder<T> {
  int nHeads = 1;
  int headSize;
  boolean projectInput;
  final AttentionOptions options = new AttentionOptions();

  /** For the layers of this library. */
  AttentionLayerBuilder() {}

  /**
   * Sets the number of output features.
   *
   * @param nOut features of each step
   * @return this
   */
  @Override
  public T nOut(int nOut) {
    return super.nOut(nOut);
  }

  /**
   * Sets the number of heads, 1 unless set.
   *
   * @param nHeads the number of heads; above 1 only with {@link #projectInput(boolean)}
   * @return this
   */
  public T nHeads(int nHeads) {
    this.nHeads = nHeads;
    return self();
  }

  /**
   * Sets the size of each head, nOut / nHeads unless set.
   *
   * @param headSize features of each head
   * @return this
   */
  public T headSize(int headSize) {
    this.headSize = headSize;
    return self();
  }

  /**
   * Sets whether queries, keys, values and the output are projected by learned matrices.
   *
   * @param projectInput false, the default, attends over the input itself
   * @return this
   */
  public T projectInput(boolean projectInput) {
    this.projectInput = projectInput;
    return self();
  }

  @Override
  public AttentionOptions attentionOptions() {
    return options;
  }

  /** The name of the option that gives the projections a bias. */
  String biasOption() {
    return "hasBias";
  }

  /** The head size, or what it follows from: all features when nothing is projected. */
  long headSizeOrDefault() {
    return headSize == 0 ? nOut / nHeads : headSize;
  }

  /** Checks what all attention layers have in common. */
  Requirements validate(Class<?> layer) {
    Requirements require = requirements(layer);
    require.positive("nHeads", nHeads);
    require.that(headSize >= 0, "headSize", headSize, "at least 1, or left out for nOut / nHeads");
    if (projectInput) {
      require.positive("nOut", nOut);
      require.that(
          headSize > 0 || nOut % nHeads == 0,
          "nHeads",
          nHeads,
          "a divisor of nOut " + nOut + " unless headSize is set");
    } else {
      require.that(nHeads == 1, "nHeads", nHeads, "1 unless projectInput is true");
      require.that(
          nIn == nOut,
          "nOut",
          nOut,
          "equal to nIn, which is "
              + (nIn == 0 ? "not set" : nIn)
              + ", unless projectInput is true");
    }
    options.validate(
        require, nHeads, projectInput ? headSizeOrDefault() : nIn, projectInput, biasOption());
    require.that(
        projectInput || headSize == 0 || headSize == nOut,
        "headSize",
        headSize,
        "left out unless projectInput is true");
    return require;
  }

  @SuppressWarnings("unchecked")
  private T self() {
    return (T) this;
  }
}
