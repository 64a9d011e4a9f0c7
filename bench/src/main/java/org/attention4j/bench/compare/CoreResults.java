package org.attention4j.bench.compare;

import java.util.LinkedHashMap;
import java.util.Map;

/** The names under which the peers of the attention core hand out their results, [h, d, L] each. */
final class CoreResults {
  private CoreResults() {}

  static Map<String, float[]> forward(float[] output) {
    Map<String, float[]> results = new LinkedHashMap<>();
    results.put("output", output);
    return results;
  }

  static Map<String, float[]> backward(float[] output, float[] dq, float[] dk, float[] dv) {
    Map<String, float[]> results = forward(output);
    results.put("dL/dQ", dq);
    results.put("dL/dK", dk);
    results.put("dL/dV", dv);
    return results;
  }
}
