package org.attention4j.internal.dotproduct;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a normalizer on a few small scores, so that one which returns something else than weights
 * is refused before a backend fails, or broadcasts, at a later operation.
 */
public final class NormalizerTrial {
  private static final Logger LOG = LoggerFactory.getLogger(NormalizerTrial.class);
  private static final String SCORES = "scores";
  private static final String VISIBLE = "visible";
  private static final int EXAMPLES = 2;
  private static final int QUERIES = 3;
  private static final int KEYS = 5;

  private NormalizerTrial() {}

  /**
   * What is wrong with what a normalizer returns. A normalizer that throws passes: it may work for
   * other sizes, and its own error appears when it runs.
   *
   * @param normalizer the normalizer
   * @param heads the number of heads, at least 1
   * @param type FLOAT or DOUBLE
   * @return what the normalizer must be, to end a sentence; empty if nothing is wrong
   */
  public static Optional<String> complaint(Normalizer normalizer, int heads, DataType type) {
    // The backend moves the generator on with each operation; a seed must give the same weights.
    Random generator = Nd4j.getRandom();
    long root = generator.rootState();
    long node = generator.nodeState();
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return Optional.ofNullable(run(normalizer, heads, type));
    } catch (RuntimeException e) {
      LOG.debug("The normalizer {} cannot be tried on small scores.", normalizer, e);
      return Optional.empty();
    } finally {
      generator.setStates(root, node);
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very graph, not one that looks the same
  private static @Nullable String run(Normalizer normalizer, int heads, DataType type) {
    SameDiff sd = SameDiff.create();
    Map<String, INDArray> inputs = new HashMap<>();
    SDVariable z = input(sd, inputs, SCORES, type, EXAMPLES, heads, QUERIES, KEYS);
    SDVariable visible = input(sd, inputs, VISIBLE, type, EXAMPLES, 1, 1, KEYS);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(heads)) {
      long[] shape = {parameter.heads()};
      parameters.put(parameter.name(), sd.placeHolder(parameter.name(), type, shape));
      inputs.put(parameter.name(), Nd4j.valueArrayOf(shape, parameter.initialValue(), type));
    }
    NormalizerContext context = new NormalizerContext(z, visible, heads, parameters);
    @Nullable SDVariable weights = normalizer.normalize(sd, z, context);
    if (weights == null) {
      return "one that returns weights, not null";
    }
    if (weights.getSameDiff() != sd) {
      return "one that returns a variable of the graph it is given, not of another";
    }
    if (weights.dataType() != type) {
      return "one that returns weights of the scores' type %s, not %s"
          .formatted(type, weights.dataType());
    }
    long[] expected = {EXAMPLES, heads, QUERIES, KEYS};
    long[] shape =
        new GraphProgram(List.of(weights)).run(inputs, new NoOpMemoryMgr()).get(0).shape();
    return Arrays.equals(shape, expected)
        ? null
        : "one that returns weights of the scores' shape, %s for scores %s and not %s"
            .formatted(
                Arrays.toString(expected), Arrays.toString(expected), Arrays.toString(shape));
  }

  /** Scores that differ, or a mask of ones. */
  private static SDVariable input(
      SameDiff sd, Map<String, INDArray> inputs, String name, DataType type, long... shape) {
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    INDArray values =
        name.equals(SCORES)
            ? Nd4j.linspace(DataType.DOUBLE, -1, 2.0 / length, length)
            : Nd4j.ones(DataType.DOUBLE, length);
    inputs.put(name, values.reshape(shape).castTo(type));
    return sd.placeHolder(name, type, shape);
  }
}
