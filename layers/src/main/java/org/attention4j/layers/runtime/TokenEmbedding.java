package org.attention4j.layers.runtime;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.graph.TokenIds;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The running layer behind {@link org.attention4j.layers.TokenEmbedding}.
 *
 * <p>In memory W is [nOut, nIn], as Deeplearning4j's embedding has it: a feature of all tokens lies
 * together, as a feature of all steps does in the output. So each feature is gathered and its
 * gradient scattered on its own.
 */
public final class TokenEmbedding extends BaseLayer<FeedForwardLayer> {
  /** The name of the parameter for the types of tokens, [types, nOut]. */
  public static final String TYPES = "Wt";

  private static final String W = DefaultParamInitializer.WEIGHT_KEY;

  /** Features of a task. */
  private static final int FEATURES = 8;

  /** Numbers below which waking another thread does not pay. */
  private static final long SMALL = 50_000;

  private final int types;
  private final boolean fused;

  /** The tokens of the last forward pass, [b, T]. */
  private transient int[] ids = {};

  /** Their types, [b, T]; empty if the layer knows none. */
  private transient int[] typeIds = {};

  /**
   * Whether a tied head has left its gradient in the view; only between its backward pass and ours.
   */
  private transient boolean holdsGradientOfHead;

  /**
   * Makes a layer that has no parameters yet.
   *
   * @param conf its configuration
   * @param dataType the network's type
   * @param types how many types of tokens there are; 0 for none
   * @param fused whether to compute on Java arrays, which is possible in FLOAT on the CPU
   */
  public TokenEmbedding(NeuralNetConfiguration conf, DataType dataType, int types, boolean fused) {
    super(conf, dataType);
    this.types = types;
    this.fused = fused;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    holdsGradientOfHead = false;
    readInput();
    long[] shape = {input.size(0), layerConf().getNOut(), input.size(input.rank() - 1)};
    INDArray output = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    if (fused) {
      float[] gathered = FloatArrays.zeros(Math.toIntExact(output.length()));
      forEachNumber(weights(), ids, (table, at, number) -> gathered[number] = table.get(at));
      if (types > 0) {
        forEachNumber(
            parameter(TYPES), typeIds, (table, at, number) -> gathered[number] += table.get(at));
      }
      HostArrays.put(gathered, output);
      FloatArrays.giveBack(gathered);
    } else {
      output.assign(0);
      forEachStep(output, ids, (step, id) -> step.assign(weights().getRow(id)));
      if (types > 0) {
        forEachStep(output, typeIds, (step, type) -> step.addi(parameter(TYPES).getRow(type)));
      }
    }
    return output;
  }

  /** Ids alone, or ids and types. */
  private void readInput() {
    boolean both = types > 0 && input.rank() == 3 && input.size(1) == 2;
    if (types > 0 && input.rank() == 3 && !both && input.size(1) != 1) {
      throw new IllegalArgumentException(
          "%s: the shape of the token ids is %s but must be [examples, steps], [examples, 1, steps]"
                  .formatted(owner(), Arrays.toString(input.shape()))
              + " or, with types, [examples, 2, steps].");
    }
    ids =
        new TokenIds(owner(), "the token id", layerConf().getNIn())
            .read(both ? row(0) : input, maskArray);
    if (types > 0) {
      typeIds =
          both
              ? new TokenIds(owner(), "the token type", types).read(row(1), maskArray)
              : IntStream.of(ids).map(id -> id == TokenIds.HIDDEN ? id : 0).toArray();
    }
  }

  private INDArray row(int index) {
    return input.get(NDArrayIndex.all(), NDArrayIndex.point(index), NDArrayIndex.all());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    INDArray view = gradientView(W);
    if (!holdsGradientOfHead) {
      clear(view); // the updater left there what it subtracted, in every row
    }
    holdsGradientOfHead = false;
    addGradient(epsilon, view, ids);
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(W, view);
    if (types > 0) {
      INDArray ofTypes = gradientView(TYPES);
      clear(ofTypes);
      addGradient(epsilon, ofTypes, typeIds);
      gradient.setGradientFor(TYPES, ofTypes);
    }
    return new Pair<>(gradient, null);
  }

  private void clear(INDArray view) {
    if (fused) {
      HostArrays.clear(view.transpose());
    } else {
      view.assign(0);
    }
  }

  private void addGradient(INDArray epsilon, INDArray view, int[] rows) {
    if (fused) {
      float[] arriving = HostArrays.floats(epsilon);
      forEachNumber(
          view, rows, (table, at, number) -> table.put(at, table.get(at) + arriving[number]));
      FloatArrays.giveBack(arriving);
    } else {
      forEachStep(epsilon, rows, (step, row) -> view.getRow(row).addi(step.castTo(dataType)));
    }
  }

  @Override
  public void setParamsViewArray(INDArray params) {
    super.setParamsViewArray(params);
    TiedEmbeddings.add(this);
  }

  /** W, for a head that shares it. */
  INDArray weights() {
    return parameter(W);
  }

  private INDArray parameter(String name) {
    return Objects.requireNonNull(params.get(name), "set when the layer is made");
  }

  private INDArray gradientView(String name) {
    return Objects.requireNonNull(gradientViews.get(name), "set before the first backward pass");
  }

  /**
   * Takes the gradient by W of a head that shares it. The backward pass of the head is over before
   * ours begins.
   *
   * @param gradient fills the array that it is given, of the shape and layout of W
   */
  void addGradientOfHead(Consumer<INDArray> gradient) {
    if (gradientViews == null || holdsGradientOfHead) {
      INDArray more;
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        more = Nd4j.createUninitialized(dataType, weights().shape(), 'f');
      }
      gradient.accept(more);
      if (gradientViews != null) {
        gradientView(W).addi(more);
      }
    } else {
      gradient.accept(gradientView(W));
      holdsGradientOfHead = true;
    }
  }

  private interface NumberAction {
    /** Is given a table or its gradient, where a number is in it, and where in the sequences. */
    void accept(FloatIndexer table, long at, int number);
  }

  /**
   * Goes through sequences [b, nOut, T], each feature in the order of the steps.
   *
   * @param weights a table [rows, nOut] or its gradient
   * @param rows which row belongs to each step, [b, T]
   */
  private void forEachNumber(INDArray weights, int[] rows, NumberAction action) {
    int features = Math.toIntExact(layerConf().getNOut());
    int steps = Math.toIntExact(input.size(input.rank() - 1));
    try (FloatIndexer table = HostArrays.open(weights.transpose())) {
      Workers.runRanges(
          features,
          FEATURES,
          (long) rows.length * features >= SMALL,
          (first, end) -> {
            for (int feature = first; feature < end; feature++) {
              long from = feature * weights.size(0);
              for (int i = 0; i < rows.length; i++) {
                if (rows[i] != TokenIds.HIDDEN) {
                  int number = (i / steps * features + feature) * steps + i % steps;
                  action.accept(table, from + rows[i], number);
                }
              }
            }
          });
    } finally {
      Reference.reachabilityFence(weights);
    }
  }

  private interface StepAction {
    void accept(INDArray step, int row);
  }

  private void forEachStep(INDArray sequences, int[] rows, StepAction action) {
    int steps = Math.toIntExact(sequences.size(2));
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != TokenIds.HIDDEN) {
        INDArray step =
            sequences.get(
                NDArrayIndex.point(i / steps), NDArrayIndex.all(), NDArrayIndex.point(i % steps));
        action.accept(step, rows[i]);
      }
    }
  }

  /** The layer as the messages of errors name it. */
  private String owner() {
    String name = layerConf().getLayerName();
    return layerConf().getClass().getSimpleName() + (name == null ? "" : " '" + name + "'");
  }

  /** Ids are not dropped: half a token is none. */
  @Override
  protected void applyDropOutIfNecessary(boolean training, LayerWorkspaceMgr workspaceMgr) {}

  @Override
  public boolean hasBias() {
    return false;
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clear() {
    super.clear();
    ids = new int[0];
    typeIds = new int[0];
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // the stock one logs an error and returns null
  public Layer clone() {
    throw new UnsupportedOperationException(
        owner() + ": a running layer cannot be copied alone; clone its network.");
  }

  @Override
  public String toString() {
    return layerConf().toString();
  }
}
