package org.attention4j.pretrained;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Which tensor becomes which parameter. A tensor is checked when it is planned, so that a model
 * that does not fit is refused before there is a network. Then numbers go from the file into the
 * network's parameters, a megabyte or so at a time.
 */
final class WeightPlan {
  /** Numbers that are read at a time, unless a row has more. */
  private static final int CHUNK = 1 << 20;

  private final String model;
  private final TensorSource tensors;
  private final Map<Target, Copy> copies = new LinkedHashMap<>();
  private final Map<Target, Double> constants = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  /** A parameter of a layer. */
  record Target(String layer, String parameter) {}

  /**
   * Columns of a tensor, seen as a matrix.
   *
   * @param rows all its rows
   * @param width all its columns
   * @param from the first column that is taken
   * @param columns how many are taken
   * @param transposed whether columns of the tensor are rows of the parameter
   */
  record Copy(String tensor, long rows, long width, long from, long columns, boolean transposed) {}

  WeightPlan(String model, TensorSource tensors) {
    this.model = model;
    this.tensors = tensors;
  }

  Set<String> names() {
    return tensors.names();
  }

  /** Takes a tensor as it is. */
  void copy(String layer, String parameter, String tensor, long... shape)
      throws ModelFileException {
    long columns = shape[shape.length - 1];
    long rows = shape.length == 1 ? 1 : shape[0];
    add(layer, parameter, tensor, shape, new Copy(tensor, rows, columns, 0, columns, false));
  }

  /** Takes a matrix whose rows are the columns of the parameter. */
  void transposed(String layer, String parameter, String tensor, long rows, long columns)
      throws ModelFileException {
    part(layer, parameter, tensor, new long[] {rows, columns}, 0, columns);
  }

  /** Takes some columns of a matrix, transposed, or some numbers of a vector. */
  void part(String layer, String parameter, String tensor, long[] shape, long from, long count)
      throws ModelFileException {
    boolean matrix = shape.length > 1;
    long rows = matrix ? shape[0] : 1;
    long width = shape[shape.length - 1];
    add(layer, parameter, tensor, shape, new Copy(tensor, rows, width, from, count, matrix));
  }

  /** Gives all numbers of a parameter one value. */
  void fill(String layer, String parameter, double value) {
    constants.put(new Target(layer, parameter), value);
  }

  private void add(String layer, String parameter, String tensor, long[] shape, Copy copy)
      throws ModelFileException {
    if (!tensors.names().contains(tensor)) {
      throw new ModelFileException(
          "%s: the tensor %s of shape %s is missing."
              .formatted(model, ModelFileException.quoted(tensor), Arrays.toString(shape)));
    }
    if (!Arrays.equals(tensors.shape(tensor), shape)) {
      throw ModelFileException.of(
          tensors.file(tensor),
          "the shape of tensor " + ModelFileException.quoted(tensor),
          Arrays.toString(tensors.shape(tensor)),
          Arrays.toString(shape));
    }
    used.add(tensor);
    copies.put(new Target(layer, parameter), copy);
  }

  /** Counts a tensor as used although it is not read. */
  void ignore(String tensor) {
    used.add(tensor);
  }

  /** The tensors that no parameter takes, in alphabetical order. */
  List<String> unused() {
    Set<String> unused = new TreeSet<>(tensors.names());
    unused.removeAll(used);
    return List.copyOf(unused);
  }

  /** Fills all parameters of a network. */
  void carryOut(MultiLayerNetwork network) throws IOException {
    Set<Target> missing = new HashSet<>(copies.keySet());
    missing.addAll(constants.keySet());
    for (Layer layer : network.getLayers()) {
      String name = layer.conf().getLayer().getLayerName();
      for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
        Target target = new Target(name, parameter.getKey());
        Copy copy = copies.get(target);
        Double constant = constants.get(target);
        if (copy != null) {
          fill(parameter.getValue(), copy);
        } else if (constant != null) {
          parameter.getValue().assign(constant);
        } else {
          throw new IllegalStateException("nothing is planned for " + target);
        }
        missing.remove(target);
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException("the network has none of " + missing);
    }
  }

  /** Where the parameters go when they are written; without the tensors they came from. */
  TensorLayout layout() {
    SortedMap<String, long[]> shapes = new TreeMap<>();
    copies.values().forEach(copy -> shapes.put(copy.tensor(), tensors.shape(copy.tensor())));
    return new TensorLayout(shapes, new LinkedHashMap<>(copies), new LinkedHashMap<>(constants));
  }

  private void fill(INDArray parameter, Copy copy) throws IOException {
    INDArray matrix = asMatrix(parameter, copy);
    int step = (int) Math.max(1, Math.min(copy.rows(), CHUNK / copy.width()));
    float[] numbers = new float[Math.toIntExact(step * copy.width())];
    for (long row = 0; row < copy.rows(); row += step) {
      int rows = (int) Math.min(step, copy.rows() - row);
      int count = Math.toIntExact(rows * copy.width());
      tensors.read(copy.tensor(), row * copy.width(), numbers, count);
      checkFinite(copy, row, numbers, count);
      INDArray read =
          Nd4j.createFromArray(count == numbers.length ? numbers : Arrays.copyOf(numbers, count))
              .reshape('c', rows, copy.width());
      INDArray part =
          copy.columns() == copy.width()
              ? read
              : read.get(
                  NDArrayIndex.all(),
                  NDArrayIndex.interval(copy.from(), copy.from() + copy.columns()));
      INDArrayIndex here = NDArrayIndex.interval(row, row + rows);
      if (copy.transposed()) {
        matrix.get(NDArrayIndex.all(), here).assign(part.transpose());
      } else {
        matrix.get(here, NDArrayIndex.all()).assign(part);
      }
    }
  }

  /** The parameter with as many rows and columns as are taken; a view of the same numbers. */
  static INDArray asMatrix(INDArray parameter, Copy copy) {
    long rows = copy.transposed() ? copy.columns() : copy.rows();
    long columns = copy.transposed() ? copy.rows() : copy.columns();
    if (parameter.rank() == 2 && parameter.size(0) == rows && parameter.size(1) == columns) {
      return parameter;
    }
    if (parameter.length() != rows * columns
        || (parameter.rank() > 1 && parameter.ordering() != 'c')) {
      throw new IllegalStateException(
          "%s does not fit the shape %s".formatted(copy, Arrays.toString(parameter.shape())));
    }
    return parameter.reshape('c', true, rows, columns);
  }

  private void checkFinite(Copy copy, long firstRow, float[] numbers, int count)
      throws ModelFileException {
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(numbers[i])) {
        long at = firstRow * copy.width() + i;
        throw ModelFileException.of(
            tensors.file(copy.tensor()),
            "number %d of tensor %s".formatted(at, ModelFileException.quoted(copy.tensor())),
            numbers[i],
            "finite");
      }
    }
  }
}
