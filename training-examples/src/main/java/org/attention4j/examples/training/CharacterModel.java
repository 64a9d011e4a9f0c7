package org.attention4j.examples.training;

import java.io.IOException;
import java.io.InputStream;
import java.util.StringJoiner;
import org.attention4j.pretrained.Pretrained;
import org.attention4j.pretrained.SafeTensors;
import org.attention4j.pretrained.TensorSource;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A causal model of the characters of the {@link Alphabet}, built as Llama is: four blocks of 128
 * features and four heads, RMS norm, SwiGLU, rotary positions.
 *
 * <p>The base of the rotation is 20, not 10,000: then the slowest feature turns once in {@code 2π
 * 20^(15/16) ≈ 104} characters, so that training at 128 has shown every feature all of its angles.
 * With a larger base a longer context meets angles that no training showed (Liu et al. 2023), and
 * what a normalizer does at that length cannot be seen.
 *
 * @see <a href="https://arxiv.org/abs/2310.05209">Liu et al. 2023, Scaling laws of RoPE-based
 *     extrapolation</a>
 */
public final class CharacterModel {
  /** What the trained model that comes with the program is called. */
  public static final String NAME = "characters";

  /** How many characters a window of the training has. */
  public static final int CONTEXT = 128;

  /** Where the trained model is in the jar. */
  private static final String TENSORS = "characters.safetensors";

  private static final int WIDTH = 128;
  private static final int BLOCKS = 4;
  private static final int HEADS = 4;
  private static final int FEED_FORWARD = 352;

  /** The longest context that the model is tried at, eight times that of the training. */
  private static final int LONGEST = 8 * CONTEXT;

  private static final String CONFIG =
      """
      {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": %d,
        "hidden_size": %d,
        "intermediate_size": %d,
        "num_hidden_layers": %d,
        "num_attention_heads": %d,
        "num_key_value_heads": %d,
        "max_position_embeddings": %d,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "rope_theta": 20.0,
        "tie_word_embeddings": false,
        "torch_dtype": "float16"
      }
      """
          .formatted(Alphabet.SIZE, WIDTH, FEED_FORWARD, BLOCKS, HEADS, HEADS, LONGEST);

  /** Replaces what the {@link Alphabet} replaces. */
  private static final String TOKENIZER =
      """
      {
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [
          {"type": "Replace", "pattern": {"String": "\\r\\n"}, "content": "\\n"},
          {"type": "Replace", "pattern": {"Regex": "[\\u2018\\u2019]"}, "content": "'"},
          {"type": "Replace", "pattern": {"Regex": "[\\u201c\\u201d]"}, "content": "\\""},
          {"type": "Replace", "pattern": {"Regex": "[\\u2010-\\u2014]"}, "content": "-"},
          {"type": "Replace", "pattern": {"Regex": "[\\u00a0\\u202f\\t]"}, "content": " "}]},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"},
          "behavior": "Isolated", "invert": false},
        "post_processor": null, "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "unk_token": "\\ufffd", "vocab": {%s}}
      }
      """;

  private CharacterModel() {}

  /**
   * Makes the model with random weights.
   *
   * @param seed what fixes them
   * @param updater what is to train it
   * @return the model
   */
  public static Pretrained untrained(long seed, IUpdater updater) {
    try {
      return Pretrained.from(CONFIG, firstWeights(seed)).updater(updater).load();
    } catch (IOException e) {
      throw new IllegalStateException("Random weights need no file.", e);
    }
  }

  /**
   * Begins to load the model that comes with the program; docs/pretrained.md says how it was made.
   *
   * @return the options of loading it
   * @throws IOException if it cannot be read
   */
  public static Pretrained.Builder trained() throws IOException {
    return Pretrained.from(CONFIG, tensors());
  }

  private static TensorSource tensors() throws IOException {
    try (InputStream file = CharacterModel.class.getResourceAsStream(TENSORS)) {
      if (file == null) {
        throw new IOException(TENSORS + " is missing in the jar.");
      }
      return SafeTensors.of("the model " + NAME, file.readAllBytes());
    }
  }

  /**
   * The tokenizer as Hugging Face's files describe one: each character is a token.
   *
   * @return the text of {@code tokenizer.json}
   */
  public static String tokenizer() {
    StringJoiner vocabulary = new StringJoiner(", ");
    for (int symbol = 0; symbol < Alphabet.OTHER; symbol++) {
      vocabulary.add("\"%s\": %d".formatted(escaped(Alphabet.character(symbol)), symbol));
    }
    vocabulary.add("\"\\ufffd\": %d".formatted(Alphabet.OTHER));
    return TOKENIZER.formatted(vocabulary);
  }

  private static String escaped(char character) {
    return switch (character) {
      case '\n' -> "\\n";
      case '"', '\\' -> "\\" + character;
      default -> String.valueOf(character);
    };
  }

  /**
   * Every matrix keeps the size of what goes through it; those that add to the features between
   * blocks are smaller, so that all of them together keep it.
   */
  private static TensorSource firstWeights(long seed) {
    RandomTensors tensors = new RandomTensors(seed);
    double narrow = 1 / Math.sqrt(WIDTH);
    double adding = 1 / Math.sqrt(2.0 * BLOCKS);
    tensors.normal("model.embed_tokens.weight", narrow, Alphabet.SIZE, WIDTH);
    for (int i = 0; i < BLOCKS; i++) {
      String block = "model.layers." + i + ".";
      tensors.ones(block + "input_layernorm.weight", WIDTH);
      for (String projection : new String[] {"q", "k", "v"}) {
        tensors.normal(block + "self_attn." + projection + "_proj.weight", narrow, WIDTH, WIDTH);
      }
      tensors.normal(block + "self_attn.o_proj.weight", adding * narrow, WIDTH, WIDTH);
      tensors.ones(block + "post_attention_layernorm.weight", WIDTH);
      tensors.normal(block + "mlp.gate_proj.weight", narrow, FEED_FORWARD, WIDTH);
      tensors.normal(block + "mlp.up_proj.weight", narrow, FEED_FORWARD, WIDTH);
      tensors.normal(
          block + "mlp.down_proj.weight", adding / Math.sqrt(FEED_FORWARD), WIDTH, FEED_FORWARD);
    }
    tensors.ones("model.norm.weight", WIDTH);
    tensors.normal("lm_head.weight", narrow, Alphabet.SIZE, WIDTH);
    return tensors;
  }
}
