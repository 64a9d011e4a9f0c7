package org.attention4j.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attention4j.bench.ComparisonResult.Kind;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/** The lines that tell what a comparison of whole models showed. */
final class ModelResult {
  private static final double MILLISECONDS = 1000;

  private static final String TIME = "_ms";

  private ModelResult() {}

  /**
   * The line about a pass: the peers' times by ours, above 1 if ours is faster.
   *
   * @param milliseconds median times of ours and at least PyTorch's
   */
  static String line(ModelSize size, ModelPass pass, Map<Framework, Double> milliseconds) {
    double ours = value(milliseconds, Framework.OURS);
    double pytorch = value(milliseconds, Framework.PYTORCH);
    double djl = value(milliseconds, Framework.DJL);
    return String.format(
        Locale.ROOT,
        "%s size=%s pass=%s ours_ms=%.3f pytorch_ms=%.3f ratio=%.2f tokens_per_s=%.0f"
            + " djl_ms=%.3f djl_ratio=%.2f",
        Kind.MODEL,
        size.name(),
        pass.label(),
        ours,
        pytorch,
        pytorch / ours,
        MILLISECONDS * size.tokens() / ours,
        djl,
        djl / ours);
  }

  /**
   * The line about memory: ours by the peers', above 1 if ours takes more.
   *
   * @param mebibytes peaks of the resident memory in training
   */
  static String memoryLine(ModelSize size, Map<Framework, Double> mebibytes) {
    double ours = value(mebibytes, Framework.OURS);
    double pytorch = value(mebibytes, Framework.PYTORCH);
    double djl = value(mebibytes, Framework.DJL);
    return String.format(
        Locale.ROOT,
        "%s size=%s pass=memory ours_mib=%.0f pytorch_mib=%.0f ratio=%.2f"
            + " djl_mib=%.0f djl_ratio=%.2f",
        Kind.MODEL,
        size.name(),
        ours,
        pytorch,
        ours / pytorch,
        djl,
        ours / djl);
  }

  private static double value(Map<Framework, Double> values, Framework framework) {
    return values.getOrDefault(framework, Double.NaN);
  }

  /** Reads the times of a line; none if it is about memory or some other line. */
  static List<ComparisonResult> parse(String line) {
    List<ComparisonResult> results = new ArrayList<>();
    if (line.startsWith(Kind.MODEL + " ")) {
      Map<String, String> fields = fields(line);
      String subject = "size=%s pass=%s".formatted(fields.get("size"), fields.get("pass"));
      String ours = fields.get(Framework.OURS.label() + TIME);
      for (Framework peer : List.of(Framework.PYTORCH, Framework.DJL)) {
        String time = fields.get(peer.label() + TIME);
        if (ours != null && time != null) {
          results.add(
              new ComparisonResult(
                  Kind.MODEL,
                  subject,
                  peer.label(),
                  Double.parseDouble(ours),
                  Double.parseDouble(time)));
        }
      }
    }
    return results;
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new HashMap<>();
    for (String word : line.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        fields.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return fields;
  }
}
