package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.attention4j.contract.NormalizerGraph;
import org.attention4j.contract.RowBatch;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowKernel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every normalizer on every kind of row that breaks implementations, on both paths and in every
 * type, against {@link ReferenceNormalizers} in double precision on the same scores, rounded to the
 * type.
 *
 * <p>The largest errors are data: {@code vectors/hostile-rows.csv} in the test resources holds what
 * was measured, and a test allows four times that for other processors, whose vectors are of other
 * lengths. To measure again, run this test with {@code -Dattention4j.hostileRows=FILE}.
 */
class HostileRowsTest {
  private static final String RECORD = "attention4j.hostileRows";
  private static final int KEYS = 41;
  private static final double OTHER_PROCESSORS = 4;
  private static final Map<String, Double> MEASURED = new TreeMap<>();
  private static final Map<String, Double> RECORDED = recorded();

  /** Visible scores, laid over the keys without gaps or with one after each. */
  private record HostileRow(String name, double[] scores) {}

  private static List<HostileRow> rows() {
    List<HostileRow> rows = new ArrayList<>();
    Random random = new Random(71);
    IntToDoubleFunction usual = i -> 2 * random.nextGaussian();
    for (int length : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 35}) {
      rows.add(row("usual " + length, length, usual));
    }
    rows.add(row("equal", 19, i -> 0.5));
    rows.add(row("zeros", 7, i -> i % 2 == 0 ? 0.0 : -0.0));
    rows.add(row("ties", 23, i -> 0.5 * (i % 3)));
    rows.add(row("ties at the top", 11, i -> i < 2 ? 1 : -i));
    rows.add(row("1e4", 13, i -> 1e4 * Math.cos(i)));
    rows.add(row("far from zero", 13, i -> 1e4 + Math.cos(i)));
    rows.add(row("negative", 13, i -> -1e4 - Math.cos(i)));
    rows.add(new HostileRow("1e30 above", new double[] {1e30, 1, -1e30, 0, 2}));
    rows.add(new HostileRow("1e30 below", new double[] {-1e30, 1, -1e30, 0, 2}));
    rows.add(new HostileRow("below -1e30", new double[] {-2e30, -3e30, -2.5e30}));
    rows.add(new HostileRow("equal below -1e30", new double[] {-2e30, -2e30}));
    rows.add(new HostileRow("lowest", new double[] {-3e38, -3e38, -3e38}));
    rows.add(new HostileRow("highest", new double[] {3e38, 1, -3e38}));
    rows.add(new HostileRow("-inf", new double[] {1, Double.NEGATIVE_INFINITY, 0.5}));
    rows.add(row("-inf beside many", 33, i -> i % 5 == 0 ? Double.NEGATIVE_INFINITY : i % 7));
    rows.add(row("only -inf", 3, i -> Double.NEGATIVE_INFINITY));
    rows.add(new HostileRow("one -inf", new double[] {Double.NEGATIVE_INFINITY}));
    rows.add(new HostileRow("+inf", new double[] {1, Double.POSITIVE_INFINITY, 0.5}));
    rows.add(row("both inf", 17, i -> i % 3 == 0 ? (1 - i % 2 * 2) * Double.POSITIVE_INFINITY : i));
    rows.add(new HostileRow("NaN", new double[] {1, Double.NaN, 0.5, -1}));
    rows.add(row("NaN in a long row", 35, i -> i == 30 ? Double.NaN : Math.sin(i)));
    rows.add(new HostileRow("one NaN", new double[] {Double.NaN}));
    rows.add(row("denormal", 9, i -> 1e-40 * (i + 1)));
    rows.add(row("denormal of both signs", 18, i -> 1e-41 * (i - 7)));
    rows.add(new HostileRow("smallest", new double[] {Float.MIN_VALUE}));
    rows.add(new HostileRow("denormal beside usual", new double[] {1e-40, 1, -1e-40, -1}));
    rows.add(row("tiny", 21, i -> 1e-7 * Math.sin(i)));
    rows.add(new HostileRow("entmax steep", new double[] {-0.2499, 0}));
    rows.add(new HostileRow("entmax steeper", new double[] {-0.1, 0}));
    rows.add(new HostileRow("entmax three", new double[] {-0.11, 0, -0.12}));
    return rows;
  }

  private static HostileRow row(String name, int length, IntToDoubleFunction score) {
    double[] scores = new double[length];
    Arrays.setAll(scores, score);
    return new HostileRow(name, scores);
  }

  private static Stream<NormalizerUnderTest> maps() {
    List<NormalizerUnderTest> maps = new ArrayList<>(NormalizerUnderTest.all());
    for (double alpha : new double[] {1 + 1e-12, 1 + 1e-8, 1.0005, 1.01, 5, 10, 32}) {
      maps.add(
          fixed(Normalizers.entmax(alpha), z -> ReferenceNormalizers.entmaxBySupport(z, alpha)));
    }
    maps.add(
        fixed(
            Normalizers.asentmax(6),
            z ->
                ReferenceNormalizers.entmaxBySupport(
                    z.length == 1 ? z : ReferenceNormalizers.scaled(z, 1 + Math.log(2)), 6)));
    for (double t : new double[] {1e-9, 1e9}) {
      maps.add(
          fixed(
              Normalizers.softmax(t),
              z -> ReferenceNormalizers.softmax(ReferenceNormalizers.scaled(z, 1 / t))));
    }
    maps.add(
        fixed(
            Normalizers.softmax1(1e308), z -> ReferenceNormalizers.softmaxBeside(z, 308 * LN_10)));
    maps.add(
        fixed(Normalizers.sink(1e28), z -> ReferenceNormalizers.softmaxBeside(z, (float) 1e28)));
    maps.add(
        fixed(Normalizers.sink(-1e28), z -> ReferenceNormalizers.softmaxBeside(z, (float) -1e28)));
    return maps.stream();
  }

  private static final double LN_10 = Math.log(10);

  private static NormalizerUnderTest fixed(
      Normalizer normalizer, ReferenceNormalizers.NormalizerEvaluator reference) {
    BiFunction<double[], double[], double[]> weights = (z, theta) -> reference.weights(z);
    return new NormalizerUnderTest(normalizer, Map.of(), weights);
  }

  static Stream<Arguments> cases() {
    return maps()
        .flatMap(
            map ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT, DataType.FLOAT16)
                    // HALF holds no parameter of that size.
                    .filter(type -> type != DataType.FLOAT16 || !map.toString().contains("1.0E28"))
                    .map(type -> Arguments.of(map, type)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void graph(NormalizerUnderTest map, DataType type) {
    List<HostileRow> rows = rows();
    for (boolean masked : new boolean[] {true, false}) {
      // Without a mask all rows of a batch have the same length.
      List<RowBatch> batches =
          masked ? List.of(batch(rows)) : rows.stream().map(HostileRowsTest::unmasked).toList();
      NormalizerGraph graph = new NormalizerGraph(map.normalizer(), 1, masked, type);
      for (int i = 0; i < batches.size(); i += masked ? 1 : 5) {
        RowBatch batch = batches.get(i);
        NormalizerGraph.Result result = graph.run(batch, parameters(map));
        for (int row = 0; row < batch.rows(); row++) {
          String name = rows.get(masked ? row : i).name();
          double[] z = rounded(batch.visibleScores(row), type);
          check(map, type, "graph", name, z, visible(batch, row, result.weights()));
          double[] g = rounded(visible(batch, row, batch.weightsGradient()), type);
          checkGradient(map, type, name, z, g, visible(batch, row, result.gradient()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void kernel(NormalizerUnderTest map, DataType type) {
    RowKernel kernel = map.normalizer().kernel().orElseThrow();
    List<NormalizerParameter> parameters = map.normalizer().parameters(1);
    HeadContext context = new HeadContext(parameters.size(), kernel.savedValues());
    for (int p = 0; p < parameters.size(); p++) {
      context.setParameter(p, initial(map, parameters.get(p)));
    }
    for (HostileRow row : rows()) {
      double[] z = rounded(row.scores(), type);
      Row weights = over(z, type);
      kernel.forward(weights, context.row(z.length));
      for (int i = 0; i < kernel.savedValues(); i++) {
        context.save(i, type == DataType.DOUBLE ? context.saved(i) : (float) context.saved(i));
      }
      check(map, type, "kernel", row.name(), z, values(weights, type));
      Row restored = over(z, type);
      kernel.restore(restored, context);
      check(map, type, "kernel", row.name() + ", restored", z, values(restored, type));
      double[] g = new double[z.length];
      Arrays.setAll(g, i -> Math.cos(3 * i));
      Row gradient = over(g, type);
      kernel.backward(over(z, type), restored, gradient, context);
      checkGradient(map, type, row.name(), z, rounded(g, type), values(gradient, type));
    }
  }

  private static Row over(double[] values, DataType type) {
    if (type == DataType.DOUBLE) {
      return new DoubleRow().over(values.clone(), 0, values.length);
    }
    float[] floats = new float[values.length + 3];
    for (int i = 0; i < values.length; i++) {
      floats[i + 3] = (float) values[i];
    }
    return new FloatRow().over(floats, 3, values.length);
  }

  private static double[] values(Row row, DataType type) {
    double[] values = new double[row.length()];
    Arrays.setAll(values, row::get);
    return type == DataType.FLOAT16 ? rounded(values, type) : values;
  }

  private static boolean hasNaN(double[] z) {
    return Arrays.stream(z).anyMatch(Double::isNaN);
  }

  /** As the documentation says it: infinities count as the largest score, NaN spreads. */
  private static double[] expected(NormalizerUnderTest map, double[] z) {
    double most = NormalizerContext.LARGEST_SCORE;
    double[] limited = ReferenceNormalizers.map(z, x -> Math.max(-most, Math.min(most, x)));
    double[] theta =
        map.normalizer().parameters(1).stream().mapToDouble(p -> initial(map, p)).toArray();
    if (hasNaN(z) && !map.normalizer().type().matches("sigmoid|relu")) {
      return ReferenceNormalizers.map(z, x -> Double.NaN);
    }
    return map.reference().apply(limited, theta);
  }

  private static double initial(NormalizerUnderTest map, NormalizerParameter parameter) {
    double[] values = map.parameters().get(parameter.name());
    return (float) (values == null ? parameter.initialValue() : values[values.length - 1]);
  }

  private static Map<String, double[]> parameters(NormalizerUnderTest map) {
    Map<String, double[]> values = new LinkedHashMap<>();
    map.normalizer()
        .parameters(1)
        .forEach(p -> values.put(p.name(), new double[] {initial(map, p)}));
    return values;
  }

  private static void check(
      NormalizerUnderTest map,
      DataType type,
      String path,
      String row,
      double[] z,
      double[] actual) {
    double[] expected = expected(map, z);
    double worst = 0;
    for (int i = 0; i < z.length; i++) {
      String key = "%s %s: weight %d of %s, which is %s".formatted(path, type, i, row, list(z));
      if (Double.isNaN(expected[i])) {
        assertThat(actual[i]).as(key).isNaN();
        continue;
      }
      double reference = type == DataType.FLOAT16 ? rounded(expected, type)[i] : expected[i];
      double error = Math.abs(actual[i] - reference) / Math.max(1, Math.abs(reference));
      if (actual[i] == reference) {
        error = 0;
      }
      if (System.getProperty(RECORD) == null) {
        String name = name(map, type, path);
        assertThat(error)
            .as("%s: %s instead of %s", key, actual[i], reference)
            .isLessThanOrEqualTo(OTHER_PROCESSORS * RECORDED.getOrDefault(name, 0.0));
      } else {
        assertThat(error).as("%s: %s not %s", key, actual[i], reference).isLessThan(1e-2);
      }
      worst = Math.max(worst, error);
    }
    double least = type == DataType.DOUBLE ? 0x1p-53 : type == DataType.FLOAT ? 0x1p-24 : 0x1p-11;
    MEASURED.merge(name(map, type, path), Math.max(worst, least), Math::max);
  }

  /** Never NaN; close to the reference's where that has a derivative. */
  private static void checkGradient(
      NormalizerUnderTest map, DataType type, String row, double[] z, double[] g, double[] actual) {
    if (hasNaN(z)) {
      return;
    }
    assertThat(actual).as("gradient of %s", row).doesNotContain(Double.NaN);
    // The straight-through gradient is not that of its weights.
    if (type == DataType.FLOAT16 || map.toString().contains("straightThrough")) {
      return;
    }
    ReferenceGradient.of(x -> expected(map, x), z, g, type)
        .ifPresent(
            reference -> {
              for (int i = 0; i < z.length; i++) {
                assertThat(actual[i])
                    .as("%s %s: gradient %d of %s, which is %s", map, type, i, row, list(z))
                    .isCloseTo(reference.gradient()[i], within(reference.bound()));
              }
            });
  }

  private static String list(double[] z) {
    return z.length > 8 ? z.length + " scores" : Arrays.toString(z);
  }

  private static String name(NormalizerUnderTest map, DataType type, String path) {
    return "%s;%s;%s".formatted(map, type, path);
  }

  private static double[] rounded(double[] values, DataType type) {
    return Nd4j.createFromArray(values).castTo(type).castTo(DataType.DOUBLE).toDoubleVector();
  }

  /** Rows with an even number have a gap after each key, as far as there is room. */
  private static RowBatch batch(List<HostileRow> rows) {
    int length = rows.size() * KEYS;
    double[] scores = new double[length];
    double[] visible = new double[length];
    double[] gradient = new double[length];
    // Noise where keys are masked.
    Arrays.setAll(scores, i -> i % 2 == 0 ? 3e38 : -3e38);
    Arrays.setAll(gradient, i -> Math.cos(3 * i));
    for (int row = 0; row < rows.size(); row++) {
      double[] z = rows.get(row).scores();
      int step = row % 2 == 0 && 2 * z.length <= KEYS ? 2 : 1;
      int first = row * KEYS + (z.length < KEYS - 2 && step == 1 ? 2 : 0);
      for (int i = 0; i < z.length; i++) {
        scores[first + i * step] = z[i];
        visible[first + i * step] = 1;
      }
    }
    return new RowBatch(1, 1, rows.size(), KEYS, scores, visible, gradient);
  }

  private static RowBatch unmasked(HostileRow row) {
    int n = row.scores().length;
    double[] ones = new double[n];
    double[] gradient = new double[n];
    Arrays.fill(ones, 1);
    Arrays.setAll(gradient, i -> Math.cos(3 * i));
    return new RowBatch(1, 1, 1, n, row.scores(), ones, gradient);
  }

  private static double[] visible(RowBatch batch, int row, double[] values) {
    double[] result = new double[batch.visibleCount(row)];
    int next = 0;
    for (int key = 0; key < batch.keys(); key++) {
      if (batch.isVisible(row, key)) {
        result[next++] = values[row * batch.keys() + key];
      }
    }
    return result;
  }

  private static Map<String, Double> recorded() {
    Map<String, Double> errors = new LinkedHashMap<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    HostileRowsTest.class.getResourceAsStream("/vectors/hostile-rows.csv")),
                StandardCharsets.UTF_8))) {
      reader
          .lines()
          .skip(1)
          .forEach(
              line -> {
                int last = line.lastIndexOf(';');
                errors.put(line.substring(0, last), Double.valueOf(line.substring(last + 1)));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return errors;
  }

  @AfterAll
  static void record() throws IOException {
    String file = System.getProperty(RECORD);
    if (file != null) {
      List<String> lines = new ArrayList<>(List.of("normalizer;type;path;largest error"));
      MEASURED.forEach((name, error) -> lines.add("%s;%.2g".formatted(name, error)));
      Files.write(Path.of(file), lines);
    }
  }
}
