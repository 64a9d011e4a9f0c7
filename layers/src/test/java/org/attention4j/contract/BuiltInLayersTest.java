package org.attention4j.contract;

import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.RmsNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.activations.Activation;

/**
 * The layers and the vertex of this library keep the contract, with their main options. The less
 * common ones are slow tests.
 */
class BuiltInLayersTest {
  private static final int OUT = 7;
  private static final int HEADS = 2;

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nOut(OUT).nHeads(HEADS).headSize(2).projectInput(true);
  }

  private static LearnedSelfAttentionLayer.Builder learned() {
    return new LearnedSelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(2)
        .projectInput(true)
        .nQueries(3);
  }

  private static RecurrentAttentionLayer.Builder recurrent() {
    return new RecurrentAttentionLayer.Builder().nOut(3).nHeads(HEADS).headSize(2);
  }

  private static AttentionVertex.Builder vertexOf(int queries, int keys, int values) {
    return new AttentionVertex.Builder()
        .nInQueries(queries)
        .nInKeys(keys)
        .nInValues(values)
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(2)
        .projectInput(true);
  }

  @Nested
  class NoProjection extends LayerContract {
    @Override
    protected Layer layer() {
      return new SelfAttentionLayer.Builder().build();
    }
  }

  @Nested
  @Tag("slow")
  class OneHead extends LayerContract {
    @Override
    protected Layer layer() {
      return self().nHeads(1).build();
    }
  }

  @Nested
  class TwoHeads extends LayerContract {
    @Override
    protected Layer layer() {
      return self().build();
    }
  }

  @Nested
  class BiasAndCausal extends LayerContract {
    @Override
    protected Layer layer() {
      return self().hasBias(true).causal(true).build();
    }
  }

  @Nested
  class GateOfHeads extends LayerContract {
    @Override
    protected Layer layer() {
      return self().outputGate(OutputGate.PER_HEAD).build();
    }
  }

  @Nested
  @Tag("slow")
  class GateOfElements extends LayerContract {
    @Override
    protected Layer layer() {
      return self().hasBias(true).outputGate(OutputGate.PER_ELEMENT).gateStartsOpen(true).build();
    }
  }

  @Nested
  class SlidingWindow extends LayerContract {
    @Override
    protected Layer layer() {
      return self().causal(true).slidingWindow(2).firstKeys(1).build();
    }
  }

  @Nested
  @Tag("slow")
  class WindowToBothSides extends LayerContract {
    @Override
    protected Layer layer() {
      return self().slidingWindow(2).normalizer(Normalizers.ssmax()).build();
    }
  }

  @Nested
  class AttentionDropout extends LayerContract {
    @Override
    protected Layer layer() {
      return self().attentionDropout(0.3).build();
    }
  }

  @Nested
  class LinearBiases extends LayerContract {
    @Override
    protected Layer layer() {
      return self().scale(0.37).position(Position.ALIBI).build();
    }
  }

  @Nested
  class Rotary extends LayerContract {
    @Override
    protected Layer layer() {
      return self().headSize(4).position(Position.ROTARY).build();
    }
  }

  @Nested
  class Forgetting extends LayerContract {
    @Override
    protected Layer layer() {
      return self().hasBias(true).causal(true).position(Position.FORGETTING).build();
    }
  }

  @Nested
  @Tag("slow")
  class ForgettingInAWindow extends LayerContract {
    @Override
    protected Layer layer() {
      return self()
          .nKeyValueHeads(1)
          .causal(true)
          .slidingWindow(2)
          .firstKeys(1)
          .position(Position.FORGETTING)
          .normalizer(Normalizers.ssmax())
          .build();
    }
  }

  @Nested
  class GroupedHeads extends LayerContract {
    @Override
    protected Layer layer() {
      return self().nKeyValueHeads(1).qkNorm(true).build();
    }
  }

  @Nested
  @Tag("slow")
  class StockOptions extends LayerContract {
    @Override
    protected Layer layer() {
      return self().dropOut(0.8).l1(0.01).l2(0.02).build();
    }
  }

  @Nested
  class LearnableNormalizer extends LayerContract {
    @Override
    protected Layer layer() {
      return self().normalizer(Normalizers.ssmax()).build();
    }
  }

  @Nested
  class SparseNormalizer extends LayerContract {
    @Override
    protected Layer layer() {
      return self().normalizer(Normalizers.entmax15()).build();
    }
  }

  @Nested
  class Learned extends LayerContract {
    @Override
    protected Layer layer() {
      return learned().build();
    }
  }

  @Nested
  @Tag("slow")
  class LearnedWithOptions extends LayerContract {
    @Override
    protected Layer layer() {
      return learned().hasBias(true).qkNorm(true).normalizer(Normalizers.sink()).build();
    }
  }

  @Nested
  class Recurrent extends LayerContract {
    @Override
    protected Layer layer() {
      return recurrent().build();
    }
  }

  @Nested
  @Tag("slow")
  class RecurrentWithOptions extends LayerContract {
    @Override
    protected Layer layer() {
      return recurrent().attentionBias(true).causal(true).normalizer(Normalizers.ssmax()).build();
    }
  }

  @Nested
  @Tag("slow")
  class RecurrentInAWindow extends LayerContract {
    @Override
    protected Layer layer() {
      return recurrent().slidingWindow(2).firstKeys(1).outputGate(OutputGate.PER_ELEMENT).build();
    }
  }

  @Nested
  @Tag("slow")
  class RecurrentThatForgets extends LayerContract {
    @Override
    protected Layer layer() {
      return recurrent().causal(true).position(Position.FORGETTING).build();
    }
  }

  @Nested
  class PreNormTransformer extends LayerContract {
    @Override
    protected Layer layer() {
      return new TransformerBlock.Builder()
          .headSize(3)
          .feedForwardSize(7)
          .causal(true)
          .slidingWindow(3)
          .build();
    }
  }

  @Nested
  class PostNormTransformer extends LayerContract {
    @Override
    protected Layer layer() {
      return new TransformerBlock.Builder()
          .nHeads(2)
          .headSize(2)
          .feedForwardSize(7)
          .postNorm(true)
          .outputGate(OutputGate.PER_HEAD)
          .hasBias(true)
          .build();
    }
  }

  @Nested
  @Tag("slow")
  class GatedTransformer extends LayerContract {
    @Override
    protected Layer layer() {
      return new TransformerBlock.Builder()
          .headSize(4)
          .feedForwardSize(7)
          .norm(org.attention4j.layers.Norm.RMS)
          .activation(Activation.SWISH)
          .gated(true)
          .feedForwardBias(false)
          .position(Position.ROTARY)
          .normalizer(Normalizers.ssmax())
          .build();
    }
  }

  @Nested
  class Norm extends LayerContract {
    @Override
    protected Layer layer() {
      return new LayerNorm.Builder().build();
    }
  }

  @Nested
  class PositionEmbedding extends LayerContract {
    @Override
    protected Layer layer() {
      return new LearnedPositionEmbedding.Builder().maxLength(17).build();
    }
  }

  @Nested
  class RootMeanSquareNorm extends LayerContract {
    @Override
    protected Layer layer() {
      return new RmsNorm.Builder().build();
    }
  }

  @Nested
  class GatedFeedForward extends LayerContract {
    @Override
    protected Layer layer() {
      return new FeedForwardBlock.Builder().gated(true).hiddenSize(7).nOut(3).build();
    }
  }

  @Nested
  @Tag("slow")
  class FeedForwardWithoutBiases extends LayerContract {
    @Override
    protected Layer layer() {
      return new FeedForwardBlock.Builder()
          .activation(Activation.SWISH)
          .gated(true)
          .hasBias(false)
          .hiddenSize(7)
          .build();
    }
  }

  @Nested
  class FeedForward extends LayerContract {
    @Override
    protected Layer layer() {
      return new FeedForwardBlock.Builder().hiddenSize(7).nOut(3).build();
    }
  }

  @Nested
  @Tag("slow")
  class OneInput extends VertexContract {
    @Override
    protected GraphVertex vertex() {
      return vertexOf(5, 5, 5).causal(true).build();
    }

    @Override
    protected int[] inputSizes() {
      return new int[] {5};
    }
  }

  @Nested
  class TwoInputs extends VertexContract {
    @Override
    protected GraphVertex vertex() {
      return vertexOf(5, 7, 7).hasBias(true).slidingWindow(3).firstKeys(1).build();
    }

    @Override
    protected int[] inputSizes() {
      return new int[] {5, 7};
    }
  }

  @Nested
  @Tag("slow")
  class TwoInputsThatForget extends VertexContract {
    @Override
    protected GraphVertex vertex() {
      return vertexOf(5, 7, 7).causal(true).position(Position.FORGETTING).build();
    }

    @Override
    protected int[] inputSizes() {
      return new int[] {5, 7};
    }
  }

  @Nested
  @Tag("slow")
  class ThreeInputs extends VertexContract {
    @Override
    protected GraphVertex vertex() {
      return vertexOf(5, 7, 11)
          .outputGate(OutputGate.PER_ELEMENT)
          .normalizer(Normalizers.ssmax())
          .build();
    }

    @Override
    protected int[] inputSizes() {
      return new int[] {5, 7, 11};
    }
  }
}
