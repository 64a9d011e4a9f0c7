package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The node cases of the ONNX operator Attention, opset 23 to 25, where a checkout has them beside
 * it in {@code ../shared/onnx-attention}.
 *
 * <p>What a case says in ONNX's terms is said here in the facade's: causal with key lengths is
 * aligned at the last key, without at the first; a mask that is shorter than the keys hides the
 * rest.
 */
class OnnxAttentionCasesTest {
  private static final int CASES = 87;
  private static final Path BESIDE = Path.of("shared", "onnx-attention", "cases.json.gz");

  private static @Nullable Path file() {
    String root = System.getProperty("maven.multiModuleProjectDirectory");
    Path directory = Path.of(root == null ? "" : root).toAbsolutePath();
    for (Path at = directory; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve(BESIDE))) {
        return at.resolve(BESIDE);
      }
    }
    return null;
  }

  @Test
  void allCases() throws IOException {
    Path file = file();
    assumeTrue(
        file != null, "There is no ../shared/onnx-attention/cases.json.gz beside this checkout.");
    JsonNode cases;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      cases = new ObjectMapper().readTree(in);
    }
    List<String> failures = new ArrayList<>();
    for (JsonNode node : cases) {
      String failure = failure(node);
      if (failure != null) {
        failures.add(node.get("name").asText() + ": " + failure);
      }
    }
    assertThat(failures).isEmpty();
    assertThat(cases.size()).isGreaterThanOrEqualTo(CASES);
  }

  /** What is wrong with the result of a case; null for nothing. */
  private static @Nullable String failure(JsonNode node) {
    SameDiff sd = SameDiff.create();
    Map<String, SDVariable> inputs = new LinkedHashMap<>();
    node.get("inputs")
        .fields()
        .forEachRemaining(
            entry -> {
              if (!entry.getValue().isNull()) {
                inputs.put(entry.getKey(), sd.constant(entry.getKey(), array(entry.getValue())));
              }
            });
    AttentionResult result = apply(node.get("attrs"), inputs);
    int mode = node.get("attrs").path("qk_matmul_output_mode").asInt(0);
    SDVariable qk =
        switch (mode) {
          case 2 -> result.scores();
          case 3 -> result.weights();
          default -> result.unmaskedScores();
        };
    Map<String, SDVariable> parts =
        Map.of(
            "Y", result.output(),
            "present_key", result.presentKeys(),
            "present_value", result.presentValues(),
            "qk", qk);
    List<String> wrong = new ArrayList<>();
    node.get("outputs")
        .fields()
        .forEachRemaining(
            entry -> {
              if (!entry.getValue().isNull()) {
                INDArray wanted = array(entry.getValue());
                String difference = difference(parts.get(entry.getKey()).eval(), wanted);
                if (difference != null) {
                  wrong.add(entry.getKey() + " " + difference);
                }
              }
            });
    return wrong.isEmpty() ? null : wrong.toString();
  }

  private static AttentionResult apply(JsonNode attrs, Map<String, SDVariable> inputs) {
    boolean lengths = inputs.containsKey("nonpad");
    Attention attention =
        Attention.attention()
            .causal(attrs.path("is_causal").asInt(0) == 1)
            .align(lengths ? QueryAlignment.LAST_KEY : QueryAlignment.FIRST_KEY)
            .window(
                attrs.path("left_window_size").asInt(-1),
                attrs.path("right_window_size").asInt(-1));
    if (attrs.has("q_num_heads")) {
      attention.packedHeads(attrs.get("q_num_heads").asInt(), attrs.get("kv_num_heads").asInt());
    }
    if (attrs.path("scale").asDouble(0) != 0) {
      attention.scale(attrs.get("scale").asDouble());
    }
    if (attrs.path("softcap").asDouble(0) != 0) {
      attention.softcap(attrs.get("softcap").asDouble());
    }
    if (lengths) {
      attention.keyLengths(inputs.get("nonpad"));
    }
    if (inputs.containsKey("past_key")) {
      attention.past(inputs.get("past_key"), inputs.get("past_value"));
    }
    SDVariable keys = inputs.get("K");
    SDVariable mask = inputs.get("mask");
    if (mask != null) {
      long past = inputs.containsKey("past_key") ? inputs.get("past_key").getArr().size(2) : 0;
      attention.mask(asLongAs(mask, past + keys.getArr().size(-2)));
    }
    return attention.apply(inputs.get("Q"), keys, inputs.get("V"));
  }

  private static SDVariable asLongAs(SDVariable mask, long keys) {
    INDArray given = mask.getArr();
    long missing = keys - given.size(-1);
    if (given.size(-1) == 1 || missing == 0) {
      return mask;
    }
    long[] shape = given.shape().clone();
    shape[shape.length - 1] = missing;
    INDArray hidden =
        given.dataType() == DataType.BOOL
            ? Nd4j.zeros(DataType.BOOL, shape)
            : Nd4j.valueArrayOf(shape, Double.NEGATIVE_INFINITY, given.dataType());
    return mask.getSameDiff().constant(Nd4j.concat(shape.length - 1, given, hidden));
  }

  /** Hidden scores are -1e37 here and minus infinity, or the least of a narrow type, there. */
  private static @Nullable String difference(INDArray actual, INDArray wanted) {
    if (!java.util.Arrays.equals(actual.shape(), wanted.shape())) {
      return "has another shape, " + java.util.Arrays.toString(actual.shape());
    }
    boolean half = wanted.dataType() == DataType.FLOAT16;
    double[] ours = numbers(actual);
    double[] theirs = numbers(wanted);
    for (int i = 0; i < ours.length; i++) {
      boolean hidden = theirs[i] < -1e4 && ours[i] < -1e4;
      double tolerance = (half ? 2e-3 : 1e-6) * Math.max(1, Math.abs(theirs[i])) * 2;
      if (!hidden && !(Math.abs(ours[i] - theirs[i]) <= tolerance)) {
        return "is %s at %d where %s is expected".formatted(ours[i], i, theirs[i]);
      }
    }
    return null;
  }

  private static double[] numbers(INDArray x) {
    return x.castTo(DataType.DOUBLE).reshape(x.length()).toDoubleVector();
  }

  private static INDArray array(JsonNode tensor) {
    List<Long> sizes = new ArrayList<>();
    tensor.get("shape").forEach(size -> sizes.add(size.asLong()));
    double[] numbers = new double[tensor.get("data").size()];
    int next = 0;
    for (JsonNode value : tensor.get("data")) {
      numbers[next++] = number(value);
    }
    long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
    return Nd4j.createFromArray(numbers)
        .reshape(shape)
        .castTo(
            switch (tensor.get("type").asText()) {
              case "float16" -> DataType.FLOAT16;
              case "float32" -> DataType.FLOAT;
              case "float64" -> DataType.DOUBLE;
              case "bool" -> DataType.BOOL;
              default -> DataType.INT64;
            });
  }

  private static double number(JsonNode value) {
    return value.isBoolean()
        ? (value.asBoolean() ? 1 : 0)
        : value.isTextual() ? special(value.asText()) : value.asDouble();
  }

  private static double special(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    return lower.startsWith("-inf")
        ? Double.NEGATIVE_INFINITY
        : lower.startsWith("inf") ? Double.POSITIVE_INFINITY : Double.valueOf(text);
  }
}
