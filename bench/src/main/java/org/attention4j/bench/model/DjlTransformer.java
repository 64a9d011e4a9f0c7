package org.attention4j.bench.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.nn.transformer.PointwiseFeedForwardBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The layers of DJL. Its attention has biases that the model has not: they stay zero and are not
 * trained.
 */
final class DjlTransformer extends AbstractBlock {
  private static final byte VERSION = 1;

  /** The axis of the features in [batch, context, width]. */
  private static final int FEATURES = 2;

  /** Added to the scores of later tokens; DJL has no causal attention. */
  private static final float HIDDEN = -100_000;

  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  private final ModelSize size;
  private final IdEmbedding embedding;
  private final Parameter positions;
  private final List<Layers> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final Linear next;
  private @Nullable NDArray mask;

  /** One block. */
  private record Layers(
      LayerNorm attentionNorm,
      ScaledDotProductAttentionBlock attention,
      LayerNorm feedForwardNorm,
      PointwiseFeedForwardBlock feedForward) {}

  DjlTransformer(ModelSize size) {
    super(VERSION);
    this.size = size;
    embedding =
        addChildBlock(
            "embedding",
            new IdEmbedding.Builder()
                .setDictionarySize(size.vocabulary())
                .setEmbeddingSize(size.width())
                .build());
    positions =
        addParameter(
            Parameter.builder()
                .setName("positions")
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(size.context(), size.width()))
                .build());
    for (int block = 0; block < size.blocks(); block++) {
      blocks.add(layers(block));
    }
    norm = addNorm("norm");
    next = addChildBlock("next", Linear.builder().setUnits(size.vocabulary()).build());
  }

  private Layers layers(int block) {
    Function<NDList, NDList> gelu = Activation::gelu;
    return new Layers(
        addNorm("attention-norm-" + block),
        addChildBlock(
            "attention-" + block,
            ScaledDotProductAttentionBlock.builder()
                .setEmbeddingSize(size.width())
                .setHeadCount(size.heads())
                .optAttentionProbsDropoutProb(0)
                .build()),
        addNorm("feed-forward-norm-" + block),
        addChildBlock(
            "feed-forward-" + block,
            new PointwiseFeedForwardBlock(List.of(size.feedForward()), size.width(), gelu)));
  }

  private LayerNorm addNorm(String name) {
    return addChildBlock(name, LayerNorm.builder().axis(FEATURES).build());
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {inputs[0].add(size.vocabulary())};
  }

  @Override
  protected void initializeChildBlocks(NDManager arrays, DataType type, Shape... inputs) {
    Shape hidden = inputs[0].add(size.width());
    for (Block child : getChildren().values()) {
      child.initialize(arrays, type, child == embedding ? inputs[0] : hidden);
    }
    float[] values = new float[size.context() * size.context()];
    for (int query = 0; query < size.context(); query++) {
      int from = query * size.context();
      Arrays.fill(values, from + query + 1, from + size.context(), HIDDEN);
    }
    mask = arrays.create(values, new Shape(1, 1, size.context(), size.context()));
  }

  /** Sets the parameters of an initialized block. */
  void set(ModelWeights weights) {
    set(direct(embedding, "embedding"), weights.values(ModelWeights.EMBEDDING));
    set(positions, weights.values(ModelWeights.POSITIONS));
    for (int block = 0; block < blocks.size(); block++) {
      Layers layers = blocks.get(block);
      setNorm(layers.attentionNorm, weights, ModelWeights.attentionNorm(block));
      setAttention(
          layers.attention,
          weights.values(ModelWeights.projections(block)),
          weights.values(ModelWeights.merge(block)));
      setNorm(layers.feedForwardNorm, weights, ModelWeights.feedForwardNorm(block));
      List<Block> maps =
          layers.feedForward.getChildren().values().stream()
              .filter(Linear.class::isInstance)
              .toList();
      setLinear(maps.get(0), weights, ModelWeights.hidden(block));
      setLinear(maps.get(1), weights, ModelWeights.down(block));
    }
    setNorm(norm, weights, ModelWeights.NORM);
    setLinear(next, weights, ModelWeights.NEXT);
  }

  private static void setNorm(LayerNorm norm, ModelWeights weights, String name) {
    set(direct(norm, "gamma"), weights.values(name + ModelWeights.GAIN));
    set(direct(norm, "beta"), weights.values(name + ModelWeights.BIAS));
  }

  private static void setLinear(Block map, ModelWeights weights, String name) {
    set(direct(map, WEIGHT), weights.values(name));
    set(direct(map, BIAS), weights.values(name + ModelWeights.BIAS));
  }

  private void setAttention(
      ScaledDotProductAttentionBlock attention, float[] projections, float[] merge) {
    int each = size.width() * size.width();
    List<Linear> maps =
        List.of(
            attention.getQueryProjection(),
            attention.getKeyProjection(),
            attention.getValueProjection());
    for (int i = 0; i < maps.size(); i++) {
      set(direct(maps.get(i), WEIGHT), Arrays.copyOfRange(projections, i * each, (i + 1) * each));
      direct(maps.get(i), BIAS).freeze(true);
    }
    set(direct(attention.getResultProjection(), WEIGHT), merge);
    direct(attention.getResultProjection(), BIAS).freeze(true);
  }

  private static Parameter direct(Block block, String name) {
    return Objects.requireNonNull(block.getDirectParameters().get(name), name);
  }

  private static void set(Parameter parameter, float[] values) {
    parameter.getArray().set(values);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> options) {
    NDArray tokens = inputs.head();
    NDArray x =
        apply(embedding, store, tokens, training)
            .add(store.getValue(positions, tokens.getDevice(), training));
    for (Layers layers : blocks) {
      NDArray normed = apply(layers.attentionNorm, store, x, training);
      NDList masked = new NDList(normed, Objects.requireNonNull(mask, "not initialized"));
      x = x.add(layers.attention.forward(store, masked, training).singletonOrThrow());
      NDArray again = apply(layers.feedForwardNorm, store, x, training);
      x = x.add(apply(layers.feedForward, store, again, training));
    }
    return new NDList(apply(next, store, apply(norm, store, x, training), training));
  }

  private static NDArray apply(Block block, ParameterStore store, NDArray x, boolean training) {
    return block.forward(store, new NDList(x), training).singletonOrThrow();
  }
}
