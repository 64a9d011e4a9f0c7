package org.attention4j.pretrained;

import static org.attention4j.pretrained.NetworkLayers.NORM;
import static org.attention4j.pretrained.NetworkLayers.POSITIONS;
import static org.attention4j.pretrained.NetworkLayers.TOKENS;

/**
 * GPT-2 and those built like it: learned positions, layer norm before each half, the tanh form of
 * GELU, weights of the head shared with the token embedding.
 *
 * <p>Its linear maps are "Conv1D": matrices [in, out], and those of queries, keys and values stand
 * beside each other in one, [in, 3 out].
 *
 * @see <a
 *     href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">Radford
 *     et al. 2019</a>
 */
final class Gpt2Family implements Family {
  private static final Architecture.Sizes SIZES =
      new Architecture.Sizes(
          "n_embd",
          "n_layer",
          "n_head",
          "n_inner",
          true,
          false,
          "n_positions",
          "activation_function",
          "gelu_new");

  private static final double DEFAULT_EPSILON = 1e-5;
  private static final double DEFAULT_DROPOUT = 0.1;

  @Override
  public Architecture architecture(ModelConfig config) throws ModelFileException {
    Architecture architecture = new Architecture("gpt2", config, SIZES);
    config.require(!config.flag("add_cross_attention", false), "add_cross_attention", "false");
    architecture.causal = true;
    architecture.epsilon = config.positive("layer_norm_epsilon", DEFAULT_EPSILON);
    architecture.scaled = config.flag("scale_attn_weights", true);
    architecture.scaledByBlock = config.flag("scale_attn_by_inverse_layer_idx", false);
    architecture.embeddingDropout = config.dropout("embd_pdrop", DEFAULT_DROPOUT);
    architecture.attentionDropout = config.dropout("attn_pdrop", DEFAULT_DROPOUT);
    architecture.residualDropout = config.dropout("resid_pdrop", DEFAULT_DROPOUT);
    architecture.languageModel = true;
    architecture.tied = config.flag("tie_word_embeddings", true);
    return architecture;
  }

  @Override
  public void plan(Architecture a, WeightPlan plan) throws ModelFileException {
    String prefix = Family.prefix(plan.names(), "transformer.", "wte.weight");
    long size = a.size;
    plan.copy(TOKENS, "W", prefix + "wte.weight", a.vocabulary, size);
    plan.transposed(POSITIONS, "W", prefix + "wpe.weight", a.maxLength, size);
    for (int i = 0; i < a.blocks; i++) {
      planBlock(a, plan, NetworkLayers.block(i), prefix + "h." + i + ".");
    }
    plan.copy(NORM, "gain", prefix + "ln_f.weight", size);
    plan.copy(NORM, "bias", prefix + "ln_f.bias", size);
    NetworkLayers.planHead(a, plan);
  }

  private static void planBlock(Architecture a, WeightPlan plan, String block, String tensor)
      throws ModelFileException {
    long size = a.size;
    long hidden = a.feedForwardSize;
    String joined = tensor + "attn.c_attn.";
    String[] roles = {"q", "k", "v"};
    for (int i = 0; i < roles.length; i++) {
      long from = i * size;
      plan.part(block, "W" + roles[i], joined + "weight", new long[] {size, 3 * size}, from, size);
      plan.part(block, "b" + roles[i], joined + "bias", new long[] {3 * size}, from, size);
    }
    plan.copy(block, "Wo", tensor + "attn.c_proj.weight", size, size);
    plan.copy(block, "bo", tensor + "attn.c_proj.bias", size);
    plan.transposed(block, "W1", tensor + "mlp.c_fc.weight", size, hidden);
    plan.copy(block, "b1", tensor + "mlp.c_fc.bias", hidden);
    plan.transposed(block, "W2", tensor + "mlp.c_proj.weight", hidden, size);
    plan.copy(block, "b2", tensor + "mlp.c_proj.bias", size);
    plan.copy(block, "attentionNormGain", tensor + "ln_1.weight", size);
    plan.copy(block, "attentionNormBias", tensor + "ln_1.bias", size);
    plan.copy(block, "feedForwardNormGain", tensor + "ln_2.weight", size);
    plan.copy(block, "feedForwardNormBias", tensor + "ln_2.bias", size);
  }
}
