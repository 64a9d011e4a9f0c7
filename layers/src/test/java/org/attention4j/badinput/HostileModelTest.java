package org.attention4j.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.layers.SavedModel;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A model's JSON that names a class where a normalizer stands: no code of that class runs. */
class HostileModelTest {
  private static final String RIGHT = Normalizers.toJson(Normalizers.softmax(0.7));

  private static boolean ran;

  /** A normalizer on the class path that no provider registers. */
  static final class Planted implements Normalizer {
    static {
      ran = true;
    }

    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return sd.nn.softmax(scores, NormalizerContext.KEYS);
    }

    @Override
    public String type() {
      return "planted";
    }
  }

  /** The binary name, asked without loading the class. */
  private static final String PLANTED = HostileModelTest.class.getName() + "$Planted";

  private static MultiLayerNetwork network() {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder()
                .nOut(Sizes.OUT)
                .nHeads(Sizes.HEADS)
                .projectInput(true)
                .normalizer(Normalizers.softmax(0.7))
                .name("reader")
                .build())
        .network(DataType.FLOAT);
  }

  /** A configuration whose normalizer is replaced. */
  private static String with(String normalizer) {
    String compact = network().getLayerWiseConfigurations().toJson().replaceAll("\\s+", "");
    assertThat(compact).contains(RIGHT);
    return compact.replace(RIGHT, normalizer);
  }

  @Test
  void aRegisteredTypeIsRead() {
    String json = with("{\"type\":\"entmax\",\"alpha\":1.3}");
    assertThat(MultiLayerConfiguration.fromJson(json).toJson()).contains("entmax");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'@'}",
        "{'type':'planted'}",
        "'@'",
        "{'@class':'@'}",
        "{'@class':'@','type':'softmax'}",
        "['@',{}]",
        "{'type':'soft-cap','cap':2,'normalizer':{'type':'@'}}",
        "{'type':'soft-cap','cap':2,'normalizer':{'@class':'@','type':'softmax'}}",
        "{'type':'softmax','temperature':{'@class':'@'}}"
      })
  void aClassIsRefusedAndNotTouched(String normalizer) {
    String json = with(normalizer.replace("'@'", "'" + PLANTED + "'").replace('\'', '"'));
    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(json))
        .isInstanceOf(RuntimeException.class)
        .rootCause()
        .message()
        .containsAnyOf("ormalizer");
    assertThat(ran).as("the class was initialized").isFalse();
  }

  /** The same in a model's file, as a user loads it. */
  @Test
  void aModelFileThatNamesAClassIsRefused(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("model.zip");
    SavedModel.write(network(), file, false);
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Files.writeString(zip.getPath("configuration.json"), with("{\"type\":\"" + PLANTED + "\"}"));
    }
    assertThatThrownBy(() -> ModelSerializer.restoreMultiLayerNetwork(file.toFile()))
        .rootCause()
        .hasMessageContaining("There is no normalizer '" + PLANTED + "'; known are softmax");
    assertThat(ran).as("the class was initialized").isFalse();
  }
}
