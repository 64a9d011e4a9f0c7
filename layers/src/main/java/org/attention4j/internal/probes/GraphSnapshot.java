package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attention4j.internal.dotproduct.AttentionNote;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.HeadProbe.Norms;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.normalizer.Normalizer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One attention of a SameDiff graph on one scheduled iteration. It takes arrays while the graph
 * computes them, in that order, and copies what it needs. Of scores, weights and their gradients
 * these are the sampled rows. Used outside all workspaces.
 *
 * <p>The graph has its matrices of scores and weights anyway. So the rows are its own and not
 * computed again, and they know every mask, bias and window.
 */
public final class GraphSnapshot {
  private final AttentionNote note;
  private final SameDiff graph;
  private final GraphProbes settings;
  private final int iteration;

  /** Whether queries and keys are one sequence, if there are as many of both. */
  private final boolean sameSource;

  private final Map<String, List<Consumer<INDArray>>> takers = new LinkedHashMap<>();
  private final Map<String, double[]> parameters = new HashMap<>();
  private final Map<String, Trained> trained = new LinkedHashMap<>();
  private final Map<String, GraphProjection> projections = new HashMap<>();

  private @Nullable INDArray queries;
  private @Nullable INDArray keys;
  private @Nullable INDArray values;
  private @Nullable INDArray outputs;
  private @Nullable INDArray unbiased;

  private @Nullable ScoreMatrices matrices;
  private int[] examples = new int[0];
  private boolean @Nullable [][] visibleQueries;
  private HeadProbe.@Nullable Largest[] largest = new HeadProbe.Largest[0];
  private final List<SampledQuery> sampled = new ArrayList<>();
  private double[][][] scores = new double[0][][];
  private double @Nullable [][][] weights;
  private double @Nullable [][][] weightsGradients;
  private double @Nullable [][][] scoresGradients;

  /** One query of a sampled example and the keys that each head sees. */
  private record SampledQuery(int sample, int query, int[][] keys) {}

  /** A trained parameter of the attention: the shares of its heads, as far as they have come. */
  private static final class Trained {
    private final String variable;
    private final Function<INDArray, HeadParameterNorms[]> shares;
    private HeadParameterNorms[] value = new HeadParameterNorms[0];
    private HeadParameterNorms[] gradient = new HeadParameterNorms[0];
    private HeadParameterNorms[] update = new HeadParameterNorms[0];

    Trained(String variable, Function<INDArray, HeadParameterNorms[]> shares) {
      this.variable = variable;
      this.shares = shares;
    }

    /** Null for a head of which not all three are known. */
    @Nullable Norms norms(int head) {
      if (head >= Math.min(value.length, Math.min(gradient.length, update.length))) {
        return null;
      }
      return new Norms(
          value[head].norm(),
          gradient[head].norm(),
          update[head].norm(),
          value[head].nans() + gradient[head].nans() + update[head].nans(),
          value[head].infinities() + gradient[head].infinities() + update[head].infinities());
    }
  }

  GraphSnapshot(
      AttentionNote note, SameDiff graph, GraphProbes settings, int iteration, boolean training) {
    this.note = note;
    this.graph = graph;
    this.settings = settings;
    this.iteration = iteration;
    GraphSources sources = new GraphSources(graph);
    sameSource = note.aligned() && sources.areOfTheSame(note.queries(), note.keys());
    addProjection(sources, note.queries());
    addProjection(sources, note.keys());
    addProjection(sources, note.values());
    // What comes first stands first: measuring outside training gives the arrays in this order.
    on(note.queries(), array -> queries = array.dup());
    on(note.keys(), array -> keys = array.dup());
    on(note.values(), array -> values = array.dup());
    note.parameters().forEach(this::addParameter);
    String before = note.unbiased();
    if (before != null && settings.wants(MetricGroup.LOGITS)) {
      on(before, array -> unbiased = array.dup());
    }
    on(note.scores(), this::takeScores);
    on(note.weights(), array -> weights = rows(array));
    on(note.output(), this::takeOutput);
    if (training) {
      onGradient(note.weights(), array -> weightsGradients = rows(array));
      onGradient(note.scores(), array -> scoresGradients = rows(array));
      addTrained();
    }
  }

  private void addProjection(GraphSources sources, String heads) {
    GraphSources.Product product = sources.product(heads);
    if (product != null) {
      GraphProjection projection = new GraphProjection(graph, product);
      projections.put(heads, projection);
      on(product.input(), projection::take);
    }
  }

  /** What a learned parameter is now; one that is computed comes later. */
  private void addParameter(String name, String variableName) {
    SDVariable variable = graph.getVariable(variableName);
    if (variable.getVariableType() == VariableType.ARRAY) {
      on(variableName, array -> parameters.put(name, HostArrays.numbers(array)));
    } else if (!variable.isPlaceHolder()) {
      parameters.put(name, HostArrays.numbers(variable.getArr()));
    }
  }

  private void addTrained() {
    note.parameters()
        .forEach(
            (name, variable) -> {
              if (graph.getVariable(variable).getVariableType() == VariableType.VARIABLE) {
                addTrained(name, new Trained(variable, this::oneForEachHead));
              }
            });
    addTrained(note.queries(), ParameterNames.QUERY_WEIGHTS, ParameterNames.QUERY_BIAS);
    addTrained(note.keys(), ParameterNames.KEY_WEIGHTS, ParameterNames.KEY_BIAS);
    addTrained(note.values(), ParameterNames.VALUE_WEIGHTS, ParameterNames.VALUE_BIAS);
  }

  private void addTrained(String heads, String weightsName, String biasName) {
    GraphProjection projection = projections.get(heads);
    if (projection != null) {
      GraphSources.Product product = projection.product();
      addTrained(
          weightsName,
          new Trained(product.weights(), array -> projection.ofWeights(array, headCount())));
      String bias = product.bias();
      if (bias != null) {
        addTrained(biasName, new Trained(bias, array -> projection.ofBias(array, headCount())));
      }
    }
  }

  private void addTrained(String name, Trained parameter) {
    trained.put(name, parameter);
    onGradient(parameter.variable, array -> parameter.gradient = parameter.shares.apply(array));
  }

  private HeadParameterNorms[] oneForEachHead(INDArray array) {
    return array.length() == headCount()
        ? HeadParameterNorms.ofBlocks(array, headCount(), headCount())
        : new HeadParameterNorms[0];
  }

  private int headCount() {
    return matrices == null ? 0 : matrices.heads();
  }

  private void on(String variable, Consumer<INDArray> taker) {
    takers.computeIfAbsent(variable, name -> new ArrayList<>()).add(taker);
  }

  private void onGradient(String variable, Consumer<INDArray> taker) {
    SDVariable gradient = graph.getVariable(variable).getGradient();
    if (gradient != null) {
      on(gradient.name(), taker);
    }
  }

  /**
   * The layer's name.
   *
   * @return the name of the attention
   */
  public String name() {
    return note.name();
  }

  /**
   * The variables whose arrays are taken.
   *
   * @return their names, in an order in which they can be computed
   */
  public Set<String> variables() {
    return Collections.unmodifiableSet(takers.keySet());
  }

  /**
   * Takes an array.
   *
   * @param variable the name of one of {@link #variables}
   * @param array its array, which lives until this returns
   */
  public void take(String variable, INDArray array) {
    takers.getOrDefault(variable, List.of()).forEach(taker -> taker.accept(array));
  }

  /**
   * Takes the norms of a parameter and of its update, if it is one of this attention.
   *
   * @param variable the name of the parameter
   * @param value the parameter before the update
   * @param update what will be subtracted from it
   */
  public void beforeUpdate(String variable, INDArray value, INDArray update) {
    for (Trained parameter : trained.values()) {
      if (parameter.variable.equals(variable)) {
        parameter.value = parameter.shares.apply(value);
        parameter.update = parameter.shares.apply(update);
      }
    }
  }

  private void takeScores(INDArray array) {
    ScoreMatrices all = new ScoreMatrices(array, note.masked());
    matrices = all;
    examples = settings.sampling().examples(all.examples(), iteration);
    boolean padded = note.masked() && isOneSequence(all);
    if (settings.wants(MetricGroup.LOGITS)) {
      List<ScoreMatrices.Example> read =
          IntStream.range(0, all.examples()).mapToObj(e -> all.read(e, unbiased)).toList();
      largest = new HeadProbe.Largest[all.heads()];
      for (int head = 0; head < largest.length; head++) {
        largest[head] = ScoreMatrices.largest(read, head, padded, note.unbiased() != null);
      }
      visibleQueries = padded ? seen(Arrays.stream(examples).mapToObj(read::get).toList()) : null;
    } else if (padded) {
      visibleQueries =
          seen(Arrays.stream(examples).mapToObj(example -> all.read(example, null)).toList());
    }
    unbiased = null;
    sample(all, array);
  }

  private static boolean[][] seen(List<ScoreMatrices.Example> read) {
    return read.stream().map(ScoreMatrices.Example::seen).toArray(boolean[][]::new);
  }

  private boolean isOneSequence(ScoreMatrices all) {
    return sameSource && all.queries() == all.keys();
  }

  /** Draws queries that are no padding; one that sees no key in some head is left out. */
  private void sample(ScoreMatrices all, INDArray array) {
    sampled.clear();
    List<double[][]> rows = new ArrayList<>();
    for (int sample = 0; sample < examples.length; sample++) {
      boolean[] counts = visibleQueries == null ? null : visibleQueries[sample];
      int[] candidates =
          IntStream.range(0, all.queries()).filter(q -> counts == null || counts[q]).toArray();
      for (int query : settings.sampling().rows(candidates, iteration, sample)) {
        int[][] visible = new int[all.heads()][];
        double[][] ofHeads = new double[all.heads()][];
        boolean blind = false;
        for (int head = 0; head < all.heads(); head++) {
          double[] row = all.row(array, examples[sample], head, query);
          visible[head] = all.visible(row);
          ofHeads[head] = all.at(visible[head], row);
          blind |= visible[head].length == 0;
        }
        if (!blind) {
          sampled.add(new SampledQuery(sample, query, visible));
          rows.add(ofHeads);
        }
      }
    }
    scores = new double[all.heads()][rows.size()][];
    for (int head = 0; head < all.heads(); head++) {
      for (int r = 0; r < rows.size(); r++) {
        scores[head][r] = rows.get(r)[head];
      }
    }
  }

  /** The sampled rows of an array [b, h, Tq, Tk] at their visible keys, [h][R][n]. */
  private double @Nullable [][][] rows(INDArray array) {
    ScoreMatrices all = matrices;
    if (all == null) {
      return null;
    }
    double[][][] rows = new double[all.heads()][sampled.size()][];
    for (int head = 0; head < all.heads(); head++) {
      for (int r = 0; r < sampled.size(); r++) {
        SampledQuery query = sampled.get(r);
        double[] row = all.row(array, examples[query.sample()], head, query.query());
        rows[head][r] = Arrays.stream(query.keys()[head]).mapToDouble(key -> row[key]).toArray();
      }
    }
    return rows;
  }

  /** The output comes after queries, keys and values, and before any parameter changes. */
  private void takeOutput(INDArray array) {
    if (settings.wants(MetricGroup.VECTORS)) {
      outputs = array.dup();
    }
    compare(note.queries(), queries);
    compare(note.keys(), keys);
    compare(note.values(), values);
  }

  private void compare(String heads, @Nullable INDArray vectors) {
    GraphProjection projection = projections.get(heads);
    if (projection != null && vectors != null && matrices != null) {
      projection.compare(perHead(vectors, heads.equals(note.queries())));
    }
  }

  /** From [b * g, rows, size] to [b, heads, T, size]. */
  private INDArray perHead(INDArray vectors, boolean ofQueries) {
    ScoreMatrices all = matrices;
    if (all == null) {
      throw new IllegalStateException("The scores have not come.");
    }
    long heads = ofQueries ? all.heads() : vectors.size(0) / all.examples();
    return vectors.reshape(
        'c', all.examples(), heads, ofQueries ? all.queries() : all.keys(), vectors.size(2));
  }

  /** The sampled examples of vectors, for rows. */
  private HeadVectors vectors(INDArray vectors, boolean ofQueries) {
    INDArray columns = perHead(vectors, ofQueries).permute(0, 1, 3, 2);
    return new HeadVectors(MonitoredLayer.sampled(columns, examples));
  }

  /**
   * What metrics get to see of each head.
   *
   * @return one for each head; none if the graph did not compute this attention
   */
  public List<HeadProbe> heads() {
    ScoreMatrices all = matrices;
    double @Nullable [][][] ofWeights = weights;
    INDArray q = queries;
    INDArray k = keys;
    if (all == null || ofWeights == null || q == null || k == null) {
      return List.of();
    }
    Vectors vectors =
        new Vectors(
            vectors(q, true), vectors(k, false), values == null ? null : vectors(values, false));
    HeadVectors tokens = tokens(all, vectors);
    parameters.values().removeIf(vector -> vector.length != all.heads());
    List<List<AttentionRow>> rows = new ArrayList<>();
    for (int head = 0; head < all.heads(); head++) {
      rows.add(rows(all, head, ofWeights[head], vectors, tokens));
    }
    Normalizer normalizer = note.normalizer();
    if (settings.wants(MetricGroup.JACOBIAN) && normalizer != null && !sampled.isEmpty()) {
      RowSteepness.measureLongest(
          rows, settings.evaluator(note.name(), normalizer, all.heads()), parameters);
    }
    List<HeadProbe> heads = new ArrayList<>();
    for (int head = 0; head < all.heads(); head++) {
      heads.add(
          new HeadProbe(
              note.name(),
              head,
              rows.get(head),
              learned(head),
              norms(head),
              head < largest.length ? largest[head] : null,
              rows));
    }
    return heads;
  }

  private record Vectors(HeadVectors queries, HeadVectors keys, @Nullable HeadVectors values) {}

  private HeadVectors tokens(ScoreMatrices all, Vectors vectors) {
    HeadVectors values = vectors.values();
    if (settings.geometry() == Geometry.VALUES && values != null) {
      return values;
    }
    GraphProjection projection = projections.get(note.keys());
    INDArray input = projection == null ? null : projection.tokens(all.examples());
    return input == null
        ? vectors.keys()
        : new HeadVectors(MonitoredLayer.sampled(input, examples));
  }

  private List<AttentionRow> rows(
      ScoreMatrices all, int head, double[][] ofHead, Vectors vectors, HeadVectors tokens) {
    Normalizer normalizer = note.normalizer();
    HeadVectors values = vectors.values();
    Map<String, Double> learned = learned(head);
    List<AttentionRow> rows = new ArrayList<>();
    for (int r = 0; r < sampled.size(); r++) {
      SampledQuery query = sampled.get(r);
      double[] p = ofHead[r];
      OptionalDouble temperature =
          normalizer == null
              ? OptionalDouble.empty()
              : Temperature.of(normalizer, learned, p.length);
      int[] seen = query.keys()[head];
      Supplier<double[][]> source =
          () -> tokens.of(query.sample(), head * tokens.heads() / all.heads(), seen);
      rows.add(
          new AttentionRow(
              examples[query.sample()],
              query.query(),
              seen,
              scores[head][r],
              p,
              source,
              weightsGradients == null ? null : weightsGradients[head][r],
              scoresGradients == null ? null : scoresGradients[head][r],
              temperature,
              settings.wants(MetricGroup.JACOBIAN) && temperature.isPresent()
                  ? RowSteepness.ofSoftmax(p, temperature.getAsDouble())
                  : null,
              isOneSequence(all) ? OptionalInt.of(query.query()) : OptionalInt.empty(),
              values == null
                  ? null
                  : new RowVectors(
                      vectors.queries(), vectors.keys(), values, query, head, all.heads())));
    }
    return rows;
  }

  /** The vectors of one row of a head, out of so many heads. */
  private record RowVectors(
      HeadVectors q, HeadVectors k, HeadVectors v, SampledQuery row, int head, int heads)
      implements AttentionRow.Vectors {
    @Override
    public double[] query() {
      return q.of(row.sample(), head, row.query());
    }

    @Override
    public double[][] keys() {
      return of(k);
    }

    @Override
    public double[][] values() {
      return of(v);
    }

    private double[][] of(HeadVectors vectors) {
      return vectors.of(row.sample(), head * vectors.heads() / heads, row.keys()[head]);
    }
  }

  private Map<String, Double> learned(int head) {
    Map<String, Double> ofHead = new HashMap<>();
    parameters.forEach((name, vector) -> ofHead.put(name, vector[head]));
    Normalizer normalizer = note.normalizer();
    boolean complete = ofHead.keySet().containsAll(note.parameters().keySet());
    return normalizer != null && complete ? normalizer.learned(ofHead) : ofHead;
  }

  private Map<String, Norms> norms(int head) {
    Map<String, Norms> norms = new HashMap<>();
    trained.forEach(
        (name, parameter) -> {
          Norms ofHead = parameter.norms(head);
          if (ofHead != null) {
            norms.put(name, ofHead);
          }
        });
    return norms;
  }

  /**
   * The numbers of the attention's output, all heads side by side, for its aggregate.
   *
   * @return those that are known; none without the metrics of vectors
   */
  public Map<String, Double> ofOutput() {
    if (outputs == null || matrices == null) {
      return Map.of();
    }
    INDArray columns = MonitoredLayer.sampled(perHead(outputs, true).permute(0, 1, 3, 2), examples);
    INDArray joined =
        columns.reshape('c', columns.size(0), columns.size(1) * columns.size(2), columns.size(3));
    return OutputNumbers.of(new HeadVectors(joined), visibleQueries, examples.length);
  }
}
