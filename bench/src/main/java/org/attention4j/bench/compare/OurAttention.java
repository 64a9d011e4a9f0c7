package org.attention4j.bench.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.attention.AttentionProblem;
import org.attention4j.internal.attention.AttentionShape;
import org.attention4j.internal.attention.FloatAttention;
import org.attention4j.internal.attention.FloatGradients;
import org.attention4j.internal.attention.ForwardState;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;

/** This library's fused kernel, on plain arrays. */
public final class OurAttention implements Peer {
  private final CoreData data;
  private final Pass pass;
  private final AttentionProblem problem;
  private final float[][] parameters;
  private final float[] output;
  private final FloatGradients gradients;

  /**
   * Prepares the kernel.
   *
   * @param data the arrays
   * @param normalizer one that has a row kernel
   * @param pass what to compute
   */
  public OurAttention(CoreData data, Normalizer normalizer, Pass pass) {
    this.data = data;
    this.pass = pass;
    CoreCell cell = data.cell();
    List<NormalizerParameter> declared = normalizer.parameters(cell.heads());
    parameters = declared.stream().map(OurAttention::initialValues).toArray(float[][]::new);
    problem =
        new AttentionProblem(
            new AttentionShape(
                1,
                cell.heads(),
                cell.heads(),
                cell.length(),
                cell.length(),
                cell.headSize(),
                cell.headSize()),
            normalizer.kernel().orElseThrow(),
            declared.size(),
            data.scale(),
            KeyRange.causal(false),
            false,
            0,
            0,
            0);
    output = new float[cell.size()];
    int size = pass.backward() ? cell.size() : 0;
    gradients = new FloatGradients(new float[size], new float[size], new float[size]);
  }

  private static float[] initialValues(NormalizerParameter parameter) {
    float[] values = new float[parameter.heads()];
    Arrays.fill(values, (float) parameter.initialValue());
    return values;
  }

  @Override
  public void run() {
    FloatAttention attention =
        new FloatAttention(problem, data.q(), data.k(), data.v(), null, parameters);
    ForwardState trace = attention.forward(output, pass.backward());
    if (pass.backward()) {
      attention.backward(trace, output, data.outputGradient(), gradients);
    }
  }

  @Override
  public Map<String, float[]> results() {
    run();
    return pass.backward()
        ? CoreResults.backward(
            output.clone(), gradients.q().clone(), gradients.k().clone(), gradients.v().clone())
        : CoreResults.forward(output.clone());
  }
}
