package org.attention4j.examples.characters;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.HoldAndDecay;
import org.attention4j.examples.training.TextSampler;
import org.attention4j.examples.training.Windows;
import org.attention4j.generation.TokenGenerator;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** Trains a {@link CharacterModel}. */
final class CharacterTraining {
  /** Those of the model that comes with the program. */
  static final String DEFAULT_STEPS = "1823";

  private static final int BATCH = 16;
  private static final double LEARNING_RATE = 4e-3;

  /** A training that is stopped leaves the model of the last so many steps. */
  private static final int SAVED_EVERY = 250;

  private static final int VALIDATION_WINDOWS = 256;
  private static final int VALIDATION_BATCH = 64;

  private static final String BEGINNING = "The Commission ";
  private static final int SAMPLE = 400;

  private final Corpus corpus;
  private final int steps;
  private final long seed;
  private final Pretrained model;

  /** Keeps a model. */
  @FunctionalInterface
  interface Saving {
    void save(Pretrained model) throws IOException;
  }

  CharacterTraining(Corpus corpus, int steps, long seed) {
    this.corpus = corpus;
    this.steps = steps;
    this.seed = seed;
    model = CharacterModel.untrained(seed, new Adam(new HoldAndDecay(LEARNING_RATE, steps)));
  }

  /** Refuses texts without a whole window. */
  static void requireEnough(Corpus corpus) {
    int shorter = Math.min(corpus.train().length(), corpus.validation().length());
    if (shorter <= CharacterModel.CONTEXT) {
      throw new BadArgument(
          "--text leaves %d characters for training or validation but must leave at least %d."
              .formatted(shorter, CharacterModel.CONTEXT + 1));
    }
  }

  /**
   * Trains the model to its end.
   *
   * @param loss hears of the bits per character of each batch
   * @param saving is given the model now and then, and at the end
   */
  void run(DoubleConsumer loss, Saving saving) throws IOException {
    MultiLayerNetwork network = model.network();
    Windows windows = new Windows(corpus.train(), CharacterModel.CONTEXT);
    SplittableRandom random = new SplittableRandom(seed);
    for (int step = 1; step <= steps; step++) {
      network.fit(windows.random(BATCH, random));
      double bits = BitsPerCharacter.of(network.score(), CharacterModel.CONTEXT);
      if (!Double.isFinite(bits)) {
        throw new CommandFailure(
            "The loss of step %d is %s; the training cannot go on.".formatted(step, bits));
      }
      loss.accept(bits);
      if (step % SAVED_EVERY == 0 || step == steps) {
        saving.save(model);
      }
    }
  }

  long parameters() {
    return model.network().numParams();
  }

  double validationBits() {
    List<DataSet> windows =
        new Windows(corpus.validation(), CharacterModel.CONTEXT)
            .spread(VALIDATION_WINDOWS, VALIDATION_BATCH);
    return BitsPerCharacter.of(model.network(), windows, CharacterModel.CONTEXT);
  }

  String sample() {
    TokenGenerator writer = TokenGenerator.of(model.network(), CharacterModel.CONTEXT);
    return TextSampler.write(writer, BEGINNING, SAMPLE, seed);
  }
}
