package org.attention4j.pretrained;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.Gelu;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.databind.JsonNode;

/** What {@code config.json} says, with a sentence about each value that is not possible. */
final class ModelConfig {
  private final String file;
  private final JsonNode root;

  /**
   * An activation and, if it is GELU, which.
   *
   * @param gelu means nothing unless the activation is GELU
   */
  record NamedActivation(Activation activation, Gelu gelu) {}

  private static final Map<String, NamedActivation> ACTIVATIONS =
      Map.of(
          "gelu", new NamedActivation(Activation.GELU, Gelu.EXACT),
          "gelu_new", new NamedActivation(Activation.GELU, Gelu.TANH),
          "gelu_fast", new NamedActivation(Activation.GELU, Gelu.TANH),
          "gelu_pytorch_tanh", new NamedActivation(Activation.GELU, Gelu.TANH),
          "quick_gelu", new NamedActivation(Activation.GELU, Gelu.SIGMOID),
          "relu", new NamedActivation(Activation.RELU, Gelu.EXACT),
          "silu", new NamedActivation(Activation.SWISH, Gelu.EXACT),
          "swish", new NamedActivation(Activation.SWISH, Gelu.EXACT),
          "tanh", new NamedActivation(Activation.TANH, Gelu.EXACT));

  ModelConfig(String file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /** The file, as messages name it. */
  String file() {
    return file;
  }

  /** The values of an object in here; none if it is absent or null. */
  ModelConfig inner(String key) throws ModelFileException {
    require(isAbsent(key) || root.path(key).isObject(), key, "an object");
    return new ModelConfig(file + ", " + key, root.path(key));
  }

  /** Whether a value is not there, or null. */
  boolean isAbsent(String key) {
    return root.path(key).isMissingNode() || root.path(key).isNull();
  }

  /** Whether a value is there, and null. */
  boolean isNull(String key) {
    return root.path(key).isNull();
  }

  /** A size that must be there. */
  int size(String key) throws ModelFileException {
    return atLeast(1, key);
  }

  int size(String key, int fallback) throws ModelFileException {
    return isAbsent(key) ? fallback : size(key);
  }

  /** A number that may be zero. */
  int count(String key, int fallback) throws ModelFileException {
    return isAbsent(key) ? fallback : atLeast(0, key);
  }

  private int atLeast(int least, String key) throws ModelFileException {
    JsonNode node = root.path(key);
    require(
        node.canConvertToInt() && node.isIntegralNumber() && node.intValue() >= least,
        key,
        "a whole number from %d to %d".formatted(least, Integer.MAX_VALUE));
    return node.intValue();
  }

  double positive(String key, double fallback) throws ModelFileException {
    if (isAbsent(key)) {
      return fallback;
    }
    double value = root.path(key).doubleValue();
    require(
        root.path(key).isNumber() && value > 0 && Double.isFinite(value), key, "a number above 0");
    return value;
  }

  /** The share of numbers that training drops. */
  double dropout(String key, double fallback) throws ModelFileException {
    if (isAbsent(key)) {
      return fallback;
    }
    double value = root.path(key).doubleValue();
    require(root.path(key).isNumber() && value >= 0 && value < 1, key, "from 0 to below 1");
    return value;
  }

  boolean flag(String key, boolean fallback) throws ModelFileException {
    if (isAbsent(key)) {
      return fallback;
    }
    require(root.path(key).isBoolean(), key, "true or false");
    return root.path(key).booleanValue();
  }

  String text(String key, @Nullable String fallback) throws ModelFileException {
    if (isAbsent(key) && fallback != null) {
      return fallback;
    }
    require(root.path(key).isTextual(), key, "text");
    return root.path(key).textValue();
  }

  NamedActivation activation(String key, String fallback) throws ModelFileException {
    NamedActivation activation = ACTIVATIONS.get(text(key, fallback));
    if (activation == null) {
      throw wrong(
          key, "one of " + String.join(", ", ACTIVATIONS.keySet().stream().sorted().toList()));
    }
    return activation;
  }

  /** The text of each entry of a list; none if it is absent. */
  Iterable<JsonNode> list(String key) throws ModelFileException {
    require(isAbsent(key) || root.path(key).isArray(), key, "a list");
    return root.path(key);
  }

  /** The ids of one token or of several; none if it is absent. */
  List<Integer> tokens(String key) throws ModelFileException {
    if (isAbsent(key)) {
      return List.of();
    }
    JsonNode node = root.path(key);
    List<Integer> tokens = new ArrayList<>();
    for (JsonNode one : node.isArray() ? node : List.of(node)) {
      require(
          one.isIntegralNumber() && one.canConvertToInt() && one.intValue() >= 0,
          key,
          "a token id, or a list of them");
      tokens.add(one.intValue());
    }
    return List.copyOf(tokens);
  }

  void require(boolean holds, String key, String expected) throws ModelFileException {
    if (!holds) {
      throw wrong(key, expected);
    }
  }

  /** Says that a value is not possible. */
  ModelFileException wrong(String key, String expected) {
    JsonNode node = root.path(key);
    return ModelFileException.of(
        file,
        key,
        node.isMissingNode()
            ? "missing"
            : ModelFileException.quoted(node.isTextual() ? node.textValue() : node.toString()),
        expected);
  }
}
