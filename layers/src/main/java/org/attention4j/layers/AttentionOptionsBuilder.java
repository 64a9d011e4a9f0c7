package org.attention4j.layers;

import org.attention4j.normalizer.Normalizer;

/**
 * The options that only this library has, for the builders of its attention layers and vertices.
 *
 * @param <T> the builder itself
 */
interface AttentionOptionsBuilder<T> {
  /**
   * For this library's own use.
   *
   * @return the options so far
   */
  AttentionOptions attentionOptions();

  /**
   * Sets the normalizer, softmax unless set.
   *
   * @param normalizer from scores to weights; see {@link org.attention4j.normalizer.Normalizers}
   * @return this
   */
  default T normalizer(Normalizer normalizer) {
    attentionOptions().normalizer = normalizer;
    return self(this);
  }

  /**
   * Sets whether each step sees only itself and the steps before it.
   *
   * @param causal false unless set
   * @return this
   */
  default T causal(boolean causal) {
    attentionOptions().causal = causal;
    return self(this);
  }

  /**
   * Hides keys that are far away. A query at position i sees
   *
   * <pre>
   *   causal:      the keys i - w + 1 .. i
   *   not causal:  the keys j with |i - j| &lt; w
   * </pre>
   *
   * <p>of those that are not masked; a length-aware normalizer counts these alone. On the fused
   * path time grows with steps * w, on the graph path with steps².
   *
   * @param window w, at least 1; every key is visible unless set
   * @return this
   * @see <a href="https://arxiv.org/abs/2004.05150">Beltagy, Peters and Cohan 2020, section 3.1</a>
   * @see <a href="https://arxiv.org/abs/2310.06825">Jiang et al. 2023 (Mistral 7B), the same w</a>
   */
  default T slidingWindow(int window) {
    attentionOptions().slidingWindow = window;
    return self(this);
  }

  /**
   * Keeps the first keys visible although they are outside {@link #slidingWindow}, since many heads
   * put what weight they do not need on them. They are the first ones that are not masked. A causal
   * query sees those of them that are not later than itself.
   *
   * @param firstKeys how many, 0 unless set; 4 in the source
   * @return this
   * @see <a href="https://arxiv.org/abs/2309.17453">Xiong et al. 2024 (StreamingLLM), attention
   *     sinks</a>
   */
  default T firstKeys(int firstKeys) {
    attentionOptions().firstKeys = firstKeys;
    return self(this);
  }

  /**
   * Sets whether the four projections have a bias.
   *
   * @param hasBias false unless set, as in the stock layer
   * @return this
   */
  default T hasBias(boolean hasBias) {
    attentionOptions().hasBias = hasBias;
    return self(this);
  }

  /**
   * Sets the share of attention weights that training drops at random; the others are scaled up.
   *
   * @param probability the chance of each weight to be dropped, 0 unless set
   * @return this
   */
  default T attentionDropout(double probability) {
    attentionOptions().attentionDropout = probability;
    return self(this);
  }

  /**
   * Sets the factor on the scores.
   *
   * @param scale 1 / sqrt(headSize) unless set
   * @return this
   */
  default T scale(double scale) {
    attentionOptions().scale = scale;
    return self(this);
  }

  /**
   * Sets how attention knows positions.
   *
   * @param position NONE unless set
   * @return this
   */
  default T position(Position position) {
    attentionOptions().position = position;
    return self(this);
  }

  /**
   * Sets the base of the angles of {@link Position#ROTARY}: the greater it is, the longer the
   * distances that the slowest planes tell apart. Llama 3 has 500,000, Qwen 2 has 1,000,000.
   *
   * @param rotaryBase positive; 10,000 unless set
   * @return this
   */
  default T rotaryBase(double rotaryBase) {
    attentionOptions().rotaryBase = rotaryBase;
    return self(this);
  }

  /**
   * Sets the number of heads of keys and values, each shared by a group of neighbouring query heads
   * (grouped-query attention; Ainslie et al. 2023, arXiv 2305.13245).
   *
   * @param nKeyValueHeads a divisor of nHeads; nHeads unless set
   * @return this
   */
  default T nKeyValueHeads(int nKeyValueHeads) {
    attentionOptions().nKeyValueHeads = nKeyValueHeads;
    return self(this);
  }

  /**
   * Sets whether each query and each key is divided by the root mean square of its features and
   * multiplied by a learned scale, one for each feature of a head, that starts at 1 (query-key
   * normalisation; Henry et al. 2020, arXiv 2010.04245, with the scales of Qwen 3). Keeps scores
   * bounded.
   *
   * @param qkNorm false unless set
   * @return this
   */
  default T qkNorm(boolean qkNorm) {
    attentionOptions().qkNorm = qkNorm;
    return self(this);
  }

  /**
   * Multiplies what each query has attended by a gate that is computed from its input, before the
   * output projection. The formula is that of {@link OutputGate}.
   *
   * @param outputGate NONE unless set
   * @return this
   */
  default T outputGate(OutputGate outputGate) {
    attentionOptions().outputGate = outputGate;
    return self(this);
  }

  /**
   * Sets whether the gate is nearly open at first: Wgate = 0 and bgate = 5, so that it is σ(5) =
   * 0.9933 for every input. For a network that is trained already: its outputs hardly change when
   * it gets the gate. Otherwise Wgate is drawn as other weights are, and the gate starts near 1/2.
   *
   * @param gateStartsOpen false unless set
   * @return this
   */
  default T gateStartsOpen(boolean gateStartsOpen) {
    attentionOptions().gateStartsOpen = gateStartsOpen;
    return self(this);
  }

  /**
   * Sets how the part between the projections is computed. The results are the same.
   *
   * @param execution AUTO unless set
   * @return this
   */
  default T execution(Execution execution) {
    attentionOptions().execution = execution;
    return self(this);
  }

  /**
   * Penalises heads that collapse on few keys: training minimises, besides the network's loss,
   *
   * <pre>
   *   strength * Σ_heads mean_rows max(0, floor - H(row) / log n)
   *   H(row) = -Σ p log p,   p = weights of the row / their sum,   n = its visible keys
   * </pre>
   *
   * <p>The mean is over those rows of the whole minibatch whose query is not masked, which see at
   * least two keys, and whose weights are not all zero (a sum below 1e-12 counts as none). The
   * weights are those before {@link #attentionDropout}. Rows at the floor or above have no
   * gradient; a row below it is pushed with the same force however far below it is, so that a
   * strength that is large enough holds the floor.
   *
   * <p>The penalty is a part of the score of each training pass, as L1 and L2 are, and the gradient
   * is that of the score. Inference does without it: it costs nothing there, and {@code
   * score(data)} of a network, which is inference unless asked otherwise, does not contain it.
   * Weights of negative sign have no entropy; no normalizer of this library gives any.
   *
   * <p>Not for {@link AttentionVertex}: a {@link org.deeplearning4j.nn.graph.ComputationGraph}
   * takes no part of its score from vertices.
   *
   * @param strength the factor on the penalty, finite; 0 for none, as it is unless set
   * @param floor the share of the largest possible entropy log n that a row should have, above 0
   *     and at most 1
   * @return this
   * @see <a href="https://arxiv.org/abs/2303.06296">Zhai et al. 2023, on entropy collapse</a>
   */
  default T attentionEntropyPenalty(double strength, double floor) {
    attentionOptions().entropyPenalty = strength;
    attentionOptions().entropyFloor = floor;
    return self(this);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T self(AttentionOptionsBuilder<T> builder) {
    return (T) builder;
  }
}
