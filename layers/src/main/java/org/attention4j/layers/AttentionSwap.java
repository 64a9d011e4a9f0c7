package org.attention4j.layers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attention4j.dl4j.UpdaterState;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Replaces the stock attention layers and vertices of a trained network by those of this library,
 * with a normalizer of choice, and the normalizer of those that are of this library already.
 * Parameters, updater state, iteration and epoch count are kept; the given network is left as it is
 * and shares nothing with the new one.
 *
 * <pre>{@code
 * MultiLayerNetwork trained = ModelSerializer.restoreMultiLayerNetwork(file);
 * var swapped = AttentionSwap.with(Normalizers.entmax15()).in(trained);
 * swapped.report().forEach(System.out::println);
 * MultiLayerNetwork network = swapped.network();
 * }</pre>
 *
 * <p>With {@link org.attention4j.normalizer.Normalizers#softmax()} the new network gives the
 * outputs of the old one, but for queries without a visible key: the stock layers average the
 * padding there, these give zero. It trains differently: the gradients of the stock layers are
 * twice too large, and their {@code dropOut} is ignored.
 *
 * <p>A normalizer's own parameters start at their initial values and with the state of a fresh
 * updater. In a frozen layer they stay there. Listeners are not carried over.
 *
 * <p>Replaced are SelfAttentionLayer, LearnedSelfAttentionLayer, RecurrentAttentionLayer and
 * AttentionVertex, frozen or not; {@link TransformerBlock} and the other attention layers of this
 * library, wrapped or not, get the normalizer. What stays as it is, is reported with the reason:
 * stock layers within other wrappers, subclasses of them, and configurations that this library
 * lacks or that do not go with the normalizer.
 */
public final class AttentionSwap {
  /** From the normalizer that is there to the one that comes in. */
  private final UnaryOperator<Normalizer> change;

  /** Whether trained parameters of a normalizer go to the one that comes in, if it has the same. */
  private final boolean keepsParameters;

  /** What to replace; empty for all. */
  private final Set<String> names;

  private AttentionSwap(
      UnaryOperator<Normalizer> change, boolean keepsParameters, Set<String> names) {
    this.change = change;
    this.keepsParameters = keepsParameters;
    this.names = names;
  }

  /**
   * Starts a swap of all attention layers and vertices.
   *
   * @param normalizer from scores to weights in the layers that come in
   * @return the swap
   * @throws IllegalArgumentException if it is null
   */
  public static AttentionSwap with(Normalizer normalizer) {
    @Nullable Normalizer given = normalizer;
    if (given == null) {
      throw new IllegalArgumentException(
          "AttentionSwap.with(..): the normalizer is null but must be one, such as"
              + " Normalizers.softmax().");
    }
    return new AttentionSwap(before -> normalizer, false, Set.of());
  }

  /**
   * Starts a swap of all attention layers and vertices in which the normalizer that comes in
   * depends on the one that is there, such as one around it.
   *
   * @param change from the normalizer that is there, softmax in a stock layer, to the one that
   *     comes in. If that has parameters of the same names, they keep their trained values
   * @return the swap
   */
  public static AttentionSwap changing(UnaryOperator<Normalizer> change) {
    return new AttentionSwap(change, true, Set.of());
  }

  /**
   * Restricts the swap to some layers and vertices.
   *
   * @param names the layers' or vertices' names, at least one
   * @return a swap of those alone
   * @throws IllegalArgumentException if there is no name
   */
  public AttentionSwap only(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException(
          "AttentionSwap.only() needs at least one name; leave it out to replace all.");
    }
    for (@Nullable String name : names) {
      if (name == null) {
        throw new IllegalArgumentException(
            "AttentionSwap.only(..): a name is null but must be that of a layer or vertex.");
      }
    }
    return new AttentionSwap(change, keepsParameters, new LinkedHashSet<>(List.of(names)));
  }

  /**
   * Makes a network with other attention layers.
   *
   * @param network an initialized network, trained or not
   * @return the new network and what became of each attention layer
   * @throws IllegalArgumentException if the network is not initialized or has no layer of a name
   *     that was given to {@link #only}
   */
  public Result<MultiLayerNetwork> in(MultiLayerNetwork network) {
    requireInitialized(network, network != null && network.isInitCalled());
    MultiLayerConfiguration configuration =
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
    List<String> layerNames = new ArrayList<>();
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      @Nullable String name = layer.getLayer().getLayerName();
      layerNames.add(name == null ? "layer" + layerNames.size() : name);
    }
    requireKnown(layerNames);
    Report report = new Report();
    for (int i = 0; i < layerNames.size(); i++) {
      swapLayer(layerNames.get(i), String.valueOf(i), configuration.getConf(i), report);
    }
    MultiLayerNetwork swapped = new MultiLayerNetwork(configuration);
    swapped.init();
    copyParameters(network.paramTable(), swapped.paramTable(), report.fresh);
    UpdaterState.copy(network, swapped, report.fresh);
    return new Result<>(swapped, report.replaced, report.kept);
  }

  /**
   * Makes a network with other attention layers and vertices.
   *
   * @param network an initialized network, trained or not
   * @return the new network and what became of each attention layer and vertex
   * @throws IllegalArgumentException if the network is not initialized or has no vertex of a name
   *     that was given to {@link #only}
   */
  public Result<ComputationGraph> in(ComputationGraph network) {
    requireInitialized(network, network != null && network.getVertices() != null);
    ComputationGraphConfiguration configuration =
        ComputationGraphConfiguration.fromJson(network.getConfiguration().toJson());
    requireKnown(configuration.getVertices().keySet());
    Report report = new Report();
    for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
      if (vertex.getValue() instanceof LayerVertex layer) {
        swapLayer(vertex.getKey(), vertex.getKey(), layer.getLayerConf(), report);
      } else {
        swapVertex(vertex, report);
      }
    }
    ComputationGraph swapped = new ComputationGraph(configuration);
    swapped.init();
    copyParameters(network.paramTable(), swapped.paramTable(), report.fresh);
    UpdaterState.copy(network, swapped, report.fresh);
    return new Result<>(swapped, report.replaced, report.kept);
  }

  private void swapLayer(
      String name, String prefix, NeuralNetConfiguration configuration, Report report) {
    Layer layer = configuration.getLayer();
    List<OwnAttention> own = OwnAttention.within(layer);
    if (!own.isEmpty()) {
      swapOwn(name, prefix, own, report);
      configuration.clearVariables();
      return;
    }
    Layer attention = StockAttention.within(layer);
    Layer subject = attention == null ? layer : attention;
    if (!isWanted(name, attention != null, subject, report)) {
      return;
    }
    try {
      Normalizer normalizer = change.apply(Normalizers.softmax());
      configuration.setLayer(StockAttention.replace(layer, normalizer));
      configuration.clearVariables(); // the parameters' names; the new layer fills in its own
      report.replaced(name, subject, normalizer);
    } catch (IllegalArgumentException reason) {
      report.kept(name, String.valueOf(reason.getMessage()));
    }
  }

  private void swapOwn(String name, String prefix, List<OwnAttention> own, Report report) {
    OwnAttention first = own.get(0);
    if (!names.isEmpty() && !names.contains(name)) {
      report.kept(name, "It is a %s that was not named.".formatted(first.kind()));
      return;
    }
    try {
      for (OwnAttention attention : own) {
        Normalizer before = attention.options().normalizer;
        Normalizer normalizer = change.apply(before);
        attention.replaceNormalizer(normalizer);
        report.changed(name, first.kind(), before, normalizer);
        if (!keepsParameters
            || !parameters(before, attention).equals(parameters(normalizer, attention))) {
          report.fresh(prefix, before, attention.heads());
          report.fresh(prefix, normalizer, attention.heads());
        }
      }
    } catch (IllegalArgumentException reason) {
      report.kept(name, String.valueOf(reason.getMessage()));
    }
  }

  private static List<String> parameters(Normalizer normalizer, OwnAttention attention) {
    return normalizer.parameters(attention.heads()).stream().map(one -> one.name()).toList();
  }

  private void swapVertex(Map.Entry<String, GraphVertex> entry, Report report) {
    String name = entry.getKey();
    GraphVertex vertex = entry.getValue();
    List<OwnAttention> own = OwnAttention.within(vertex);
    if (!own.isEmpty()) {
      swapOwn(name, name, own, report);
      return;
    }
    if (!isWanted(name, StockAttention.isVertex(vertex), vertex, report)) {
      return;
    }
    try {
      Normalizer normalizer = change.apply(Normalizers.softmax());
      entry.setValue(StockAttention.replace(vertex, normalizer));
      report.replaced(name, vertex, normalizer);
    } catch (IllegalArgumentException reason) {
      report.kept(name, String.valueOf(reason.getMessage()));
    }
  }

  private boolean isWanted(String name, boolean isStock, Object layer, Report report) {
    boolean named = names.contains(name);
    if (isStock && !named && !names.isEmpty()) {
      report.kept(
          name, "It is a stock %s that was not named.".formatted(layer.getClass().getSimpleName()));
    }
    if (!isStock && named) {
      report.kept(
          name,
          "It is a %s and no attention layer or vertex.".formatted(layer.getClass().getName()));
    }
    return isStock && (named || names.isEmpty());
  }

  private static void copyParameters(
      Map<String, INDArray> from, Map<String, INDArray> to, Set<String> except) {
    from.forEach(
        (name, values) -> {
          if (!except.contains(name)) {
            Objects.requireNonNull(to.get(name), name).assign(values);
          }
        });
  }

  private static void requireInitialized(@Nullable Model network, boolean initialized) {
    if (network == null) {
      throw new IllegalArgumentException(
          "AttentionSwap: the network is null but must be a MultiLayerNetwork or a"
              + " ComputationGraph.");
    }
    if (!initialized) {
      throw new IllegalArgumentException(
          "AttentionSwap: the network is not initialized, so that it has no parameters to keep;"
              + " call init() or load a trained model.");
    }
  }

  private void requireKnown(Iterable<String> known) {
    Set<String> unknown = new LinkedHashSet<>(names);
    known.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "AttentionSwap: the network has nothing named '%s'; there are '%s'."
              .formatted(String.join("', '", unknown), String.join("', '", known)));
    }
  }

  /** What happens, as it happens. */
  private static final class Report {
    private final Map<String, String> replaced = new LinkedHashMap<>();
    private final Map<String, String> kept = new LinkedHashMap<>();

    /** The parameters of normalizers that go or come, by their names in the network. */
    private final Set<String> fresh = new HashSet<>();

    void fresh(String prefix, Normalizer normalizer, int heads) {
      normalizer.parameters(heads).forEach(one -> fresh.add(prefix + "_" + one.name()));
    }

    void changed(String name, String kind, Normalizer before, Normalizer now) {
      replaced.put(
          name, "The normalizer %s of the %s is replaced by %s.".formatted(before, kind, now));
    }

    void replaced(String name, Object stock, Normalizer normalizer) {
      replaced.put(
          name,
          "The stock %s is replaced by that of attention4j with %s."
              .formatted(stock.getClass().getSimpleName(), normalizer));
    }

    void kept(String name, String reason) {
      kept.put(name, reason);
    }
  }

  /**
   * A network with other attention layers, and what became of each.
   *
   * @param network the new network
   * @param replaced a sentence for each layer or vertex that was replaced, by name
   * @param kept the reason, a sentence, for each attention layer or vertex, or other one that was
   *     named, that stayed as it was, by name
   * @param <N> the kind of network
   */
  public record Result<N extends Model>(
      N network, Map<String, String> replaced, Map<String, String> kept) {
    /**
     * Copies the maps and keeps their order, which is that of the network.
     *
     * @param network the new network
     * @param replaced a sentence for each that was replaced
     * @param kept a reason for each that was not
     */
    public Result {
      replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
      kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    /**
     * What became of each attention layer, for people.
     *
     * @return one line for each layer or vertex that was replaced, then for each that was kept; one
     *     line that says so if there was nothing to replace
     */
    public List<String> report() {
      List<String> lines = new ArrayList<>();
      replaced.forEach((name, sentence) -> lines.add("'" + name + "': " + sentence));
      kept.forEach((name, reason) -> lines.add("'" + name + "' is kept: " + reason));
      return lines.isEmpty()
          ? List.of("There is no attention layer or vertex in this network.")
          : List.copyOf(lines);
    }
  }
}
