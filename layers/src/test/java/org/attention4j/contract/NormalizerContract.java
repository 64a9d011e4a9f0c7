package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.attention4j.contract.RowBatch.Scores;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What every {@link Normalizer} must keep, as tests. A normalizer's author extends this class with
 * one method:
 *
 * <pre>{@code
 * class SquaredReluTest extends NormalizerContract {
 *   @Override
 *   protected Normalizer normalizer() {
 *     return new SquaredRelu(0.5);
 *   }
 * }
 * }</pre>
 *
 * <p>The classes come with the dependency
 *
 * <pre>{@code
 * <dependency>
 *   <groupId>org.attention4j</groupId>
 *   <artifactId>attention4j-contract-kit</artifactId>
 *   <version>${attention4j.version}</version>
 *   <scope>test</scope>
 * </dependency>
 * }</pre>
 *
 * <p>which brings JUnit and AssertJ, and want an ND4J backend beside them.
 *
 * <p>Held to: the declared traits; masks, padding and single keys; ties and huge scores; rows that
 * do not see one another; gradients by scores and parameters; FLOAT, DOUBLE and HALF; the row
 * kernel, where there is one, and the graph; JSON, where there is a {@link Normalizer#type()}; Java
 * serialization; nothing printed, no input changed. A trait that allows something ({@code
 * EXACT_ZEROS}, {@code CAN_EXCEED_ONE}, {@code LENGTH_AWARE}) need not be made use of.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class NormalizerContract {
  private @Nullable NormalizerUnderTest map;

  /** For subclasses. */
  protected NormalizerContract() {}

  /**
   * The map to be held to the contract.
   *
   * @return the normalizer; asked for once
   */
  protected abstract Normalizer normalizer();

  /**
   * Whether the gradient is that of the weights, so that finite differences must agree with it.
   *
   * @return true; override it for a straight-through map, whose gradient is another one on purpose
   */
  protected boolean isDifferentiable() {
    return true;
  }

  /**
   * How far the gradient may be from central differences in DOUBLE, relative to the larger of 1 and
   * its size.
   *
   * @return 1e-6; a map whose second derivatives are large may need more
   */
  protected double gradientTolerance() {
    return 1e-6;
  }

  private NormalizerUnderTest map() {
    if (map == null) {
      map = new NormalizerUnderTest(normalizer());
    }
    return map;
  }

  @ParameterizedTest
  @EnumSource(Scores.class)
  void rowsSumToOneIfDeclared(Scores scores) {
    TraitChecks.sums(map(), scores);
  }

  @ParameterizedTest
  @EnumSource(Scores.class)
  void weightsExceedOneOnlyIfDeclared(Scores scores) {
    TraitChecks.largest(map(), scores);
  }

  @Test
  void visibleKeysHaveNoWeightOnlyIfDeclared() {
    TraitChecks.zeros(map());
  }

  @Test
  void aShiftChangesNothingIfDeclared() {
    TraitChecks.shift(map());
  }

  @Test
  void theLengthCountsOnlyIfDeclared() {
    TraitChecks.length(map());
  }

  @Test
  void parametersIfAndOnlyIfLearnable() {
    TraitChecks.parameters(map());
  }

  /** Fully masked rows and rows with one visible key are among them. */
  @ParameterizedTest
  @EnumSource(Scores.class)
  void finiteAndZeroWhereMasked(Scores scores) {
    RowChecks.masked(map(), scores);
  }

  @ParameterizedTest
  @EnumSource(
      value = Scores.class,
      names = {"USUAL", "TIED"})
  void paddingChangesNothing(Scores scores) {
    RowChecks.padding(map(), scores);
  }

  @Test
  void theContentOfMaskedKeysDoesNotMatter() {
    RowChecks.contentOfMaskedKeys(map());
  }

  @Test
  void theShapeOfTheMaskDoesNotMatter() {
    RowChecks.shapeOfTheMask(map());
  }

  @Test
  void oneKey() {
    RowChecks.oneKey(map());
  }

  @Test
  void rowsDoNotSeeOneAnother() {
    RowChecks.otherRows(map());
  }

  @Test
  void inputsStayAndAnswersRepeat() {
    RowChecks.inputs(map());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientOfTheScores(boolean masked) {
    assumeDifferentiable();
    RowDifferences.scores(map(), masked, gradientTolerance());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientOfTheParameters(boolean masked) {
    assumeDifferentiable();
    RowDifferences.parameters(map(), masked, gradientTolerance());
  }

  private void assumeDifferentiable() {
    assumeTrue(isDifferentiable(), () -> map() + " says that its gradient is not that of its map.");
  }

  @Test
  void allTypesSayTheSame() {
    RowDifferences.types(map());
  }

  /** Not on ties and huge scores, whose gradients may have kinks. */
  @ParameterizedTest
  @EnumSource(
      value = Scores.class,
      names = {"USUAL", "FAR", "TINY"})
  void theRowKernelSaysTheSame(Scores scores) {
    NormalizerUnderTest map = map();
    assumeTrue(map.normalizer().kernel().isPresent(), () -> map + " has no row kernel.");
    KernelChecks.agrees(map, scores, DataType.DOUBLE, 1e-9);
    if (scores == Scores.USUAL) {
      KernelChecks.agrees(map, scores, DataType.FLOAT, 1e-5);
    }
  }

  @Test
  void jsonRoundTrip() {
    NormalizerUnderTest map = map();
    assumeTrue(map.hasType(), () -> map + " has no type(), so that it cannot be saved.");
    String json = Normalizers.toJson(map.normalizer());
    Normalizer back = null;
    try {
      back = Normalizers.fromJson(json);
    } catch (IllegalArgumentException e) {
      fail(map + " cannot be read back; is its NormalizerProvider in META-INF/services? " + e, e);
    }
    assertThat(back)
        .withFailMessage("%s comes back from JSON as %s, which is not equal.", map, back)
        .isEqualTo(map.normalizer());
    assertThat(back)
        .withFailMessage("%s comes back from JSON with another hashCode().", map)
        .hasSameHashCodeAs(map.normalizer());
    assertThat(Normalizers.toJson(back)).isEqualTo(json);
    sameWeights(map, back, "JSON");
  }

  @Test
  void javaSerialization() throws ClassNotFoundException {
    NormalizerUnderTest map = map();
    Normalizer back = null;
    try {
      back = (Normalizer) Saving.serialized(map.normalizer());
    } catch (IOException e) {
      fail(map + " cannot be serialized: " + e, e);
    }
    if (map.hasType()) {
      assertThat(back)
          .withFailMessage("%s comes back from Java serialization as %s, not equal.", map, back)
          .isEqualTo(map.normalizer());
    }
    sameWeights(map, back, "Java serialization");
  }

  private static void sameWeights(NormalizerUnderTest map, Normalizer back, String form) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 113);
    NormalizerUnderTest other = new NormalizerUnderTest(back);
    assertThat(other.run(batch, true, DataType.DOUBLE).weights())
        .withFailMessage("%s comes back from %s with other weights.", map, form)
        .isEqualTo(map.run(batch, true, DataType.DOUBLE).weights());
  }

  /** Causal, so that rows of all lengths take part. */
  private Subject layer() {
    return Subject.of(
        new SelfAttentionLayer.Builder()
            .nOut(7)
            .nHeads(2)
            .headSize(3)
            .projectInput(true)
            .causal(true)
            .normalizer(map().normalizer())
            .build(),
        5);
  }

  @Test
  void gradientOfALayer() {
    assumeDifferentiable();
    NetworkDifferences.check(layer(), true, 10 * gradientTolerance(), new int[][] {{3, 5}});
  }

  @Test
  void garbageInMaskedStepsOfALayer() {
    InvarianceChecks.garbage(layer());
  }

  @Test
  void paddingOfALayer() {
    InvarianceChecks.padding(layer());
  }

  @Test
  void nothingIsPrinted() throws Throwable {
    NormalizerUnderTest map = map();
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 127);
    String printed =
        StandardOutput.of(
            () -> new NormalizerUnderTest(map.normalizer()).run(batch, true, DataType.DOUBLE));
    assertThat(printed).withFailMessage("%s prints '%s'.", map, printed).isEmpty();
  }
}
