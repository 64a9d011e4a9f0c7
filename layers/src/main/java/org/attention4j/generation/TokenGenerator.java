package org.attention4j.generation;

import java.util.Arrays;
import org.attention4j.dl4j.NextSteps;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Lets a language model go on with sequences of tokens, one step at a time by {@code rnnTimeStep}:
 * keys and values of earlier steps are kept and not computed again.
 *
 * <p>The network takes token ids [b, 1, t] and gives probabilities [b, vocabulary, t], as one with
 * {@link org.attention4j.layers.TokenEmbedding} and {@link
 * org.attention4j.layers.LanguageModelHead} does. Prompts of several lengths are padded on the
 * left, which changes nothing in a network of this library's layers.
 *
 * <p>When as many tokens as the context are kept, the older half is forgotten and the newer half is
 * read again.
 *
 * <p>What the network has kept for others is lost. For one thread at a time, as the network is.
 */
public final class TokenGenerator {
  private final Step step;
  private final Runnable clear;
  private final int context;

  /** Is told of each new token. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A token has been chosen.
     *
     * @param sequence which sequence goes on, from 0
     * @param token what it goes on with
     * @return whether it goes on after this token
     */
    boolean onToken(int sequence, int token);
  }

  /** A call of the network. */
  private interface Step {
    /**
     * Computes the probabilities of the tokens after some.
     *
     * @param ids shape [b, 1, t]
     * @param padding zero for padding, shape [b, t]; null if there is none
     * @param wanted one where the probabilities are wanted, shape [b, t]
     * @return shape [b, vocabulary, t]
     */
    INDArray of(INDArray ids, @Nullable INDArray padding, INDArray wanted);
  }

  private TokenGenerator(Step step, Runnable clear, int context) {
    if (context < 2) {
      throw new IllegalArgumentException(
          "TokenGenerator: context is %d but must be at least 2.".formatted(context));
    }
    this.step = step;
    this.clear = clear;
    this.context = context;
  }

  /**
   * Makes a generator of a network of layers in a row.
   *
   * @param network a language model whose attention is causal
   * @param context how many tokens it sees at most, at least 2; with learned positions at most
   *     their number
   * @return the generator
   * @throws IllegalArgumentException if the context is below 2
   */
  public static TokenGenerator of(MultiLayerNetwork network, int context) {
    return new TokenGenerator(
        (ids, padding, wanted) -> {
          network.setLayerMaskArrays(padding, wanted);
          try {
            return network.rnnTimeStep(ids);
          } finally {
            network.clearLayerMaskArrays();
          }
        },
        network::rnnClearPreviousState,
        context);
  }

  /**
   * Makes a generator of a network with one input and one output.
   *
   * @param network a language model whose attention is in causal layers, not in vertices
   * @param context how many tokens it sees at most, at least 2; with learned positions at most
   *     their number
   * @return the generator
   * @throws IllegalArgumentException if the context is below 2
   */
  public static TokenGenerator of(ComputationGraph network, int context) {
    return new TokenGenerator(
        (ids, padding, wanted) -> {
          if (padding != null) {
            NextSteps.mask(network, padding);
          }
          return network.rnnTimeStep(ids)[0];
        },
        network::rnnClearPreviousState,
        context);
  }

  /**
   * Goes on with several sequences at once.
   *
   * @param prompts the tokens of each so far, at least one each and no more than the context
   * @param tokens how many to add at most, at least 0
   * @param sampler chooses them
   * @param listener is told of them, and ends sequences
   * @return what was added to each
   * @throws IllegalArgumentException if a prompt is empty or too long, or tokens below 0
   */
  public int[][] generate(int[][] prompts, int tokens, Sampler sampler, Listener listener) {
    check(prompts);
    if (tokens < 0) {
      throw new IllegalArgumentException(
          "TokenGenerator: tokens is %d but must be at least 0.".formatted(tokens));
    }
    Run run = new Run(prompts, tokens);
    clear.run();
    try {
      INDArray probabilities = read(run, 0, run.end);
      for (int i = 0; i < tokens; i++) {
        boolean goesOn = false;
        for (int sequence = 0; sequence < prompts.length; sequence++) {
          if (!run.ended[sequence]) {
            int token = sampler.next(row(probabilities, sequence), run.text(sequence));
            run.add(sequence, token);
            run.ended[sequence] = !listener.onToken(sequence, token);
            goesOn |= !run.ended[sequence];
          }
        }
        run.end++;
        if (!goesOn || i == tokens - 1) {
          break;
        }
        probabilities = read(run, run.end - 1, run.end);
      }
    } finally {
      clear.run();
    }
    return run.added();
  }

  /**
   * Goes on with one sequence.
   *
   * @param prompt its tokens so far, at least one and no more than the context
   * @param tokens how many to add
   * @param sampler chooses them
   * @return what was added
   * @throws IllegalArgumentException if the prompt is empty or too long, or tokens below 0
   */
  public int[] generate(int[] prompt, int tokens, Sampler sampler) {
    return generate(new int[][] {prompt}, tokens, sampler, (sequence, token) -> true)[0];
  }

  private void check(int[][] prompts) {
    if (prompts.length == 0) {
      throw new IllegalArgumentException("TokenGenerator: there must be at least one prompt.");
    }
    for (int[] prompt : prompts) {
      if (prompt.length < 1 || prompt.length > context) {
        throw new IllegalArgumentException(
            "TokenGenerator: a prompt has %d tokens but must have 1 to %d, the context."
                .formatted(prompt.length, context));
      }
    }
  }

  /** The probabilities after the last of some columns, [b, vocabulary]; reads the older if full. */
  private INDArray read(Run run, int from, int to) {
    int begin = from;
    if (to - run.kept > context) {
      clear.run();
      begin = to - (context + 1) / 2;
      run.kept = begin;
    }
    INDArray output = step.of(run.ids(begin, to), run.mask(begin, to), run.last(begin, to));
    return output.get(
        NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(output.size(2) - 1));
  }

  private static double[] row(INDArray probabilities, int sequence) {
    return probabilities.getRow(sequence).castTo(DataType.DOUBLE).toDoubleVector();
  }

  /** The tokens of all sequences, which end in the same column. */
  private static final class Run {
    private final int[][] tokens;
    private final int[] first;
    private final int[] last;
    private final int prompt;
    final boolean[] ended;
    int end;

    /** The first column that the network has kept. */
    int kept;

    Run(int[][] prompts, int more) {
      prompt = Arrays.stream(prompts).mapToInt(one -> one.length).max().orElse(0);
      tokens = new int[prompts.length][prompt + more];
      first = new int[prompts.length];
      last = new int[prompts.length];
      ended = new boolean[prompts.length];
      for (int sequence = 0; sequence < prompts.length; sequence++) {
        int[] one = prompts[sequence];
        first[sequence] = prompt - one.length;
        last[sequence] = prompt;
        System.arraycopy(one, 0, tokens[sequence], first[sequence], one.length);
      }
      end = prompt;
    }

    void add(int sequence, int token) {
      tokens[sequence][last[sequence]++] = token;
    }

    int[] text(int sequence) {
      return Arrays.copyOfRange(tokens[sequence], first[sequence], last[sequence]);
    }

    int[][] added() {
      int[][] added = new int[tokens.length][];
      Arrays.setAll(added, i -> Arrays.copyOfRange(tokens[i], prompt, last[i]));
      return added;
    }

    /** An ended sequence goes on with token 0, which nobody reads. */
    INDArray ids(int from, int to) {
      int[][] columns = new int[tokens.length][];
      Arrays.setAll(columns, i -> Arrays.copyOfRange(tokens[i], from, to));
      return Nd4j.createFromArray(columns).reshape(tokens.length, 1, (long) to - from);
    }

    /** Null if there is no padding in these columns. */
    @Nullable INDArray mask(int from, int to) {
      if (Arrays.stream(first).max().orElse(0) <= from) {
        return null;
      }
      INDArray mask = Nd4j.ones(tokens.length, (long) to - from);
      for (int sequence = 0; sequence < tokens.length; sequence++) {
        for (int column = from; column < first[sequence]; column++) {
          mask.putScalar(sequence, column - from, 0);
        }
      }
      return mask;
    }

    /** The mask of the output: only the last step is wanted. */
    INDArray last(int from, int to) {
      INDArray mask = Nd4j.zeros(tokens.length, (long) to - from);
      for (int sequence = 0; sequence < tokens.length; sequence++) {
        mask.putScalar(sequence, to - from - 1, 1);
      }
      return mask;
    }
  }
}
