package org.attention4j.bench.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The parameters that all frameworks begin with, under names and in layouts of this package's own:
 * a matrix is [outputs, inputs], as in PyTorch.
 */
final class ModelWeights {
  static final String EMBEDDING = "embedding";
  static final String POSITIONS = "positions";

  /** Gain and bias of the last norm. */
  static final String NORM = "norm";

  /** The map to the vocabulary. */
  static final String NEXT = "next";

  /** What follows the name of a norm. */
  static final String GAIN = "-gain";

  /** What follows the name of a norm or of a linear map with a bias. */
  static final String BIAS = "-bias";

  private static final long SEED = 3;

  /** Of what is 0 or 1 in a new model: a side that left it out would not agree. */
  private static final double DEVIATION = 0.1;

  /** Queries, keys and values. */
  private static final int PROJECTIONS = 3;

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Random random = new Random(SEED);

  private ModelWeights() {}

  /** Draws the parameters, always the same for the same size. */
  static ModelWeights draw(ModelSize size) {
    ModelWeights weights = new ModelWeights();
    int width = size.width();
    weights.matrix(EMBEDDING, size.vocabulary(), width);
    weights.matrix(POSITIONS, size.context(), width);
    for (int block = 0; block < size.blocks(); block++) {
      weights.norm(attentionNorm(block), width);
      weights.matrix(projections(block), PROJECTIONS * width, width);
      weights.matrix(merge(block), width, width);
      weights.norm(feedForwardNorm(block), width);
      weights.linear(hidden(block), size.feedForward(), width);
      weights.linear(down(block), width, size.feedForward());
    }
    weights.norm(NORM, width);
    weights.linear(NEXT, size.vocabulary(), width);
    return weights;
  }

  /** The norm in front of a block's attention. */
  static String attentionNorm(int block) {
    return "attention-norm-" + block;
  }

  /** Queries, keys and values of a block in one matrix, [3 width, width]. */
  static String projections(int block) {
    return "projections-" + block;
  }

  /** The map behind a block's attention. */
  static String merge(int block) {
    return "merge-" + block;
  }

  /** The norm in front of a block's feed-forward network. */
  static String feedForwardNorm(int block) {
    return "feed-forward-norm-" + block;
  }

  /** The first map of a block's feed-forward network. */
  static String hidden(int block) {
    return "hidden-" + block;
  }

  /** Its second map. */
  static String down(int block) {
    return "down-" + block;
  }

  private void norm(String name, int size) {
    add(name + GAIN, 1, DEVIATION, size);
    add(name + BIAS, 0, DEVIATION, size);
  }

  private void linear(String name, int outputs, int inputs) {
    matrix(name, outputs, inputs);
    add(name + BIAS, 0, DEVIATION, outputs);
  }

  /** As Glorot and Bengio, 2010. */
  private void matrix(String name, int outputs, int inputs) {
    add(name, 0, Math.sqrt(2.0 / (outputs + inputs)), outputs, inputs);
  }

  private void add(String name, double mean, double deviation, long... shape) {
    float[] drawn = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = (float) (mean + deviation * random.nextGaussian());
    }
    shapes.put(name, shape);
    values.put(name, drawn);
  }

  /** The names and shapes, in a fixed order. */
  Map<String, long[]> shapes() {
    return shapes;
  }

  /** The numbers of a parameter, in rows. */
  float[] values(String name) {
    float[] found = values.get(name);
    if (found == null) {
      throw new IllegalArgumentException("There is no parameter '%s'.".formatted(name));
    }
    return found;
  }
}
