package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.attention4j.internal.attention.AttentionProblem;
import org.attention4j.internal.attention.AttentionShape;
import org.attention4j.internal.attention.DoubleAttention;
import org.attention4j.internal.attention.FewQueries;
import org.attention4j.internal.attention.FloatAttention;
import org.attention4j.internal.attention.ForwardState;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.kernel.RowKernel;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Attention as one operation of a graph that a {@link GraphProgram} runs on the CPU kernels, with a
 * gradient of its own. No array of queries by keys exists in either pass.
 *
 * <p>Inputs: Q [b, h, d, Tq], K [b, g, d, Tk], V [b, g, dv, Tk], also with the features of all
 * heads in one axis, all FLOAT or all DOUBLE; then, if there is one, the mask [b, Tk]; then, if the
 * scores decay, the {@link DecaySums} [b, h, Tk]; then the normalizer's learnable parameters, each
 * [h]; then, with dropout, its seed, one INT64. Outputs: the attended values [b, h * dv, Tq]; in
 * training and FLOAT, what the backward pass will read.
 */
public final class FusedAttention extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_fused_attention";

  /** Q, K and V. */
  static final int ARRAYS = 3;

  /** The parts of a {@link ForwardState}. */
  static final int TRACE = 5;

  private final Options options;
  private final DataType type;

  /**
   * What is computed, apart from the arrays.
   *
   * @param heads h
   * @param keyValueHeads g
   * @param kernel the normalizer's row kernel
   * @param parameters how many learnable parameters the normalizer has for each head
   * @param scale the factor on the scores
   * @param range which keys a query sees by their positions; the last query stands at the last key
   * @param linearBiases whether the distance between query and key counts
   * @param decays whether scores decay by sums of their own
   * @param dropout the chance of each weight to be dropped
   * @param training whether a backward pass may follow
   */
  public record Options(
      int heads,
      int keyValueHeads,
      RowKernel kernel,
      int parameters,
      double scale,
      KeyRange range,
      boolean linearBiases,
      boolean decays,
      double dropout,
      boolean training) {}

  private FusedAttention(
      SameDiff sd, List<SDVariable> inputs, Options options, boolean masked, DataType type) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    this.options = options;
    this.masked = masked;
    this.type = type;
  }

  private final boolean masked;

  /**
   * Writes the operation into a graph.
   *
   * @param options what to compute
   * @param queriesKeysValues Q, K and V
   * @param mask zero for a masked key, shape [b, Tk]; null if none is masked
   * @param decays what {@link DecaySums} gives, if the options say so
   * @param parameters the normalizer's learnable parameters in their order, each [h]
   * @param seed what the dropout is drawn from, one INT64; null without dropout
   * @return the attended values, shape [b, h * dv, Tq]
   */
  public static SDVariable apply(
      Options options,
      List<SDVariable> queriesKeysValues,
      @Nullable SDVariable mask,
      @Nullable SDVariable decays,
      List<SDVariable> parameters,
      @Nullable SDVariable seed) {
    List<SDVariable> inputs = new ArrayList<>(queriesKeysValues);
    if (mask != null) {
      inputs.add(mask.dataType() == DataType.FLOAT ? mask : mask.castTo(DataType.FLOAT));
    }
    if (decays != null) {
      inputs.add(decays);
    }
    inputs.addAll(parameters);
    if (seed != null) {
      inputs.add(seed);
    }
    SDVariable queries = queriesKeysValues.get(0);
    return new FusedAttention(
            queries.getSameDiff(), inputs, options, mask != null, queries.dataType())
        .outputVariables()[0];
  }

  /** Whether this operation leaves a {@link ForwardState} for its backward pass. */
  boolean traced() {
    return options.training() && type == DataType.FLOAT;
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return traced() ? 1 + TRACE : 1;
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return traced()
        ? List.of(
            type, DataType.FLOAT, DataType.INT32, DataType.INT32, DataType.FLOAT, DataType.INT32)
        : List.of(type);
  }

  @Override
  public Value[] run(Value[] inputs) {
    AttentionProblem problem = problem(inputs);
    AttentionShape shape = problem.shape();
    long[] size = {shape.examples(), (long) shape.heads() * shape.valueSize(), shape.queries()};
    int length = Math.toIntExact(size[0] * size[1] * size[2]);
    if (type == DataType.DOUBLE) {
      double[] output = new double[length];
      doubles(problem, inputs).forward(output);
      return new Value[] {Value.of(output, size)};
    }
    float[] output = FloatArrays.zeros(length);
    StepBuffer keys = inputs[1].steps();
    StepBuffer values = inputs[2].steps();
    if (keys != null
        && values != null
        && keys.room() == values.room()
        && FewQueries.isFor(shape.queries())) {
      new FewQueries(
              problem,
              inputs[0].floats(),
              keys.floats(),
              values.floats(),
              keys.room(),
              mask(inputs),
              decays(inputs),
              parameters(inputs))
          .forward(output);
      return new Value[] {Value.of(output, size)};
    }
    ForwardState trace = floats(problem, inputs).forward(output, traced());
    if (!traced()) {
      return new Value[] {Value.of(output, size)};
    }
    return new Value[] {
      Value.of(output, size),
      Value.of(trace.saved(), trace.saved().length),
      Value.of(trace.counts()),
      Value.of(trace.keys()),
      Value.of(trace.weights(), trace.weights().length),
      Value.of(trace.panels())
    };
  }

  AttentionProblem problem(Value[] inputs) {
    Value q = inputs[0];
    AttentionShape shape =
        new AttentionShape(
            q.size(0),
            options.heads(),
            options.keyValueHeads(),
            q.size(-1),
            inputs[1].size(-1),
            features(q, options.heads()),
            features(inputs[2], options.keyValueHeads()));
    int seedAt = firstParameter() + options.parameters();
    return new AttentionProblem(
        shape,
        options.kernel(),
        options.parameters(),
        options.scale(),
        options.range(),
        options.linearBiases(),
        shape.keys() - shape.queries(),
        options.dropout(),
        options.dropout() > 0 ? inputs[seedAt].integer() : 0);
  }

  private static int features(Value sequence, int heads) {
    return sequence.length() / (sequence.size(0) * heads * sequence.size(-1));
  }

  FloatAttention floats(AttentionProblem problem, Value[] inputs) {
    return new FloatAttention(
        problem,
        inputs[0].floats(),
        inputs[1].floats(),
        inputs[2].floats(),
        mask(inputs),
        decays(inputs),
        parameters(inputs));
  }

  private double @Nullable [] decays(Value[] inputs) {
    return options.decays() ? inputs[decaysAt()].doubles() : null;
  }

  private float[][] parameters(Value[] inputs) {
    float[][] parameters = new float[options.parameters()][];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = parameter(inputs, p).floats();
    }
    return parameters;
  }

  DoubleAttention doubles(AttentionProblem problem, Value[] inputs) {
    double[][] parameters = new double[options.parameters()][];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = parameter(inputs, p).doubles();
    }
    DoubleAttention attention =
        new DoubleAttention(
            problem,
            inputs[0].doubles(),
            inputs[1].doubles(),
            inputs[2].doubles(),
            mask(inputs),
            parameters);
    return options.decays() ? attention.withDecays(inputs[decaysAt()].doubles()) : attention;
  }

  private Value parameter(Value[] inputs, int index) {
    return inputs[firstParameter() + index];
  }

  private int decaysAt() {
    return ARRAYS + (masked ? 1 : 0);
  }

  private int firstParameter() {
    return decaysAt() + (options.decays() ? 1 : 0);
  }

  /** The shape of the sums of the decays; null if there are none. */
  long @Nullable [] decaysShape(Value[] inputs) {
    return options.decays() ? inputs[decaysAt()].shape() : null;
  }

  private float @Nullable [] mask(Value[] inputs) {
    return masked ? inputs[ARRAYS].floats() : null;
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    if (traced()) {
      inputs.addAll(Arrays.asList(outputVariables()).subList(1, 1 + TRACE));
      inputs.add(outputVariables()[0]);
    }
    inputs.add(gradients.get(0));
    List<SDVariable> computed =
        new ArrayList<>(
            Arrays.asList(
                new FusedAttentionGradient(sameDiff, inputs, this, type).outputVariables()));
    List<SDVariable> result = new ArrayList<>(computed.subList(0, ARRAYS));
    if (masked) {
      result.add(sameDiff.zerosLike(arg(ARRAYS)));
    }
    result.addAll(computed.subList(ARRAYS, computed.size()));
    return Collections.unmodifiableList(result);
  }

  int parameters() {
    return options.parameters();
  }

  /** Whether the backward pass computes all scores again, in FLOAT. */
  boolean computesScoresAgain() {
    return type == DataType.FLOAT && FloatAttention.computesScoresAgain(options.kernel());
  }

  boolean decays() {
    return options.decays();
  }
}
