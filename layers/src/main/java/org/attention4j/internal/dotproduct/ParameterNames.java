package org.attention4j.internal.dotproduct;

/**
 * The names of the parameters of multi-head attention in parameter tables and saved models. The
 * first four are those of Deeplearning4j's attention layers.
 */
public final class ParameterNames {
  /** The projection to queries, shape [h, d, nIn]. */
  public static final String QUERY_WEIGHTS = "Wq";

  /** The projection to keys. */
  public static final String KEY_WEIGHTS = "Wk";

  /** The projection to values. */
  public static final String VALUE_WEIGHTS = "Wv";

  /** The projection of the merged heads to the output, shape [h * d, nOut]. */
  public static final String OUTPUT_WEIGHTS = "Wo";

  /** What is added to projected queries, shape [h, d]. */
  public static final String QUERY_BIAS = "bq";

  /** What is added to projected keys. */
  public static final String KEY_BIAS = "bk";

  /** What is added to projected values. */
  public static final String VALUE_BIAS = "bv";

  /** What is added to the output, shape [nOut]. */
  public static final String OUTPUT_BIAS = "bo";

  /** The map to the gate on what was attended, shape [h, nIn] or [h * d, nIn]. */
  public static final String GATE_WEIGHTS = "Wgate";

  /** What is added before the gate's logistic function, shape [h] or [h * d]. */
  public static final String GATE_BIAS = "bgate";

  /** The map to the forget gates, shape [h, nIn]. */
  public static final String FORGET_WEIGHTS = "Wforget";

  /** What is added before a forget gate's logistic function, shape [h]. */
  public static final String FORGET_BIAS = "bforget";

  /** The learned scale of normalised queries, shape [d]. */
  public static final String QUERY_SCALE = "gq";

  /** The learned scale of normalised keys, shape [d]. */
  public static final String KEY_SCALE = "gk";

  private ParameterNames() {}
}
