package org.attention4j.pretrained;

import static org.attention4j.pretrained.NetworkLayers.NORM;
import static org.attention4j.pretrained.NetworkLayers.TOKENS;

import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import org.attention4j.layers.Norm;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Llama and those built like it, Mistral, Qwen 2 and Qwen 3: rotary positions, grouped heads, RMS
 * norm before each half, SwiGLU. They differ in biases, in the norm of queries and keys, and in the
 * blocks that have a sliding window: all of Mistral, the upper ones of Qwen if it says so.
 *
 * <p>Positions that are stretched for longer contexts, as in Llama 3.1, are refused.
 *
 * @see <a href="https://arxiv.org/abs/2302.13971">Touvron et al. 2023</a>
 * @see <a href="https://arxiv.org/abs/2407.10671">Yang et al. 2024, Qwen 2</a>
 */
final class LlamaFamily implements Family {
  private static final Architecture.Sizes SIZES =
      new Architecture.Sizes(
          "hidden_size",
          "num_hidden_layers",
          "num_attention_heads",
          "intermediate_size",
          false,
          true,
          "max_position_embeddings",
          "hidden_act",
          "silu");

  private static final double DEFAULT_EPSILON = 1e-6;
  private static final double DEFAULT_BASE = 10_000;

  /** What our layers add to the mean square of queries and keys. */
  private static final double QK_EPSILON = 1e-6;

  /** The window where the configuration does not say it. */
  private static final int DEFAULT_WINDOW = 4096;

  /** How many blocks of Qwen are without a window where the configuration does not say it. */
  private static final int DEFAULT_WHOLE_BLOCKS = 28;

  private static final String MISTRAL = "mistral";
  private static final String LLAMA = "llama";
  private static final String WINDOW = "sliding_window";
  private static final String HAS_WINDOW = "use_sliding_window";
  private static final String BLOCK_TYPES = "layer_types";
  private static final String WINDOWED = "sliding_attention";
  private static final String WHOLE = "full_attention";
  private static final String EPSILON = "rms_norm_eps";

  @Override
  public Architecture architecture(ModelConfig config) throws ModelFileException {
    String family = config.text("model_type", null);
    Architecture architecture = new Architecture(family, config, SIZES);
    boolean qwen2 = family.equals("qwen2");
    boolean qwen3 = family.equals("qwen3");
    architecture.learnedPositions = false;
    architecture.rotaryBase = rotaryBase(config);
    config.require(
        architecture.headSize % 2 == 0,
        config.isAbsent("head_dim") ? "num_attention_heads" : "head_dim",
        "such that the size of a head, %d, is even".formatted(architecture.headSize));
    architecture.norm = Norm.RMS;
    architecture.epsilon = config.positive(EPSILON, DEFAULT_EPSILON);
    architecture.causal = true;
    architecture.gated = true;
    architecture.attentionBias = qwen2 || config.flag("attention_bias", false);
    architecture.feedForwardBias = config.flag("mlp_bias", false);
    architecture.qkNorm = qwen3;
    config.require(
        !qwen3 || architecture.epsilon == QK_EPSILON, EPSILON, "1e-6 in a model of this family");
    architecture.attentionDropout = config.dropout("attention_dropout", 0);
    architecture.languageModel = true;
    architecture.tied = config.flag("tie_word_embeddings", false);
    architecture.slidingWindow = slidingWindow(config, family, architecture.blocks);
    return architecture;
  }

  /** In older files beside the sizes, in newer ones in an object of its own. */
  private static double rotaryBase(ModelConfig config) throws ModelFileException {
    ModelConfig parameters = config.inner("rope_parameters");
    for (ModelConfig positions : new ModelConfig[] {parameters, config.inner("rope_scaling")}) {
      for (String key : new String[] {"rope_type", "type"}) {
        positions.require(
            positions.text(key, "default").equals("default"),
            key,
            "'default', since stretched positions are not supported");
      }
    }
    for (ModelConfig place : new ModelConfig[] {config, parameters}) {
      place.require(place.positive("partial_rotary_factor", 1) == 1, "partial_rotary_factor", "1");
    }
    return parameters.positive("rope_theta", config.positive("rope_theta", DEFAULT_BASE));
  }

  /** What a query sees in each block. Newer files list the kind of each block. */
  private static IntUnaryOperator slidingWindow(ModelConfig config, String family, int blocks)
      throws ModelFileException {
    boolean mistral = family.equals(MISTRAL);
    boolean possible =
        mistral
            ? !config.isNull(WINDOW)
            : !family.equals(LLAMA) && config.flag(HAS_WINDOW, false) && !config.isNull(WINDOW);
    int window = possible ? config.size(WINDOW, DEFAULT_WINDOW) : 0;
    if (config.isAbsent(BLOCK_TYPES)) {
      int whole = mistral ? 0 : config.count("max_window_layers", DEFAULT_WHOLE_BLOCKS);
      return block -> block < whole ? 0 : window;
    }
    BitSet windowed = new BitSet();
    int listed = 0;
    for (JsonNode type : config.list(BLOCK_TYPES)) {
      windowed.set(listed, type.asText().equals(WINDOWED));
      config.require(
          type.asText().equals(WHOLE) || (possible && windowed.get(listed)),
          BLOCK_TYPES,
          possible
              ? "a list of '%s' and '%s'".formatted(WHOLE, WINDOWED)
              : "a list of '%s', since the model has no sliding window".formatted(WHOLE));
      listed++;
    }
    config.require(
        listed == blocks, BLOCK_TYPES, "a list of num_hidden_layers, %d".formatted(blocks));
    return block -> windowed.get(block) ? window : 0;
  }

  @Override
  public void plan(Architecture a, WeightPlan plan) throws ModelFileException {
    String prefix = Family.prefix(plan.names(), "model.", "embed_tokens.weight");
    plan.copy(TOKENS, "W", prefix + "embed_tokens.weight", a.vocabulary, a.size);
    for (int i = 0; i < a.blocks; i++) {
      planBlock(a, plan, NetworkLayers.block(i), prefix + "layers." + i + ".");
    }
    plan.copy(NORM, "gain", prefix + "norm.weight", a.size);
    NetworkLayers.planHead(a, plan);
  }

  private static void planBlock(Architecture a, WeightPlan plan, String block, String tensor)
      throws ModelFileException {
    long size = a.size;
    long hidden = a.feedForwardSize;
    long queries = (long) a.heads * a.headSize;
    long keys = (long) a.keyValueHeads * a.headSize;
    String attention = tensor + "self_attn.";
    String feedForward = tensor + "mlp.";
    plan.copy(block, "Wq", attention + "q_proj.weight", queries, size);
    plan.copy(block, "Wk", attention + "k_proj.weight", keys, size);
    plan.copy(block, "Wv", attention + "v_proj.weight", keys, size);
    plan.transposed(block, "Wo", attention + "o_proj.weight", size, queries);
    if (a.attentionBias) {
      plan.copy(block, "bq", attention + "q_proj.bias", queries);
      plan.copy(block, "bk", attention + "k_proj.bias", keys);
      plan.copy(block, "bv", attention + "v_proj.bias", keys);
      if (a.family.equals("qwen2")) {
        plan.fill(block, "bo", 0); // it has none
      } else {
        plan.copy(block, "bo", attention + "o_proj.bias", size);
      }
    }
    if (a.qkNorm) {
      plan.copy(block, "gq", attention + "q_norm.weight", a.headSize);
      plan.copy(block, "gk", attention + "k_norm.weight", a.headSize);
    }
    plan.copy(block, "W1", feedForward + "gate_proj.weight", hidden, size);
    plan.copy(block, "Wg", feedForward + "up_proj.weight", hidden, size);
    plan.copy(block, "W2", feedForward + "down_proj.weight", size, hidden);
    if (a.feedForwardBias) {
      plan.copy(block, "b1", feedForward + "gate_proj.bias", hidden);
      plan.copy(block, "bg", feedForward + "up_proj.bias", hidden);
      plan.copy(block, "b2", feedForward + "down_proj.bias", size);
    }
    plan.copy(block, "attentionNormGain", tensor + "input_layernorm.weight", size);
    plan.copy(block, "feedForwardNormGain", tensor + "post_attention_layernorm.weight", size);
  }
}
