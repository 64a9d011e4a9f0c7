package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L2Regularization;

/**
 * Every field of a configuration survives every copy. Each test sets one field after the other by
 * reflection, so that a new field which a copy forgets fails here.
 */
class CopiedFieldsTest {
  /** Fields that no copy of a stock layer has to take over, with the reason. */
  private static final Set<String> NOT_REPLACED =
      Set.of(
          "weightInit", // becomes weightInitFn
          "timeSteps", // ours takes sequences of any length
          "paramWeightInit", // a map of the library's own class; SettingsTest
          "activation"); // becomes activationFn

  static Stream<Field> options() {
    return fields(AttentionOptions.class, AttentionOptions.class).stream();
  }

  @ParameterizedTest
  @MethodSource("options")
  void attentionOptions(Field field) throws ReflectiveOperationException, IOException {
    AttentionOptions options = new AttentionOptions();
    change(field, options);
    assertThat(field.get(new AttentionOptions(options))).isEqualTo(field.get(options));
    assertThat(new AttentionOptions(options)).isEqualTo(options).hasSameHashCodeAs(options);
    assertThat(options).isNotEqualTo(new AttentionOptions());
    SelfAttentionLayer layer = new SelfAttentionLayer.Builder().nIn(4).nOut(4).build();
    field.set(layer.options(), field.get(options));
    assertThat(field.get(((SelfAttentionLayer) throughJson(layer)).options()))
        .isEqualTo(field.get(options));
    assertThat(field.get(((SelfAttentionLayer) layer.clone()).options()))
        .isEqualTo(field.get(options));
  }

  private static List<Supplier<Layer>> layers() {
    return List.of(
        () -> new SelfAttentionLayer.Builder().nIn(4).nOut(4).build(),
        () -> new LearnedSelfAttentionLayer.Builder().nIn(4).nOut(4).nQueries(2).build(),
        () -> new RecurrentAttentionLayer.Builder().nIn(4).nOut(4).build(),
        () -> new FeedForwardBlock.Builder().nIn(4).hiddenSize(5).build(),
        () -> new LayerNorm.Builder().nIn(4).build(),
        () -> new TransformerBlock.Builder().nIn(4).build(),
        () -> new LearnedPositionEmbedding.Builder().nIn(4).maxLength(3).build());
  }

  static Stream<Arguments> layerFields() {
    return layers().stream()
        .flatMap(
            layer ->
                fields(layer.get().getClass(), SequenceLayer.class).stream()
                    .map(field -> Arguments.of(layer, field)));
  }

  @ParameterizedTest
  @MethodSource("layerFields")
  void layers(Supplier<Layer> start, Field field) throws ReflectiveOperationException, IOException {
    Layer layer = start.get();
    change(field, layer);
    assertThat(field.get(layer.clone())).isEqualTo(field.get(layer));
    assertThat(field.get(throughJson(layer))).isEqualTo(field.get(layer));
    assertThat(layer).isNotEqualTo(start.get());
  }

  private static AttentionVertex.Builder vertexBuilder() {
    return new AttentionVertex.Builder()
        .nInQueries(4)
        .nInKeys(4)
        .nInValues(4)
        .nOut(4)
        .nHeads(1)
        .projectInput(true);
  }

  static Stream<Field> vertexFields() {
    return fields(AttentionVertex.class, org.deeplearning4j.nn.conf.graph.GraphVertex.class)
        .stream()
        .filter(field -> !field.getName().equals("vertexParams")); // follows from the sizes
  }

  @ParameterizedTest
  @MethodSource("vertexFields")
  void vertex(Field field) throws ReflectiveOperationException, IOException {
    AttentionVertex vertex = vertexBuilder().build();
    change(field, vertex);
    assertThat(field.get(vertex.clone())).isEqualTo(field.get(vertex));
    GraphVertex read =
        NeuralNetConfiguration.mapper()
            .readValue(
                NeuralNetConfiguration.mapper().writeValueAsString(vertex), GraphVertex.class);
    assertThat(field.get(read)).isEqualTo(field.get(vertex));
  }

  /** Valid values of the builders' own fields that are not what they start with. */
  private static final Map<String, Object> CHOSEN =
      Map.of(
          "nHeads", 2,
          "headSize", 6,
          "projectInput", true,
          "hasBias", false,
          "gelu", Gelu.TANH,
          "nQueries", 3,
          "hiddenSize", 9,
          "maxLength", 17,
          "epsilon", 0.01,
          "nOut", 8);

  @Test
  void everyBuilderHandsAllItsFieldsOn() throws ReflectiveOperationException {
    List<Object> builders =
        List.of(
            new SelfAttentionLayer.Builder(),
            new LearnedSelfAttentionLayer.Builder(),
            new RecurrentAttentionLayer.Builder(),
            new FeedForwardBlock.Builder(),
            new LayerNorm.Builder(),
            new LearnedPositionEmbedding.Builder(),
            vertexBuilder().nHeads(2).headSize(6));
    for (Object builder : builders) {
      boolean keepsSize = !(builder instanceof AttentionLayerBuilder<?>);
      List<Field> fields =
          fields(builder.getClass(), Object.class).stream()
              .filter(field -> isOurs(field) || field.getName().equals("nOut"))
              .filter(field -> !(keepsSize && field.getName().equals("nOut")))
              .filter(field -> !field.getName().equals("weightInit")) // becomes weightInitFn
              .toList();
      for (Field field : fields) {
        if (CHOSEN.containsKey(field.getName())) {
          set(field, builder, CHOSEN.get(field.getName()));
        } else if (field.getType() == AttentionOptions.class) {
          ((AttentionOptions) Objects.requireNonNull(field.get(builder))).qkNorm = true;
        }
      }
      Object built = builder.getClass().getMethod("build").invoke(builder);
      for (Field field : fields) {
        Object expected = field.get(builder);
        Object actual = named(built.getClass(), field.getName()).get(built);
        if (expected instanceof Number number && actual instanceof Number found) {
          assertThat(found.doubleValue())
              .as("%s of %s", field.getName(), built.getClass())
              .isEqualTo(number.doubleValue());
        } else {
          assertThat(actual).as("%s of %s", field.getName(), built.getClass()).isEqualTo(expected);
        }
      }
    }
  }

  private static boolean isOurs(Field field) {
    Package of = field.getDeclaringClass().getPackage();
    return of.equals(CopiedFieldsTest.class.getPackage());
  }

  private static void set(Field field, Object target, Object value)
      throws ReflectiveOperationException {
    field.set(
        target, field.getType() == long.class ? (Object) ((Number) value).longValue() : value);
  }

  private static List<Supplier<Layer>> stockLayers() {
    return List.of(
        () ->
            new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                .nIn(4)
                .nOut(4)
                .nHeads(2)
                .projectInput(true)
                .weightInit(WeightInit.XAVIER)
                .build(),
        () ->
            new org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer.Builder()
                .nIn(4)
                .nOut(4)
                .nHeads(2)
                .nQueries(2)
                .projectInput(true)
                .weightInit(WeightInit.XAVIER)
                .build(),
        () ->
            new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                .nIn(4)
                .nOut(4)
                .nHeads(2)
                .projectInput(true)
                .weightInit(WeightInit.XAVIER)
                .build());
  }

  static Stream<Arguments> stockFields() {
    return stockLayers().stream()
        .flatMap(
            layer ->
                fields(layer.get().getClass(), Layer.class).stream()
                    .filter(field -> !NOT_REPLACED.contains(field.getName()))
                    .filter(field -> !field.getName().equals("layerParams")) // from the sizes
                    .map(field -> Arguments.of(layer, field)));
  }

  @ParameterizedTest
  @MethodSource("stockFields")
  void replacementsOfStockLayers(Supplier<Layer> start, Field field)
      throws ReflectiveOperationException {
    Layer stock = start.get();
    if (field.getName().equals("projectInput")) {
      named(stock.getClass(), "nHeads").set(stock, 1);
    }
    if (field.getName().equals("nHeads") || field.getName().equals("nOut")) {
      field.set(stock, field.getType() == int.class ? (Object) 4 : (Object) 8L);
    } else {
      change(field, stock);
    }
    Layer ours = StockAttention.replace(stock, Normalizers.softmax());
    Map<String, String> otherNames = Map.of("updater", "iUpdater");
    String name = otherNames.getOrDefault(field.getName(), field.getName());
    Object expected = field.get(stock);
    Object actual = named(ours.getClass(), name).get(ours);
    if (expected instanceof Number number) {
      assertThat(((Number) actual).doubleValue()).isEqualTo(number.doubleValue());
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }

  private static Layer throughJson(Layer layer) throws IOException {
    return NeuralNetConfiguration.mapper()
        .readValue(NeuralNetConfiguration.mapper().writeValueAsString(layer), Layer.class);
  }

  /** The fields of a class and of its superclasses up to one of them. */
  private static List<Field> fields(Class<?> type, Class<?> last) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> c = type; c != null; c = c == last ? null : c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
          field.setAccessible(true);
          fields.add(field);
        }
      }
    }
    return fields;
  }

  private static Field named(Class<?> type, String name) {
    return fields(type, Object.class).stream()
        .filter(field -> field.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(type + " has no field " + name));
  }

  /** Gives a field a value that it does not have. */
  private static void change(Field field, Object target) throws ReflectiveOperationException {
    Object before = field.get(target);
    field.set(target, other(field.getType(), field.getName(), before));
    assertThat(field.get(target)).isNotEqualTo(before);
  }

  private static Object other(Class<?> type, String name, Object before) {
    if (type == boolean.class) {
      return !(boolean) before;
    }
    if (type == int.class) {
      return (int) before + 3;
    }
    if (type == long.class) {
      return (long) before + 3;
    }
    if (type == double.class || type == Double.class) {
      return 0.125;
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      Object last = constants[constants.length - 1];
      return last == before ? constants[0] : last;
    }
    if (type == String.class) {
      return "another";
    }
    if (type == AttentionOptions.class) {
      AttentionOptions options = new AttentionOptions();
      options.qkNorm = true;
      return options;
    }
    if (type == List.class) {
      return name.contains("onstraints")
          ? List.of(new MaxNormConstraint(2, Set.of("Wq"), 1))
          : List.of(new L2Regularization(0.02));
    }
    Map<Class<?>, Object> values =
        Map.of(
            Normalizer.class, Normalizers.sparsemax(),
            IWeightInit.class, new WeightInitRelu(),
            IUpdater.class, new Nesterovs(0.3),
            IDropout.class, new Dropout(0.7),
            IActivation.class, new ActivationSoftPlus(),
            DataType.class, DataType.DOUBLE);
    Object value = values.get(type);
    if (value == null) {
      throw new AssertionError("This test needs another value of " + type + " for " + name + ".");
    }
    return value;
  }
}
