package org.attention4j.internal.attention;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.attention4j.internal.threads.Workers;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;

/** One forward and one backward pass over a long sequence; a program of its own as well. */
final class LongContext {
  private static final int FEATURES = 16;

  private LongContext() {}

  /**
   * Runs as a program.
   *
   * @param arguments the length
   */
  public static void main(String[] arguments) {
    int length = Integer.parseInt(arguments[0]);
    System.setProperty(Workers.PROPERTY, "1");
    System.out.println(allocatedBytes(RowKernels.softmax(1), length));
    System.out.println(allocatedBytes(RowKernels.topK(n -> 8), length));
  }

  /**
   * The bytes that this thread allocates for both passes, one head of 16 features.
   *
   * @throws IllegalStateException if a gradient is zero or no number
   */
  static long allocatedBytes(RowKernel kernel, int length) {
    float[] q = noise(1, length);
    float[] k = noise(2, length);
    float[] v = noise(3, length);
    float[] outputGradient = noise(4, length);
    AttentionProblem problem =
        new AttentionProblem(
            new AttentionShape(1, 1, 1, length, length, FEATURES, FEATURES),
            kernel,
            0,
            0.25,
            KeyRange.causal(false),
            false,
            0,
            0,
            0);
    FloatGradients gradients =
        new FloatGradients(new float[q.length], new float[k.length], new float[v.length]);
    float[] output = new float[v.length];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    FloatAttention attention = new FloatAttention(problem, q, k, v, null);
    attention.backward(attention.forward(output, true), output, outputGradient, gradients);
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    check(output);
    check(gradients.q());
    check(gradients.k());
    check(gradients.v());
    return allocated;
  }

  private static void check(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += Math.abs(value);
    }
    if (!(sum > 0) || Double.isInfinite(sum)) {
      throw new IllegalStateException("The sum of sizes is " + sum);
    }
  }

  private static float[] noise(long seed, int length) {
    Random random = new Random(seed);
    float[] noise = new float[FEATURES * length];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }
}
