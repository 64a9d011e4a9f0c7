package org.attention4j.pretrained;

import java.util.function.IntUnaryOperator;
import org.attention4j.layers.Norm;

/** All that tells one transformer from another: what a family reads from its configuration. */
final class Architecture {
  private static final String HEAD_SIZE = "head_dim";
  private static final String KEY_VALUE_HEADS = "num_key_value_heads";

  /** Hidden features of the feed-forward block for each other feature, where no size is given. */
  private static final int EXPANSION = 4;

  final String family;
  final int vocabulary;
  final int size;
  final int blocks;
  final int heads;
  final int headSize;
  final int keyValueHeads;
  final int feedForwardSize;

  /** The longest sequence that the model was trained for. */
  final int maxLength;

  final ModelConfig.NamedActivation activation;

  /** Whether there is a learned vector for each position; else positions are rotations. */
  boolean learnedPositions = true;

  double rotaryBase;

  /** Keys that a query of a block sees, itself among them; 0 for all before it. */
  IntUnaryOperator slidingWindow = block -> 0;

  /** 0 for none. */
  int tokenTypes;

  /** Whether a norm follows the embeddings. */
  boolean embeddingNorm;

  Norm norm = Norm.LAYER;
  double epsilon;
  boolean postNorm;
  boolean causal;
  boolean gated;
  boolean attentionBias = true;
  boolean feedForwardBias = true;
  boolean qkNorm;

  /** Whether scores are divided by the root of the head size. */
  boolean scaled = true;

  /** Whether scores are also divided by the number of the block, from 1. */
  boolean scaledByBlock;

  double embeddingDropout;
  double attentionDropout;
  double residualDropout;

  /** Whether the last layer tells the probabilities of the next token. */
  boolean languageModel;

  /** Whether the last layer makes one vector of a sequence. */
  boolean pooler;

  /** Whether the language model's layer shares the weights of the token embedding. */
  boolean tied;

  /**
   * Sizes that every family has.
   *
   * @param sizes the keys of the sizes, whatever the family calls them
   */
  Architecture(String family, ModelConfig config, Sizes sizes) throws ModelFileException {
    this.family = family;
    vocabulary = config.size("vocab_size");
    config.require(vocabulary > 1, "vocab_size", "at least 2");
    size = config.size(sizes.size());
    blocks = config.size(sizes.blocks());
    heads = config.size(sizes.heads());
    boolean chosen = sizes.grouped() && !config.isAbsent(HEAD_SIZE);
    config.require(
        chosen || size % heads == 0,
        sizes.heads(),
        "a divisor of %s %d".formatted(sizes.size(), size));
    headSize = chosen ? config.size(HEAD_SIZE) : size / heads;
    keyValueHeads = sizes.grouped() ? config.size(KEY_VALUE_HEADS, heads) : heads;
    config.require(
        heads % keyValueHeads == 0,
        KEY_VALUE_HEADS,
        "a divisor of %s %d".formatted(sizes.heads(), heads));
    config.require(
        !config.isAbsent(sizes.feedForward()) || size <= Integer.MAX_VALUE / EXPANSION,
        sizes.size(),
        "at most " + Integer.MAX_VALUE / EXPANSION);
    feedForwardSize =
        sizes.feedForwardMayBeAbsent() && config.isAbsent(sizes.feedForward())
            ? EXPANSION * size
            : config.size(sizes.feedForward());
    maxLength = config.size(sizes.maxLength());
    activation = config.activation(sizes.activation(), sizes.defaultActivation());
  }

  /**
   * What a family calls the sizes.
   *
   * @param feedForwardMayBeAbsent whether that means four times the size
   * @param grouped whether heads of keys and values, and the head size, may be chosen
   */
  record Sizes(
      String size,
      String blocks,
      String heads,
      String feedForward,
      boolean feedForwardMayBeAbsent,
      boolean grouped,
      String maxLength,
      String activation,
      String defaultActivation) {}

  /** What scores are multiplied with in a block. */
  double scale(int block) {
    return (scaled ? 1 / Math.sqrt(headSize) : 1) / (scaledByBlock ? block + 1 : 1);
  }

  ModelDescription description() {
    return new ModelDescription(
        family,
        vocabulary,
        size,
        blocks,
        heads,
        keyValueHeads,
        headSize,
        feedForwardSize,
        maxLength,
        tokenTypes,
        languageModel);
  }
}
