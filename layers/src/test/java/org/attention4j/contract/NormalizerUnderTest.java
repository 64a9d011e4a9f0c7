package org.attention4j.contract;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.Trait;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A normalizer with a name for messages and with parameters that differ from head to head. */
final class NormalizerUnderTest {
  /** Away from the initial values, where a gradient may vanish, and exact in HALF. */
  private static final double[] OFFSETS = {-0.25, 0.125, 0.5};

  private final Normalizer normalizer;
  private final Map<String, double[]> parameters = new LinkedHashMap<>();
  private final Map<List<Object>, NormalizerGraph> graphs = new HashMap<>();

  NormalizerUnderTest(Normalizer normalizer) {
    this.normalizer = normalizer;
    for (NormalizerParameter parameter : normalizer.parameters(OFFSETS.length)) {
      double[] values = new double[OFFSETS.length];
      for (int head = 0; head < values.length; head++) {
        values[head] = half(parameter.initialValue() + OFFSETS[head]);
      }
      parameters.put(parameter.name(), values);
    }
  }

  private static double half(double value) {
    return Nd4j.scalar(value).castTo(DataType.FLOAT16).castTo(DataType.DOUBLE).getDouble(0);
  }

  Normalizer normalizer() {
    return normalizer;
  }

  boolean declares(Trait trait) {
    return normalizer.traits().contains(trait);
  }

  Map<String, double[]> parameters() {
    return parameters;
  }

  /** Compiled once. */
  NormalizerGraph graph(boolean masked, DataType type) {
    return graphs.computeIfAbsent(
        List.of(masked, type),
        ignored -> new NormalizerGraph(normalizer, OFFSETS.length, masked, type));
  }

  NormalizerGraph.Result run(RowBatch batch, boolean masked, DataType type) {
    return graph(masked, type).run(batch, parameters);
  }

  boolean hasType() {
    try {
      return !normalizer.type().isBlank();
    } catch (IllegalStateException noType) {
      return false;
    }
  }

  /** Such as "row 4 (n = 5 visible keys)". */
  static String row(RowBatch batch, int row, boolean masked) {
    int n = masked ? batch.visibleCount(row) : batch.keys();
    return "row %d (n = %d visible keys)".formatted(row, n);
  }

  /** The JSON where there is one, otherwise the class. */
  @Override
  public String toString() {
    try {
      return Normalizers.toJson(normalizer);
    } catch (IllegalStateException | IllegalArgumentException notSaved) {
      // A lambda's own name is a number.
      return normalizer.getClass().getName().replaceAll("\\$\\$Lambda.*", "'s lambda");
    }
  }
}
