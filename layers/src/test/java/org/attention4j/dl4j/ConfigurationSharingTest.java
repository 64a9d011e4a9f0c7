package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.attention4j.layers.FeedForwardBlock;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.junit.jupiter.api.Test;

/**
 * One worker of a ParallelWrapper trains the network itself while the others write its
 * configuration as JSON: reading the parameters must not disturb another reader.
 */
class ConfigurationSharingTest {
  @Test
  void aLayersParametersMayBeReadByTwoAtATime() {
    FeedForwardBlock layer = new FeedForwardBlock.Builder().nIn(5).hiddenSize(7).nOut(3).build();
    readTwiceAtATime(layer::getLayerParams);
  }

  @Test
  void aVertexParametersMayBeReadByTwoAtATime() {
    readTwiceAtATime(new CrossAttention(5)::getVertexParams);
  }

  private static void readTwiceAtATime(Supplier<SDLayerParams> parameters) {
    List<String> expected = List.copyOf(parameters.get().getWeightParams().keySet());
    assertThat(expected).hasSizeGreaterThan(1);
    Iterator<String> reader = parameters.get().getWeightParams().keySet().iterator();
    List<String> read = new ArrayList<>();
    while (reader.hasNext()) {
      read.add(reader.next());
      assertThat(parameters.get().getWeightParams().keySet()).containsExactlyElementsOf(expected);
    }
    assertThat(read).isEqualTo(expected);
  }
}
