package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.examples.training.TextFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs published models: MiniLM against ONNX Runtime, or a language model that judges a text or
 * goes on with one.
 */
@Command(
    name = "pretrained",
    description = {
      "Without --model: makes vectors of sentences with MiniLM (all-MiniLM-L6-v2), prints the most"
          + " similar ones and, if ONNX Runtime is on the class path, the largest difference from"
          + " it.",
      "With --model and --text: prints the perplexity of a language model (GPT-2, Llama, Mistral,"
          + " Qwen) on a text.",
      "With --model and --generate: goes on with a text."
    })
public final class PretrainedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A folder in the layout of Hugging Face: config.json, model.safetensors, tokenizer.json.")
  private @Nullable Path model;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "UTF-8 text (without --model default: debates of the European Parliament).")
  private @Nullable Path text;

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "With --model: how many tokens the model sees at most (default: what it was trained for,"
              + " up to "
              + PerplexityReport.MAX_DEFAULT_CONTEXT
              + ").")
  private @Nullable Integer context;

  @Mixin private GenerationOptions generation = new GenerationOptions();

  @Option(
      names = "--sentences",
      paramLabel = "N",
      description = "Without --model: how many sentences (default: 200).")
  private @Nullable Integer sentences;

  @Option(
      names = "--time",
      description =
          "Without --model: measures sentences per second, too, in turns with ONNX Runtime.")
  private boolean time;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "On how many threads to compute (default: one for each processor).")
  private @Nullable Integer threads;

  PretrainedCommand() {}

  @Override
  public Integer call() throws IOException {
    check("--context", context);
    check("--sentences", sentences);
    check("--threads", threads);
    generation.check();
    String prompt = generation.prompt();
    if (model == null && prompt != null) {
      throw new BadArgument("--generate needs --model.");
    }
    if (prompt != null && text != null) {
      throw new BadArgument("--text does not go with --generate.");
    }
    if (model == null && context != null) {
      throw new BadArgument("--context needs --model.");
    }
    if (model != null && (sentences != null || time)) {
      throw new BadArgument(
          "%s does not go with --model.".formatted(sentences == null ? "--time" : "--sentences"));
    }
    if (model != null && text == null && prompt == null) {
      throw new BadArgument(
          "--model needs --text, the text to foretell, or --generate, a text to go on with.");
    }
    List<String> documents = text == null ? List.of() : TextFile.documents(text);
    if (text != null && documents.isEmpty()) {
      throw new BadArgument("--text %s is empty.".formatted(text));
    }
    int onThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    NativeThreads.use(onThreads);
    if (model == null) {
      new SentenceReport(spec.commandLine(), onThreads)
          .run(
              text == null ? Europarl.documents() : documents,
              sentences == null ? SentenceReport.DEFAULT_SENTENCES : sentences,
              time);
    } else if (prompt != null) {
      new GenerationReport(spec.commandLine())
          .run(model, prompt, context == null ? 0 : context, generation);
    } else {
      new PerplexityReport(spec.commandLine())
          .run(model, String.join("\n\n", documents), context == null ? 0 : context);
    }
    return 0;
  }

  private static void check(String option, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new BadArgument("%s is %d but must be at least 1.".formatted(option, value));
    }
  }
}
