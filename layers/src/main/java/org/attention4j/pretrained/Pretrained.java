package org.attention4j.pretrained;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.attention4j.internal.files.WholeFile;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A published transformer as a network of this library's layers, with its weights.
 *
 * <pre>{@code
 * Pretrained gpt2 = Pretrained.load(Path.of("gpt2"));
 * INDArray probabilities = gpt2.network().output(tokenIds); // [b, vocabulary, T]
 * }</pre>
 *
 * <p>A model is a folder as Hugging Face has it: {@code config.json} with {@code
 * model.safetensors}, or with several files and {@code model.safetensors.index.json}. Nothing is
 * downloaded. Families: {@code bert} (MiniLM is one) and {@code distilbert}; {@code gpt2}; {@code
 * llama}, {@code mistral}, {@code qwen2} and {@code qwen3}.
 *
 * <p>The network is an ordinary {@link MultiLayerNetwork} in FLOAT: it can be trained further,
 * saved, watched and changed. Its layers are {@code tokens}, {@code positions} where they are
 * learned, {@code block-0}, {@code block-1}, …, and in a language model {@code norm} and {@code
 * head}. BERT has {@code embedding-norm} before the blocks, and its output is the last block's, [b,
 * size, T]; its input is ids, [b, T], or ids and types of tokens, [b, 2, T]. Dropout is that of the
 * configuration; it acts in training alone.
 *
 * <p>Files are not trusted. All tensors are compared with the configuration before the network is
 * made, and only finite numbers are taken. A model that does not fit is refused with a {@link
 * ModelFileException}.
 */
public final class Pretrained {
  private static final String CONFIG = "config.json";

  /** As in the paper on BERT; those of others are near. */
  private static final double DEFAULT_RATE = 2e-5;

  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "tokenizer.model");

  private final MultiLayerNetwork network;
  private final ModelDescription description;
  private final List<String> unusedTensors;
  private final List<Path> tokenizerFiles;
  private final List<Integer> endTokens;

  private final String config;
  private final TensorLayout layout;
  private final Normalizer normalizer;

  private Pretrained(
      MultiLayerNetwork network,
      ModelDescription description,
      List<Integer> endTokens,
      List<String> unusedTensors,
      List<Path> tokenizerFiles,
      String config,
      TensorLayout layout,
      Normalizer normalizer) {
    this.network = network;
    this.description = description;
    this.endTokens = endTokens;
    this.unusedTensors = unusedTensors;
    this.tokenizerFiles = tokenizerFiles;
    this.config = config;
    this.layout = layout;
    this.normalizer = normalizer;
  }

  /**
   * Loads a model as it was published.
   *
   * @param folder holds {@code config.json} and the tensors
   * @return the model
   * @throws ModelFileException if the files are damaged, or of a kind that cannot be loaded
   * @throws IOException if they cannot be read
   */
  public static Pretrained load(Path folder) throws IOException {
    return from(folder).load();
  }

  /**
   * Starts to load a model with other options than the published ones.
   *
   * @param folder holds {@code config.json} and the tensors
   * @return the options
   */
  public static Builder from(Path folder) {
    return new Builder(given("folder", folder, "one with " + CONFIG), null, null);
  }

  /**
   * Starts to load a model whose tensors are in files of another format.
   *
   * @param config the text of {@code config.json}
   * @param tensors the tensors, by the names that the family has in Hugging Face's files
   * @return the options
   */
  public static Builder from(String config, TensorSource tensors) {
    return new Builder(
        null,
        given("config", config, "the text of " + CONFIG),
        given("tensors", tensors, "a TensorSource such as SafeTensors"));
  }

  /**
   * The network, in which all parameters are set.
   *
   * @return the same network each time
   */
  public MultiLayerNetwork network() {
    return network;
  }

  /**
   * The sizes of the model.
   *
   * @return what its configuration says
   */
  public ModelDescription description() {
    return description;
  }

  /**
   * The tokens that end a text, {@code eos_token_id} of the configuration.
   *
   * @return their ids, in their order; empty if the configuration has none
   */
  public List<Integer> endTokens() {
    return endTokens;
  }

  /**
   * The tensors that the network has no use for, such as masks that were saved as tensors.
   *
   * @return their names in alphabetical order
   */
  public List<String> unusedTensors() {
    return unusedTensors;
  }

  /**
   * The files of the model's tokenizer, which this library does not read.
   *
   * @return those of the usual names that are in the folder
   */
  public List<Path> tokenizerFiles() {
    return tokenizerFiles;
  }

  /**
   * Writes the network's present parameters as a model that {@link #load} and other programs read:
   * {@code config.json} and {@code model.safetensors}. Files of a tokenizer are not copied.
   *
   * @param folder made if absent; its two files are replaced
   * @param type how numbers are stored: FLOAT, FLOAT16 or BFLOAT16. The last two round to the
   *     nearest
   * @throws IllegalArgumentException if the type is another one, or a number is not finite in it
   * @throws IllegalStateException if the folder could not say what the network is: the normalizer
   *     is not softmax, or a parameter was trained that the family's files do not have
   * @throws IOException if the files cannot be written
   */
  public void save(Path folder, DataType type) throws IOException {
    TensorType stored =
        switch (type) {
          case FLOAT -> TensorType.F32;
          case HALF -> TensorType.F16;
          case BFLOAT16 -> TensorType.BF16;
          default ->
              throw new IllegalArgumentException(
                  "Pretrained.save: the type is %s but must be FLOAT, HALF or BFLOAT16."
                      .formatted(type));
        };
    if (!normalizer.equals(Normalizers.softmax())) {
      throw new IllegalStateException(
          ("Pretrained.save: the normalizer is %s but must be softmax, since %s has no word for"
                  + " another; save the network with SavedModel.")
              .formatted(normalizer, CONFIG));
    }
    layout.requireConstants(network);
    Files.createDirectories(folder);
    WholeFile.write(folder.resolve(CONFIG), beside -> Files.writeString(beside, config));
    SafeTensorsWriter.write(
        folder.resolve(FolderTensors.WHOLE),
        layout.shapes(),
        stored,
        tensor -> layout.numbers(network, tensor));
  }

  /** The argument, which must not be null. */
  private static <T> T given(String option, @Nullable T argument, String expected) {
    if (argument == null) {
      throw new IllegalArgumentException(
          "Pretrained: %s is null but must be %s.".formatted(option, expected));
    }
    return argument;
  }

  /** Options beyond what a model's files say. */
  public static final class Builder {
    private final @Nullable Path folder;
    private final @Nullable String config;
    private final @Nullable TensorSource tensors;
    private Normalizer normalizer = Normalizers.softmax();
    private IUpdater updater = new Adam(DEFAULT_RATE);
    private boolean pooler;
    private int slidingWindow;

    private Builder(
        @Nullable Path folder, @Nullable String config, @Nullable TensorSource tensors) {
      this.folder = folder;
      this.config = config;
      this.tensors = tensors;
    }

    /**
     * Sets the normalizer of all blocks. The weights were trained with softmax.
     *
     * @param normalizer softmax unless set
     * @return this
     */
    public Builder normalizer(Normalizer normalizer) {
      this.normalizer = given("normalizer", normalizer, "one such as Normalizers.softmax()");
      return this;
    }

    /**
     * Sets the updater for training the model further.
     *
     * @param updater Adam with a rate of 2e-5 unless set
     * @return this
     */
    public Builder updater(IUpdater updater) {
      this.updater = given("updater", updater, "one such as new Adam(2e-5)");
      return this;
    }

    /**
     * Adds BERT's pooler after the blocks: {@code tanh(W x + b)} of the first step, one vector for
     * each sequence, [b, size]. A new output layer after it makes a classifier.
     *
     * @param pooler false unless set; for families that have one
     * @return this
     */
    public Builder pooler(boolean pooler) {
      this.pooler = pooler;
      return this;
    }

    /**
     * Limits what a query sees in all blocks, whatever window the configuration has.
     *
     * @param window keys that a query sees, itself among them, at least 1; for causal models
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder slidingWindow(int window) {
      if (window < 1) {
        throw new IllegalArgumentException(
            "Pretrained: slidingWindow is %d but must be at least 1.".formatted(window));
      }
      slidingWindow = window;
      return this;
    }

    /**
     * Loads the model.
     *
     * @return the model
     * @throws ModelFileException if the files are damaged, or of a kind that cannot be loaded
     * @throws IOException if they cannot be read
     */
    public Pretrained load() throws IOException {
      if (folder == null) {
        return load(
            JsonFile.parse(CONFIG, Objects.requireNonNull(config)),
            CONFIG,
            CONFIG,
            Objects.requireNonNull(tensors),
            List.of());
      }
      Path file = folder.resolve(CONFIG);
      if (!Files.isRegularFile(file)) {
        throw new ModelFileException(folder + ": there must be " + CONFIG + ".");
      }
      List<Path> tokenizer =
          TOKENIZER_FILES.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
      JsonNode json = JsonFile.read(file); // before the tensors, which it says all about
      try (FolderTensors files = FolderTensors.open(folder)) {
        return load(json, file.toString(), folder.toString(), files, tokenizer);
      }
    }

    private Pretrained load(
        JsonNode json,
        String configFile,
        String model,
        TensorSource source,
        List<Path> tokenizerFiles)
        throws IOException {
      ModelConfig config = new ModelConfig(configFile, json);
      Family family = Families.of(config);
      Architecture architecture = family.architecture(config);
      if (pooler && !family.hasPooler()) {
        throw ModelFileException.of(
            model, "pooler", true, "false, as a " + architecture.family + " has none");
      }
      architecture.pooler = pooler;
      if (slidingWindow > 0) {
        if (!architecture.causal) {
          throw ModelFileException.of(
              model,
              "slidingWindow",
              slidingWindow,
              "left out, as a " + architecture.family + " is not causal");
        }
        architecture.slidingWindow = block -> slidingWindow;
      }
      WeightPlan plan = new WeightPlan(model, source);
      family.plan(architecture, plan);
      NetworkLayers.planNormalizer(architecture, normalizer, plan);
      List<Layer> layers = NetworkLayers.layers(architecture, normalizer);
      MultiLayerNetwork network = NetworkLayers.network(architecture, layers, updater);
      plan.carryOut(network);
      return new Pretrained(
          network,
          architecture.description(),
          config.tokens("eos_token_id"),
          plan.unused(),
          tokenizerFiles,
          json.toPrettyString(),
          plan.layout(),
          normalizer);
    }
  }
}
