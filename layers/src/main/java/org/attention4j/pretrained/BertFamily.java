package org.attention4j.pretrained;

import static org.attention4j.pretrained.NetworkLayers.EMBEDDING_NORM;
import static org.attention4j.pretrained.NetworkLayers.POOLER;
import static org.attention4j.pretrained.NetworkLayers.POSITIONS;
import static org.attention4j.pretrained.NetworkLayers.TOKENS;

import org.deeplearning4j.nn.params.DefaultParamInitializer;

/**
 * BERT and those built like it, MiniLM and DistilBERT among them: types of tokens (not in
 * DistilBERT), learned positions, layer norm after the embeddings and after each residual
 * connection, the exact GELU.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2019</a>
 * @see <a href="https://arxiv.org/abs/1910.01108">Sanh et al. 2019, DistilBERT</a>
 */
final class BertFamily implements Family {
  private static final double DEFAULT_EPSILON = 1e-12;
  private static final double DEFAULT_DROPOUT = 0.1;

  /** The first and the second sentence of a pair. */
  private static final int DEFAULT_TYPES = 2;

  /** BERT itself. */
  static final BertFamily BERT =
      new BertFamily(
          "bert",
          new Architecture.Sizes(
              "hidden_size",
              "num_hidden_layers",
              "num_attention_heads",
              "intermediate_size",
              false,
              false,
              "max_position_embeddings",
              "hidden_act",
              "gelu"),
          new Names(
              "encoder.layer.",
              "attention.self.query",
              "attention.self.key",
              "attention.self.value",
              "attention.output.dense",
              "attention.output.LayerNorm",
              "intermediate.dense",
              "output.dense",
              "output.LayerNorm"));

  /** With other names, without types and without a pooler. */
  static final BertFamily DISTILBERT =
      new BertFamily(
          "distilbert",
          new Architecture.Sizes(
              "dim",
              "n_layers",
              "n_heads",
              "hidden_dim",
              false,
              false,
              "max_position_embeddings",
              "activation",
              "gelu"),
          new Names(
              "transformer.layer.",
              "attention.q_lin",
              "attention.k_lin",
              "attention.v_lin",
              "attention.out_lin",
              "sa_layer_norm",
              "ffn.lin1",
              "ffn.lin2",
              "output_layer_norm"));

  private final String name;
  private final Architecture.Sizes sizes;
  private final Names names;

  /** What the tensors of a block are called. */
  private record Names(
      String blocks,
      String query,
      String key,
      String value,
      String attentionOutput,
      String attentionNorm,
      String first,
      String second,
      String outputNorm) {}

  private BertFamily(String name, Architecture.Sizes sizes, Names names) {
    this.name = name;
    this.sizes = sizes;
    this.names = names;
  }

  private boolean isDistilled() {
    return this == DISTILBERT;
  }

  @Override
  public boolean hasPooler() {
    return !isDistilled();
  }

  @Override
  public Architecture architecture(ModelConfig config) throws ModelFileException {
    Architecture architecture = new Architecture(name, config, sizes);
    String positions = config.text("position_embedding_type", "absolute");
    config.require(
        positions.equals("absolute"), "position_embedding_type", "'absolute' or left out");
    config.require(!config.flag("is_decoder", false), "is_decoder", "false");
    architecture.embeddingNorm = true;
    architecture.postNorm = true;
    architecture.epsilon =
        isDistilled() ? DEFAULT_EPSILON : config.positive("layer_norm_eps", DEFAULT_EPSILON);
    architecture.tokenTypes = isDistilled() ? 0 : config.size("type_vocab_size", DEFAULT_TYPES);
    double dropout =
        config.dropout(isDistilled() ? "dropout" : "hidden_dropout_prob", DEFAULT_DROPOUT);
    architecture.embeddingDropout = dropout;
    architecture.residualDropout = dropout;
    architecture.attentionDropout =
        config.dropout(
            isDistilled() ? "attention_dropout" : "attention_probs_dropout_prob", DEFAULT_DROPOUT);
    return architecture;
  }

  @Override
  public void plan(Architecture a, WeightPlan plan) throws ModelFileException {
    String embeddings = "embeddings.";
    String prefix = Family.prefix(plan.names(), name + ".", embeddings + "word_embeddings.weight");
    String first = prefix + embeddings;
    plan.copy(TOKENS, "W", first + "word_embeddings.weight", a.vocabulary, a.size);
    if (a.tokenTypes > 0) {
      plan.copy(TOKENS, "Wt", first + "token_type_embeddings.weight", a.tokenTypes, a.size);
    }
    plan.transposed(POSITIONS, "W", first + "position_embeddings.weight", a.maxLength, a.size);
    planNorm(a, plan, EMBEDDING_NORM, "gain", "bias", first + "LayerNorm");
    for (int i = 0; i < a.blocks; i++) {
      planBlock(a, plan, NetworkLayers.block(i), prefix + names.blocks() + i + ".");
    }
    if (a.pooler) {
      String dense = prefix + "pooler.dense.";
      plan.transposed(POOLER, DefaultParamInitializer.WEIGHT_KEY, dense + "weight", a.size, a.size);
      plan.copy(POOLER, DefaultParamInitializer.BIAS_KEY, dense + "bias", a.size);
    }
  }

  private void planBlock(Architecture a, WeightPlan plan, String block, String tensor)
      throws ModelFileException {
    long size = a.size;
    long hidden = a.feedForwardSize;
    planLinear(plan, block, "q", tensor + names.query(), size, size);
    planLinear(plan, block, "k", tensor + names.key(), size, size);
    planLinear(plan, block, "v", tensor + names.value(), size, size);
    plan.transposed(block, "Wo", tensor + names.attentionOutput() + ".weight", size, size);
    plan.copy(block, "bo", tensor + names.attentionOutput() + ".bias", size);
    planLinear(plan, block, "1", tensor + names.first(), hidden, size);
    planLinear(plan, block, "2", tensor + names.second(), size, hidden);
    planNorm(
        a, plan, block, "attentionNormGain", "attentionNormBias", tensor + names.attentionNorm());
    planNorm(
        a, plan, block, "feedForwardNormGain", "feedForwardNormBias", tensor + names.outputNorm());
  }

  private static void planLinear(
      WeightPlan plan, String block, String role, String tensor, long out, long in)
      throws ModelFileException {
    plan.copy(block, "W" + role, tensor + ".weight", out, in);
    plan.copy(block, "b" + role, tensor + ".bias", out);
  }

  /** Files that were made from TensorFlow's have its names, gamma and beta. */
  private static void planNorm(
      Architecture a, WeightPlan plan, String layer, String gain, String bias, String tensor)
      throws ModelFileException {
    boolean old = plan.names().contains(tensor + ".gamma");
    plan.copy(layer, gain, tensor + (old ? ".gamma" : ".weight"), a.size);
    plan.copy(layer, bias, tensor + (old ? ".beta" : ".bias"), a.size);
  }
}
