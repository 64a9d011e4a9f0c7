package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.NamedNormalizer;
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
          + " Qwen, or the program's own character model) on a text.",
      "With --model and --generate: goes on with a text.",
      "With --normalizer: exchanges the softmax of either and prints how far the result moves."
    })
public final class PretrainedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A folder in the layout of Hugging Face: config.json, model.safetensors, tokenizer.json;"
              + " or characters, the character model of the program.")
  private @Nullable String model;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "UTF-8 text (default, but for a folder: debates of the European Parliament).")
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
      names = "--normalizer",
      paramLabel = "LIST",
      description = "Short forms or JSON, separated by commas, to exchange softmax for.")
  private @Nullable String normalizers;

  @Option(
      names = "--tune",
      paramLabel = "N",
      description =
          "With --normalizer: steps of training the parameters of normalizers alone (default:"
              + " none).")
  private @Nullable Integer tune;

  @Option(
      names = "--times",
      split = ",",
      paramLabel = "N,N,...",
      description =
          "With --model and --normalizer: also at so many times the context (default: 1).")
  private @Nullable List<Integer> times;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "With --model and --normalizer: also softmax with a sliding window of N tokens.")
  private @Nullable Integer window;

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
    check("--tune", tune);
    check("--window", window);
    if (times != null) {
      times.forEach(each -> check("--times", each));
    }
    if (normalizers == null && tune != null) {
      throw new BadArgument("--tune needs --normalizer.");
    }
    if ((model == null || normalizers == null) && (times != null || window != null)) {
      throw new BadArgument(
          "%s needs --model and --normalizer.".formatted(times != null ? "--times" : "--window"));
    }
    if (normalizers != null && time) {
      throw new BadArgument("--time does not go with --normalizer.");
    }
    @Nullable CausalModel causal = model == null ? null : new CausalModel(model);
    if (normalizers != null && prompt != null) {
      throw new BadArgument("--generate does not go with --normalizer.");
    }
    if (causal != null && !causal.isBuiltIn() && text == null && prompt == null) {
      throw new BadArgument(
          "--model needs --text, the text to foretell, or --generate, a text to go on with.");
    }
    List<NamedNormalizer> exchanged =
        normalizers == null
            ? List.of()
            : NamedNormalizer.parseAll("--normalizer", NamedNormalizer.split(normalizers));
    List<String> documents = text == null ? List.of() : TextFile.documents(text);
    if (text != null && documents.isEmpty()) {
      throw new BadArgument("--text %s is empty.".formatted(text));
    }
    int onThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    NativeThreads.use(onThreads);
    int length = context == null ? 0 : context;
    if (causal == null) {
      sentences(text == null ? Europarl.documents() : documents, exchanged, onThreads);
    } else if (prompt != null) {
      new GenerationReport(spec.commandLine()).run(causal, prompt, length, generation);
    } else if (exchanged.isEmpty()) {
      String judged =
          text == null ? Europarl.load().validation().characters() : String.join("\n\n", documents);
      new PerplexityReport(spec.commandLine()).run(causal, judged, length);
    } else {
      NormalizerReport report =
          new NormalizerReport(
              spec.commandLine(),
              causal,
              tune == null ? 0 : tune,
              times == null ? List.of(1) : times);
      int windowed = window == null ? 0 : window;
      if (text == null) {
        report.run(exchanged, windowed, length, Europarl.load());
      } else {
        report.run(exchanged, windowed, length, String.join("\n\n", documents));
      }
    }
    return 0;
  }

  private void sentences(List<String> documents, List<NamedNormalizer> exchanged, int onThreads)
      throws IOException {
    int count = sentences == null ? SentenceReport.DEFAULT_SENTENCES : sentences;
    if (exchanged.isEmpty()) {
      new SentenceReport(spec.commandLine(), onThreads).run(documents, count, time);
    } else {
      new SentenceNormalizerReport(spec.commandLine(), tune == null ? 0 : tune)
          .run(documents, count, exchanged);
    }
  }

  private static void check(String option, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new BadArgument("%s is %d but must be at least 1.".formatted(option, value));
    }
  }
}
