package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.internal.memory.FloatArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The sums of the decays of forgetting attention as one operation of a graph that a {@link
 * GraphProgram} runs on Java arrays:
 *
 * <pre>
 *   C_t = Σ_{l ≤ t} m_l log σ(z_l),   dL/dz_l = m_l (1 - σ(z_l)) Σ_{t ≥ l} dL/dC_t
 * </pre>
 *
 * <p>Inputs: z [b, h, T], FLOAT or DOUBLE; if there is one, the mask m [b, T], zero or one. Output:
 * C [b, h, T], DOUBLE whatever the type of z, since differences of far larger numbers are taken.
 */
public final class DecaySums extends SingleOutputOperation {
  private static final String NAME = "attention4j_decay_sums";

  private final DataType inputType;

  private DecaySums(SameDiff sd, List<SDVariable> inputs, DataType inputType) {
    super(NAME, DataType.DOUBLE, sd, inputs.toArray(new SDVariable[0]));
    this.inputType = inputType;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param z what the gates are computed from, FLOAT or DOUBLE
   * @param mask zero for a step that does not count, whose gate is then 1; null if all count
   * @return C
   */
  public static SDVariable apply(SDVariable z, @Nullable SDVariable mask) {
    List<SDVariable> inputs = new ArrayList<>(List.of(z));
    if (mask != null) {
      inputs.add(mask.castTo(DataType.FLOAT));
    }
    return new DecaySums(z.getSameDiff(), inputs, z.dataType()).outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    Rows rows = new Rows(inputs, args().length > 1);
    double[] sums = new double[rows.z.length];
    for (int row = 0; row < rows.count; row++) {
      double sum = 0;
      for (int step = 0; step < rows.steps; step++) {
        if (rows.counts(row, step)) {
          double z = rows.z[row * rows.steps + step];
          sum += Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
        }
        sums[row * rows.steps + step] = sum;
      }
    }
    return new Value[] {Value.of(sums, inputs[0].shape())};
  }

  /** One row for each example and head. */
  private static final class Rows {
    private final double[] z;
    private final float @Nullable [] mask;
    private final int heads;
    private final int steps;
    private final int count;

    Rows(Value[] inputs, boolean masked) {
      z = wide(inputs[0]);
      mask = masked ? inputs[1].floats() : null;
      steps = inputs[0].size(-1);
      heads = inputs[0].size(1);
      count = inputs[0].size(0) * heads;
    }

    boolean counts(int row, int step) {
      return mask == null || mask[row / heads * steps + step] != 0;
    }

    private static double[] wide(Value z) {
      if (z.type() == DataType.DOUBLE) {
        return z.doubles();
      }
      float[] narrow = z.floats();
      double[] wide = new double[z.length()];
      Arrays.setAll(wide, i -> narrow[i]);
      return wide;
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    inputs.add(gradients.get(0));
    List<SDVariable> result = new ArrayList<>();
    result.add(new Gradient(sameDiff, inputs, inputType).outputVariables()[0]);
    if (args().length > 1) {
      result.add(sameDiff.zerosLike(arg(1)));
    }
    return List.copyOf(result);
  }

  /** The backward pass. Inputs: those of the forward pass and dL/dC. Output: dL/dz. */
  private static final class Gradient extends SingleOutputOperation {
    private static final String NAME = "attention4j_decay_sums_gradient";

    Gradient(SameDiff sd, List<SDVariable> inputs, DataType type) {
      super(NAME, type, sd, inputs.toArray(new SDVariable[0]));
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public Value[] run(Value[] inputs) {
      Rows rows = new Rows(inputs, inputs.length > 2);
      double[] sums = inputs[inputs.length - 1].doubles();
      double[] gradient = new double[rows.z.length];
      for (int row = 0; row < rows.count; row++) {
        double sum = 0;
        for (int step = rows.steps - 1; step >= 0; step--) {
          int at = row * rows.steps + step;
          sum += sums[at];
          gradient[at] = rows.counts(row, step) ? sum / (1 + Math.exp(rows.z[at])) : 0;
        }
      }
      if (type() == DataType.DOUBLE) {
        return new Value[] {Value.of(gradient, inputs[0].shape())};
      }
      float[] narrow = FloatArrays.take(gradient.length);
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = (float) gradient[i];
      }
      return new Value[] {Value.of(narrow, inputs[0].shape())};
    }
  }
}
