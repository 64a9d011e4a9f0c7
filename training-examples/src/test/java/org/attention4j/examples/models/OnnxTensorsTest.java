package org.attention4j.examples.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import onnx.Onnx;
import org.attention4j.pretrained.ModelFileException;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.protobuf.ByteString;

class OnnxTensorsTest {
  private static final float[] MATRIX = {1, 2, 3, 4, 5, 6};

  private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder();

  private static Onnx.TensorProto.Builder tensor(String name, long... shape) {
    Onnx.TensorProto.Builder tensor =
        Onnx.TensorProto.newBuilder()
            .setName(name)
            .setDataType(Onnx.TensorProto.DataType.FLOAT.getNumber());
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor;
  }

  private static ByteString raw(float... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : numbers) {
      bytes.putFloat(number);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private void node(String type, String first, String second, String output) {
    graph.addNode(
        Onnx.NodeProto.newBuilder()
            .setOpType(type)
            .addInput(first)
            .addInput(second)
            .addOutput(output));
  }

  private OnnxTensors read() throws IOException {
    byte[] bytes = Onnx.ModelProto.newBuilder().setGraph(graph).build().toByteArray();
    return OnnxTensors.read("model.onnx", new ByteArrayInputStream(bytes));
  }

  /** y = x W + b, with W [2, 3] in the file and [3, 2] in PyTorch. */
  @Test
  void aMatrixIsNamedAfterItsBias() throws IOException {
    graph
        .addInitializer(tensor("onnx::MatMul_7", 2, 3).setRawData(raw(MATRIX)))
        .addInitializer(tensor("query.bias", 3).addFloatData(7).addFloatData(8).addFloatData(9));
    node("MatMul", "x", "onnx::MatMul_7", "product");
    node("Add", "query.bias", "product", "y");
    OnnxTensors tensors = read();
    assertThat(tensors.names()).containsExactly("query.weight", "query.bias");
    assertThat(tensors.shape("query.weight")).containsExactly(3, 2);
    assertThat(tensors.file("query.weight")).isEqualTo("model.onnx");
    float[] part = new float[5];
    tensors.read("query.weight", 0, part, 5);
    assertThat(part).containsExactly(1, 4, 2, 5, 3);
    tensors.read("query.weight", 3, part, 3);
    assertThat(part).startsWith(5, 3, 6);
    tensors.read("query.bias", 1, part, 2);
    assertThat(part).startsWith(8, 9);
    assertThatThrownBy(() -> tensors.read("query.weight", 3, part, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensors.shape("key.weight"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model.onnx has no tensor 'key.weight'.");
  }

  /** A sum of other things, as a residual connection is, names nothing. */
  @Test
  void othersKeepTheirNames() throws IOException {
    graph
        .addInitializer(tensor("onnx::MatMul_7", 2, 3).setRawData(raw(MATRIX)))
        .addInitializer(tensor("embeddings.weight", 3, 2).setRawData(raw(MATRIX)))
        .addInitializer(
            Onnx.TensorProto.newBuilder()
                .setName("shape")
                .setDataType(Onnx.TensorProto.DataType.INT64.getNumber())
                .addDims(1)
                .addInt64Data(11));
    node("MatMul", "x", "onnx::MatMul_7", "product");
    node("Add", "product", "x", "y");
    OnnxTensors tensors = read();
    assertThat(tensors.names()).containsExactly("onnx::MatMul_7", "embeddings.weight");
    assertThat(tensors.shape("onnx::MatMul_7")).containsExactly(2, 3);
    float[] all = new float[MATRIX.length];
    tensors.read("embeddings.weight", 0, all, MATRIX.length);
    assertThat(all).containsExactly(MATRIX);
  }

  @Test
  void damagedFilesAreRefused() {
    for (byte[] bytes : List.of(new byte[] {1, 2, 3}, new byte[0])) {
      assertThatThrownBy(() -> OnnxTensors.read("model.onnx", new ByteArrayInputStream(bytes)))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith("model.onnx: it must be ");
    }
    graph.addInitializer(tensor("weight", 2, 2).setRawData(raw(MATRIX)));
    assertThatThrownBy(this::read)
        .isInstanceOf(ModelFileException.class)
        .hasMessage(
            "model.onnx: weight has 6 numbers but must have as many as its shape [2, 2] says.");
    graph.setInitializer(
        0, tensor("weight", 2, 3).setDataLocation(Onnx.TensorProto.DataLocation.EXTERNAL));
    assertThatThrownBy(this::read)
        .isInstanceOf(ModelFileException.class)
        .hasMessage("model.onnx: the numbers of weight must be in the file itself.");
  }
}
