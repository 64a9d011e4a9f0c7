package org.attention4j.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;

/** The options of {@link AttentionVertex}: those of the stock vertex and this library's own. */
public abstract class AttentionVertexBuilder
    implements AttentionOptionsBuilder<AttentionVertex.Builder> {
  final AttentionOptions options = new AttentionOptions();
  long nInQueries;
  long nInKeys;
  long nInValues;
  long nOut;
  int nHeads = 1;
  long headSize;
  boolean projectInput;
  @Nullable IWeightInit weightInit;

  /** For the vertex of this library. */
  AttentionVertexBuilder() {}

  @Override
  public AttentionOptions attentionOptions() {
    return options;
  }

  /**
   * Sets the number of features of each query.
   *
   * @param nInQueries at least 1
   * @return this
   */
  public AttentionVertex.Builder nInQueries(long nInQueries) {
    this.nInQueries = nInQueries;
    return self();
  }

  /**
   * Sets the number of features of each key.
   *
   * @param nInKeys at least 1
   * @return this
   */
  public AttentionVertex.Builder nInKeys(long nInKeys) {
    this.nInKeys = nInKeys;
    return self();
  }

  /**
   * Sets the number of features of each value.
   *
   * @param nInValues at least 1
   * @return this
   */
  public AttentionVertex.Builder nInValues(long nInValues) {
    this.nInValues = nInValues;
    return self();
  }

  /**
   * Sets the number of output features.
   *
   * @param nOut at least 1
   * @return this
   */
  public AttentionVertex.Builder nOut(long nOut) {
    this.nOut = nOut;
    return self();
  }

  /**
   * Sets the number of heads, 1 unless set.
   *
   * @param nHeads the number of heads; above 1 only with {@link #projectInput(boolean)}
   * @return this
   */
  public AttentionVertex.Builder nHeads(int nHeads) {
    this.nHeads = nHeads;
    return self();
  }

  /**
   * Sets the size of each head, nOut / nHeads unless set.
   *
   * @param headSize features of each head
   * @return this
   */
  public AttentionVertex.Builder headSize(long headSize) {
    this.headSize = headSize;
    return self();
  }

  /**
   * Sets whether queries, keys, values and the output are projected by learned matrices.
   *
   * @param projectInput false, the default, is possible with one head if all sizes are equal
   * @return this
   */
  public AttentionVertex.Builder projectInput(boolean projectInput) {
    this.projectInput = projectInput;
    return self();
  }

  /**
   * Sets how the projections start.
   *
   * @param weightInit the network's scheme unless set
   * @return this
   */
  public AttentionVertex.Builder weightInit(WeightInit weightInit) {
    return weightInit(weightInit.getWeightInitFunction());
  }

  /**
   * Sets how the projections start.
   *
   * @param weightInit the network's scheme unless set
   * @return this
   */
  public AttentionVertex.Builder weightInit(IWeightInit weightInit) {
    this.weightInit = weightInit;
    return self();
  }

  long headSizeOrDefault() {
    return headSize == 0 ? nOut / nHeads : headSize;
  }

  private AttentionVertex.Builder self() {
    return (AttentionVertex.Builder) this;
  }

  /** Checks what does not depend on the inputs. */
  void validate() {
    Requirements require = new Requirements(AttentionVertex.class, null);
    require.positive("nInQueries", nInQueries);
    require.positive("nInKeys", nInKeys);
    require.positive("nInValues", nInValues);
    require.positive("nOut", nOut);
    require.positive("nHeads", nHeads);
    require.that(
        headSize > 0 || (headSize == 0 && nOut % nHeads == 0),
        "headSize",
        headSize,
        "at least 1, or left out where nHeads " + nHeads + " divides nOut " + nOut);
    require.that(
        projectInput || (nHeads == 1 && nInQueries == nOut && nInKeys == nOut && nInValues == nOut),
        "projectInput",
        false,
        "true unless there is one head and nInQueries, nInKeys and nInValues equal nOut");
    require.that(
        projectInput || headSize == 0 || headSize == nOut,
        "headSize",
        headSize,
        "left out unless projectInput is true");
    options.validate(require, nHeads, headSizeOrDefault(), projectInput, "hasBias");
    require.that(
        !options.penalisesEntropy(),
        "the strength of attentionEntropyPenalty",
        options.entropyPenalty,
        "0, since a ComputationGraph takes no part of its score from vertices; where one sequence"
            + " attends over itself, use a SelfAttentionLayer, which has the penalty");
  }
}
