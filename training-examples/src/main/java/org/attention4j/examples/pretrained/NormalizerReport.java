package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.examples.training.Corpus;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import org.attention4j.training.OnlyNormalizer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import picocli.CommandLine;

/**
 * Prints the perplexity of a language model whose softmax is exchanged for other normalizers, at
 * several times its context, before and after the normalizers' own parameters were trained.
 *
 * <p>Every column foretells the same tokens, those of windows of T tokens at even distances. A
 * longer context differs by what stands before them.
 */
final class NormalizerReport {
  /** Tokens of a window times this are judged in each column. */
  private static final int WINDOWS = 64;

  private static final int DIGITS = 4;

  private static final int LABEL = 28;
  private static final int COLUMN = 10;

  private final PrintWriter results;
  private final PrintWriter messages;
  private final CausalModel causal;
  private final int tuning;
  private final List<Integer> multiples;

  /**
   * What the tokens are for.
   *
   * @param training those that normalizers learn from
   * @param judged those to foretell
   */
  private record Tokens(int[] training, int[] judged) {}

  NormalizerReport(CommandLine console, CausalModel causal, int tuning, List<Integer> multiples) {
    results = console.getOut();
    messages = console.getErr();
    this.causal = causal;
    this.tuning = tuning;
    this.multiples = multiples;
  }

  /**
   * Judges normalizers on the text that the built-in model was trained and validated on.
   *
   * @param normalizers softmax is judged before them
   * @param window of the row with a sliding window; 0 for none
   * @param context T; 0 for the usual
   */
  void run(List<NamedNormalizer> normalizers, int window, int context, Corpus corpus)
      throws IOException {
    Tokens tokens = new Tokens(corpus.train().symbols(), corpus.validation().symbols());
    table(normalizers, window, context, tokens);
  }

  /** Judges normalizers on the second half of a text; the first is for training them. */
  void run(List<NamedNormalizer> normalizers, int window, int context, String text)
      throws IOException {
    ModelDescription description = load(Normalizers.softmax(), 0).description();
    int[] tokens = causal.tokens(description, text);
    int half = tokens.length / 2;
    table(
        normalizers,
        window,
        context,
        new Tokens(Arrays.copyOf(tokens, half), Arrays.copyOfRange(tokens, half, tokens.length)));
  }

  private void table(List<NamedNormalizer> normalizers, int window, int context, Tokens tokens)
      throws IOException {
    Pretrained softmax = load(Normalizers.softmax(), 0);
    causal.require(softmax.description());
    int steps =
        causal.context(softmax.description(), context, PerplexityReport.MAX_DEFAULT_CONTEXT);
    int longest = multiples.stream().mapToInt(i -> i).max().orElse(1);
    if ((long) longest * steps > softmax.description().maxLength()) {
      throw new BadArgument(
          "--times asks for %d tokens but the model takes at most %d."
              .formatted((long) longest * steps, softmax.description().maxLength()));
    }
    if (Math.min(tokens.training().length, tokens.judged().length) <= (longest + 1) * steps) {
      throw new BadArgument(
          "--text has too few tokens for windows of %d.".formatted(longest * steps));
    }
    StringBuilder head = new StringBuilder(pad("Perplexity at context", LABEL));
    multiples.forEach(times -> head.append(padLeft(Integer.toString(times * steps))));
    results.println(head);
    row("softmax", softmax.network(), tokens, steps);
    if (window > 0) {
      row(
          "softmax, window " + window,
          load(Normalizers.softmax(), window).network(),
          tokens,
          steps);
    }
    for (NamedNormalizer named : normalizers) {
      MultiLayerNetwork network = load(named.normalizer(), 0).network();
      row(named.label(), network, tokens, steps);
      if (tuning > 0 && !named.normalizer().parameters(1).isEmpty()) {
        tune(network, named.normalizer(), tokens.training(), steps);
        row(named.label() + ", tuned", network, tokens, steps);
      }
    }
  }

  private Pretrained load(Normalizer normalizer, int window) throws IOException {
    try {
      Pretrained.Builder builder =
          causal.builder().normalizer(normalizer).updater(new Adam(Tuning.LEARNING_RATE));
      return (window > 0 ? builder.slidingWindow(window) : builder).load();
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  private void row(String label, MultiLayerNetwork network, Tokens tokens, int steps) {
    StringBuilder row = new StringBuilder(pad(label, LABEL));
    try (ProgressLine progress = new ProgressLine(label, multiples.size(), messages)) {
      for (int times : multiples) {
        double perplexity = perplexity(network, tokens.judged(), steps, times);
        row.append(padLeft(Numbers.significant(perplexity, DIGITS)));
        progress.stepBy(1);
      }
    }
    results.println(row);
    results.flush();
  }

  /** Trains the parameters of the normalizer alone. */
  private void tune(MultiLayerNetwork network, Normalizer normalizer, int[] tokens, int steps) {
    network.setListeners(new OnlyNormalizer(normalizer));
    SplittableRandom random = new SplittableRandom(1);
    try (ProgressLine progress = new ProgressLine("tuning", tuning, messages)) {
      for (int i = 0; i < tuning; i++) {
        int[] starts = new int[Tuning.BATCH];
        Arrays.setAll(starts, ignored -> random.nextInt(tokens.length - steps));
        network.fit(windows(tokens, starts, steps, null));
        progress.stepBy(1);
      }
    }
  }

  /**
   * The perplexity of the last T tokens of windows of several times T.
   *
   * @param steps T
   * @param times the length of a window over T
   */
  double perplexity(MultiLayerNetwork network, int[] tokens, int steps, int times) {
    int longest = multiples.stream().mapToInt(i -> i).max().orElse(1);
    int available = (tokens.length - 1) / steps - (longest - 1);
    int count = Math.min(WINDOWS, available);
    double loss = 0;
    for (int i = 0; i < count; i++) {
      int last = (int) ((long) i * available / count) + longest - 1;
      int[] start = {(last - (times - 1)) * steps};
      INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, (long) times * steps);
      mask.get(
              NDArrayIndex.all(),
              NDArrayIndex.interval((long) (times - 1) * steps, (long) times * steps))
          .assign(1);
      loss += network.score(windows(tokens, start, times * steps, mask), false);
    }
    network.clearLayerMaskArrays();
    return Math.exp(loss / ((double) count * steps));
  }

  private static DataSet windows(
      int[] tokens, int[] starts, int length, @Nullable INDArray labelsMask) {
    int[] features = new int[starts.length * length];
    int[] labels = new int[starts.length * length];
    for (int i = 0; i < starts.length; i++) {
      System.arraycopy(tokens, starts[i], features, i * length, length);
      System.arraycopy(tokens, starts[i] + 1, labels, i * length, length);
    }
    return new DataSet(
        Nd4j.createFromArray(features).reshape(starts.length, length),
        Nd4j.createFromArray(labels).reshape(starts.length, length),
        null,
        labelsMask);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }

  private static String padLeft(String text) {
    return " ".repeat(Math.max(1, COLUMN - text.length())) + text;
  }
}
