package org.attention4j.examples.normalize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.Sentences;
import org.attention4j.normalizer.RowEvaluation;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tries a normalizer on one row: the weights, and the gradients that come back through it. */
@Command(
    name = "normalize",
    description =
        "Runs a normalizer on one row of scores and prints its weights as JSON, with --gradient its"
            + " gradients, too.")
public final class NormalizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--normalizer",
      required = true,
      paramLabel = "NORMALIZER",
      description = "A short form such as top-k:2, or JSON such as '{\"type\":\"top-k\",\"k\":2}'.")
  private String normalizer;

  @Option(
      names = "--scores",
      required = true,
      paramLabel = "Z,Z,...",
      description = "The scores of the row; null for a masked key.")
  private String scores;

  @Option(
      names = "--gradient",
      paramLabel = "G,G,...",
      description =
          "The gradient with respect to the weights; without it no gradients are computed.")
  private @Nullable String gradient;

  @Option(
      names = "--execution",
      defaultValue = "graph",
      paramLabel = "graph|fused",
      description = "The path that computes: the graph (the default) or the row kernel.")
  private String execution;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "A PNG file for a picture of the weights over the scores, beside softmax.")
  private @Nullable Path plot;

  NormalizeCommand() {}

  @Override
  public Integer call() throws JsonProcessingException {
    NamedNormalizer named = NamedNormalizer.parse(normalizer);
    double[] row = Numbers.parseRow(scores, "--scores", true);
    double[] weightsGradient =
        gradient == null ? new double[row.length] : Numbers.parseRow(gradient, "--gradient", false);
    if (weightsGradient.length != row.length) {
      throw new BadArgument(
          "--gradient has %s but --scores has %d; they must be as many."
              .formatted(Numbers.count(weightsGradient.length, "value"), row.length));
    }
    boolean fused = isFused(named);
    if (plot != null) {
      WeightsPlot.check(plot, row);
    }
    RowEvaluation evaluation =
        fused
            ? RowEvaluation.ofKernel(named.normalizer(), row, weightsGradient, DataType.DOUBLE)
            : RowEvaluation.of(named.normalizer(), row, weightsGradient, DataType.DOUBLE);
    if (plot != null) {
      WeightsPlot.write(plot, named, row, evaluation.weights());
    }
    spec.commandLine().getOut().println(json(evaluation, gradient != null));
    return 0;
  }

  private boolean isFused(NamedNormalizer named) {
    return switch (execution.toLowerCase(Locale.ROOT)) {
      case "graph" -> false;
      case "fused" -> {
        if (named.normalizer().kernel().isEmpty()) {
          throw new BadArgument(
              "Normalizer '%s' has no row kernel; use --execution graph.".formatted(named.label()));
        }
        yield true;
      }
      default ->
          throw new BadArgument(
              "--execution is '%s' but must be graph or fused."
                  .formatted(Sentences.brief(execution)));
    };
  }

  private static String json(RowEvaluation evaluation, boolean gradients)
      throws JsonProcessingException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("weights", withoutNegativeZero(evaluation.weights()));
    if (gradients) {
      fields.put("gradient", withoutNegativeZero(evaluation.gradient()));
      fields.put("parameterGradients", evaluation.parameterGradients());
    }
    return new JsonMapper().writeValueAsString(fields);
  }

  private static List<Double> withoutNegativeZero(List<Double> values) {
    return values.stream().map(value -> value + 0.0).toList();
  }
}
