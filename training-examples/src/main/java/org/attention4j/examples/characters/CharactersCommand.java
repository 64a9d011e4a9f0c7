package org.attention4j.examples.characters;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.examples.training.TextFile;
import org.attention4j.pretrained.Pretrained;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a causal character model, as which {@code pretrained --model characters} was made. */
@Command(
    name = "characters",
    description =
        "Trains a causal model of characters and writes it as a folder that pretrained --model"
            + " reads. The model that comes with the program, --model characters, was made so.")
public final class CharactersCommand implements Callable<Integer> {
  private static final String DEFAULT_OUT = "attention4j-out/characters";

  private static final int DECIMALS = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--steps",
      defaultValue = CharacterTraining.DEFAULT_STEPS,
      paramLabel = "N",
      description = "How many batches to learn from (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "What fixes first weights and batches (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "UTF-8 text (default: debates of the European Parliament).")
  private @Nullable String text;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "On how many threads to compute (default: one for each processor).")
  private @Nullable Integer threads;

  @Option(
      names = "--out",
      defaultValue = DEFAULT_OUT,
      paramLabel = "DIR",
      description = "The folder of the model (default: ${DEFAULT-VALUE}).")
  private Path out;

  CharactersCommand() {}

  @Override
  public Integer call() throws IOException {
    atLeastOne("--steps", steps);
    int onThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    atLeastOne("--threads", onThreads);
    Corpus corpus = text == null ? Europarl.load() : TextFile.load(text);
    CharacterTraining.requireEnough(corpus);
    NativeThreads.use(onThreads);
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages)) {
      CharacterTraining training = new CharacterTraining(corpus, steps, seed);
      try (ProgressLine progress = new ProgressLine("characters", steps, messages)) {
        training.run(
            bits -> progress.step(" %s bits per character".formatted(fixed(bits))),
            model -> write(model, directory.path()));
      }
      report(corpus, training);
    }
    return 0;
  }

  private void report(Corpus corpus, CharacterTraining training) {
    PrintWriter results = spec.commandLine().getOut();
    results.printf(
        "Text: %s, %s for training, %s for validation%n",
        corpus.name(),
        Numbers.count(corpus.train().length(), "character"),
        Numbers.count(corpus.validation().length(), "character"));
    results.printf(
        "Model: %s, %s, in %s%n",
        Numbers.count(training.parameters(), "parameter"), Numbers.count(steps, "step"), out);
    results.printf("Validation: %s bits per character%n", fixed(training.validationBits()));
    results.println("Sample:");
    results.println(training.sample());
  }

  private static void write(Pretrained model, Path folder) throws IOException {
    model.save(folder, DataType.FLOAT16);
    AtomicFile.write(
        folder.resolve("tokenizer.json"),
        CharacterModel.tokenizer().getBytes(StandardCharsets.UTF_8));
  }

  private static String fixed(double bits) {
    return Numbers.fixed(bits, DECIMALS);
  }

  private static void atLeastOne(String option, int value) {
    if (value < 1) {
      throw new BadArgument("%s is %d but must be at least 1.".formatted(option, value));
    }
  }
}
