package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowKernel;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whatever a user's kernel throws, in either pass and on any thread, reaches the caller. */
@SuppressWarnings("StaticAssignmentOfThrowable") // copies of a normalizer share nothing else
class ThrowingNormalizerTest {
  private static final String THREADS = "org.attention4j.threads";
  private static final int EXAMPLES = 3;

  /** Large enough for helpers to share the work. */
  private static final int STEPS = 211;

  /** What is thrown next, and where; the layers' configuration is shared by all copies. */
  private static volatile Throwable thrown;

  private static volatile boolean inBackward;

  private String before;

  /** Softmax that fails when told to. */
  record Faulty() implements Normalizer {
    private static final Normalizer SOFTMAX = Normalizers.softmax();

    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return SOFTMAX.normalize(sd, scores, context);
    }

    @Override
    public Optional<RowKernel> kernel() {
      return SOFTMAX.kernel().map(FaultyKernel::new);
    }

    @Override
    public String type() {
      return "softmax";
    }
  }

  private record FaultyKernel(RowKernel softmax) implements RowKernel {
    @Override
    public void forward(Row row, RowContext context) {
      fail(false);
      softmax.forward(row, context);
    }

    @Override
    public void restore(Row row, RowContext context) {
      softmax.restore(row, context);
    }

    @Override
    public void backward(Row scores, Row weights, Row gradient, RowContext context) {
      fail(true);
      softmax.backward(scores, weights, gradient, context);
    }

    @Override
    public int savedValues() {
      return softmax.savedValues();
    }

    private static void fail(boolean backward) {
      if (thrown != null && backward == inBackward) {
        ThrowingNormalizerTest.<RuntimeException>sneak(thrown);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  static List<Layer> layers() {
    return List.of(
        new SelfAttentionLayer.Builder().normalizer(new Faulty()).name("no projection").build(),
        self().build(),
        self().causal(true).attentionDropout(0.1).nKeyValueHeads(1).build(),
        new LearnedSelfAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(2)
            .projectInput(true)
            .nQueries(STEPS)
            .normalizer(new Faulty())
            .build());
  }

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(2)
        .projectInput(true)
        .normalizer(new Faulty());
  }

  private static Stream<Throwable> throwables() {
    return Stream.of(
        new IOException("checked"),
        new InterruptedException("checked"),
        new Throwable("neither exception nor error"),
        new IllegalStateException("unchecked"),
        new StackOverflowError("error"),
        new OutOfMemoryError("error"),
        new NoClassDefFoundError("error"),
        new InternalError("error"));
  }

  @BeforeEach
  void severalThreads() {
    before = System.getProperty(THREADS);
  }

  @AfterEach
  void restore() {
    thrown = null;
    if (before == null) {
      System.clearProperty(THREADS);
    } else {
      System.setProperty(THREADS, before);
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void ofALayer(Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.FLOAT);
    INDArray x = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray y = Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS);
    check(network, () -> network.output(x), () -> network.fit(x, y));
  }

  @ParameterizedTest
  @MethodSource("vertices")
  void ofAVertex(GraphVertex vertex) {
    ComputationGraph graph = TestNetworks.of(vertex, 0, 1, 2).normedInputs().graph(DataType.FLOAT);
    INDArray[] x = new INDArray[3];
    for (int i = 0; i < x.length; i++) {
      x[i] = Sequences.input(DataType.FLOAT, i, EXAMPLES, STEPS);
    }
    INDArray[] y = {Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS)};
    check(graph, () -> graph.output(x)[0], () -> graph.fit(x, y));
  }

  static List<GraphVertex> vertices() {
    return List.of(
        new AttentionVertex.Builder()
            .nInQueries(5)
            .nInKeys(7)
            .nInValues(11)
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .normalizer(new Faulty())
            .build());
  }

  private interface Output {
    INDArray run();
  }

  private static void check(Model model, Output output, Runnable fit) {
    INDArray parameters = model.params().dup();
    INDArray expected = output.run().dup();
    for (String threads : List.of("1", "3")) {
      System.setProperty(THREADS, threads);
      throwables()
          .forEach(
              throwable -> {
                thrown = throwable;
                inBackward = false;
                assertReaches(output::run, throwable);
                assertReaches(fit, throwable);
                inBackward = true;
                assertReaches(fit, throwable);
                thrown = null;
              });
      fit.run();
      model.setParams(parameters);
      assertThat(output.run()).as("afterwards").isEqualTo(expected);
    }
  }

  /** Deeplearning4j wraps in its own exception what is none of runtime. */
  private static void assertReaches(Runnable pass, Throwable expected) {
    Throwable caught = catchThrowable(pass::run);
    assertThat(caught).isNotNull();
    assertThat(caught == expected || caught.getCause() == expected).as("%s", caught).isTrue();
  }
}
