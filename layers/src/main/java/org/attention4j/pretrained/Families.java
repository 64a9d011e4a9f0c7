package org.attention4j.pretrained;

import java.util.Map;
import java.util.TreeMap;

/** All families, by what {@code config.json} calls {@code model_type}. */
final class Families {
  private static final Map<String, Family> ALL =
      new TreeMap<>(
          Map.of(
              "bert", BertFamily.BERT,
              "distilbert", BertFamily.DISTILBERT,
              "gpt2", new Gpt2Family(),
              "llama", new LlamaFamily(),
              "mistral", new LlamaFamily(),
              "qwen2", new LlamaFamily(),
              "qwen3", new LlamaFamily()));

  private Families() {}

  /** The family that a configuration names. */
  static Family of(ModelConfig config) throws ModelFileException {
    Family family = ALL.get(config.text("model_type", null));
    if (family == null) {
      throw config.wrong("model_type", "one of " + String.join(", ", ALL.keySet()));
    }
    return family;
  }
}
