package org.attention4j.pretrained;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A kind of transformer: what its configuration means, and which tensor is which parameter. */
interface Family {
  /** By what the configuration calls {@code model_type}. */
  Map<String, Family> ALL =
      new TreeMap<>(
          Map.of(
              "bert", BertFamily.BERT,
              "distilbert", BertFamily.DISTILBERT,
              "gpt2", new Gpt2Family(),
              "llama", new LlamaFamily(),
              "mistral", new LlamaFamily(),
              "qwen2", new LlamaFamily(),
              "qwen3", new LlamaFamily()));

  /** The family that a configuration names. */
  static Family of(ModelConfig config) throws ModelFileException {
    Family family = ALL.get(config.text("model_type", null));
    if (family == null) {
      throw config.wrong("model_type", "one of " + String.join(", ", ALL.keySet()));
    }
    return family;
  }

  /** Whether a model of this family has a pooler, which makes one vector of a sequence. */
  default boolean hasPooler() {
    return false;
  }

  /** Reads the configuration. */
  Architecture architecture(ModelConfig config) throws ModelFileException;

  /** Says where the parameters of the network come from. */
  void plan(Architecture architecture, WeightPlan plan) throws ModelFileException;

  /** What the names of tensors begin with: a prefix if there are such names, else nothing. */
  static String prefix(Set<String> names, String prefix, String probe) {
    return names.contains(prefix + probe) ? prefix : "";
  }
}
