package org.attention4j.examples.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import onnx.Onnx;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.TensorSource;

/**
 * The tensors of a PyTorch model that was exported to ONNX, by the names that they had in PyTorch.
 *
 * <p>The export keeps the names of biases, norms and embeddings. The matrix of a linear map it
 * transposes, to [in, out], and calls {@code onnx::MatMul_123}. Its name follows from the graph:
 * the product goes into a sum with the bias {@code x.bias}, so the matrix is {@code x.weight}; it
 * is handed out as [out, in] again.
 *
 * <p>Numbers that are not FLOAT are no weights and are left out.
 */
final class OnnxTensors implements TensorSource {
  private static final String BIAS = ".bias";
  private static final String WEIGHT = ".weight";

  private final String file;
  private final Map<String, Tensor> tensors;

  /**
   * A tensor of the file.
   *
   * @param numbers in the file's order
   * @param shape in the file
   * @param transposed whether it is a matrix to be handed out the other way round
   */
  private record Tensor(FloatBuffer numbers, List<Long> shape, boolean transposed) {}

  private OnnxTensors(String file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Reads a model.
   *
   * @param file its name, for messages
   * @param content what is in the file
   * @return its tensors
   * @throws ModelFileException if it is no whole ONNX model, or its numbers are in other files
   * @throws IOException if it cannot be read
   */
  static OnnxTensors read(String file, InputStream content) throws IOException {
    Onnx.GraphProto graph = graph(file, content);
    Map<String, String> matrices = matrices(graph);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Onnx.TensorProto each : graph.getInitializerList()) {
      if (each.getDataType() != Onnx.TensorProto.DataType.FLOAT.getNumber()) {
        continue;
      }
      String linear = matrices.get(each.getName());
      boolean transposed = linear != null && each.getDimsCount() == 2;
      tensors.put(
          transposed ? linear : each.getName(),
          new Tensor(numbers(file, each), List.copyOf(each.getDimsList()), transposed));
    }
    return new OnnxTensors(file, tensors);
  }

  private static Onnx.GraphProto graph(String file, InputStream content) throws IOException {
    Onnx.ModelProto model;
    try {
      model = Onnx.ModelProto.parseFrom(content);
    } catch (org.nd4j.shade.protobuf.InvalidProtocolBufferException e) {
      throw new ModelFileException(
          "%s: it must be a whole ONNX model (%s)."
              .formatted(file, Objects.requireNonNullElse(e.getMessage(), "").split("\\.", 2)[0]));
    }
    if (model.getGraph().getInitializerCount() == 0) {
      throw new ModelFileException(file + ": it must be an ONNX model with weights.");
    }
    return model.getGraph();
  }

  /** What the matrices of linear maps were called in PyTorch. */
  private static Map<String, String> matrices(Onnx.GraphProto graph) {
    Map<String, String> products = new LinkedHashMap<>();
    for (Onnx.NodeProto node : graph.getNodeList()) {
      if (isBinary(node, "MatMul")) {
        products.put(node.getOutput(0), node.getInput(1));
      }
    }
    Map<String, String> names = new LinkedHashMap<>();
    for (Onnx.NodeProto node : graph.getNodeList()) {
      if (isBinary(node, "Add")) {
        name(names, products, node.getInput(0), node.getInput(1));
        name(names, products, node.getInput(1), node.getInput(0));
      }
    }
    return names;
  }

  private static boolean isBinary(Onnx.NodeProto node, String type) {
    return node.getOpType().equals(type) && node.getInputCount() == 2 && node.getOutputCount() == 1;
  }

  private static void name(
      Map<String, String> names, Map<String, String> products, String bias, String product) {
    String matrix = products.get(product);
    if (matrix != null && bias.endsWith(BIAS)) {
      names.put(matrix, bias.substring(0, bias.length() - BIAS.length()) + WEIGHT);
    }
  }

  private static FloatBuffer numbers(String file, Onnx.TensorProto tensor)
      throws ModelFileException {
    FloatBuffer numbers;
    if (tensor.getDataLocation() == Onnx.TensorProto.DataLocation.EXTERNAL) {
      throw new ModelFileException(
          "%s: the numbers of %s must be in the file itself.".formatted(file, tensor.getName()));
    } else if (tensor.getFloatDataCount() > 0) {
      numbers = FloatBuffer.allocate(tensor.getFloatDataCount());
      tensor.getFloatDataList().forEach(numbers::put);
      numbers.flip();
    } else {
      numbers =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
    if (tensor.getDimsList().stream().anyMatch(size -> size < 0)
        || count(tensor.getDimsList()) != numbers.remaining()) {
      throw new ModelFileException(
          "%s: %s has %d numbers but must have as many as its shape %s says."
              .formatted(
                  file, tensor.getName(), numbers.remaining(), tensor.getDimsList().toString()));
    }
    return numbers;
  }

  /** Saturates, as no file has so many numbers. */
  private static long count(List<Long> shape) {
    double count = 1;
    for (long size : shape) {
      count *= size;
    }
    return (long) count;
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("%s has no tensor '%s'.".formatted(file, name));
    }
    return tensor;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public long[] shape(String name) {
    Tensor tensor = tensor(name);
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    return tensor.transposed() ? new long[] {shape[1], shape[0]} : shape;
  }

  @Override
  public String file(String name) {
    tensor(name);
    return file;
  }

  @Override
  public void read(String name, long from, float[] target, int count) {
    Tensor tensor = tensor(name);
    Objects.checkFromIndexSize(from, count, (long) tensor.numbers().limit());
    Objects.checkFromIndexSize(0, count, target.length);
    int start = (int) from;
    if (!tensor.transposed()) {
      tensor.numbers().get(start, target, 0, count);
      return;
    }
    int in = tensor.shape().get(0).intValue();
    int out = tensor.shape().get(1).intValue();
    int row = in == 0 ? 0 : start / in;
    int column = in == 0 ? 0 : start % in;
    for (int i = 0; i < count; i++) {
      target[i] = tensor.numbers().get(column * out + row);
      if (++column == in) {
        column = 0;
        row++;
      }
    }
  }
}
