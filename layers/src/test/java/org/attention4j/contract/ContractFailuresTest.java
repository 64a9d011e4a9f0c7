package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.normalizer.NormalizerContext.KEYS;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.Trait;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/** The kit rejects what is wrong, and says what it is. */
class ContractFailuresTest {
  private static final Normalizer SOFTMAX = Normalizers.softmax();

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(
            SumsToMore.class,
            "rowsSumToOneIfDeclared",
            "declares SUMS_TO_ONE, but row 1 (n = 1 visible keys) of USUAL scores sums to 1.25."),
        Arguments.of(
            SumsToMore.class,
            "weightsExceedOneOnlyIfDeclared",
            "does not declare CAN_EXCEED_ONE, but a weight or the sum of row 1"),
        Arguments.of(
            KeepsTies.class, "rowsSumToOneIfDeclared", "visible keys) of TIED scores sums to 3.0."),
        Arguments.of(
            Leaks.class,
            "paddingChangesNothing",
            "6 masked keys after the others change the weight of key"),
        Arguments.of(
            Leaks.class,
            "paddingOfALayer",
            "2 masked steps after the others change the output of steps that count"),
        Arguments.of(
            DoubledGradient.class,
            "gradientOfTheScores",
            "the gradient of row 0 (n = 11 visible keys) along a random direction is"),
        Arguments.of(
            DoubledGradient.class, "gradientOfALayer", "the gradient of input 0 (T = 5, masked)"),
        Arguments.of(
            DeafParameter.class,
            "gradientOfTheParameters",
            "the gradient of parameter 'gain' in head 0 is 0.0, but central differences give"),
        Arguments.of(
            HidesTraits.class,
            "visibleKeysHaveNoWeightOnlyIfDeclared",
            "does not declare EXACT_ZEROS, but the visible key"),
        Arguments.of(
            ClaimsTraits.class,
            "parametersIfAndOnlyIfLearnable",
            "declares LEARNABLE, but parameters(1) is empty."),
        Arguments.of(
            ClaimsTraits.class,
            "aShiftChangesNothingIfDeclared",
            "declares SHIFT_INVARIANT, but 1.75 added to every score of row"),
        Arguments.of(
            CountsKeys.class,
            "theLengthCountsOnlyIfDeclared",
            "does not declare LENGTH_AWARE, but 31 more visible keys, far below all others, move"),
        Arguments.of(
            CountsEntries.class,
            "theRowKernelSaysTheSame",
            "the weight restored without the zeros of the row of key"),
        Arguments.of(
            MixesRows.class,
            "rowsDoNotSeeOneAnother",
            "other scores in the other rows move a weight of row"),
        Arguments.of(
            NotANumber.class,
            "finiteAndZeroWhereMasked",
            "in row 0 (n = 0 visible keys) of USUAL scores is NaN in DOUBLE; it must be finite."),
        Arguments.of(
            Unannounced.class,
            "jsonRoundTrip",
            "cannot be read back; is its NormalizerProvider in META-INF/services?"),
        Arguments.of(NotSerializable.class, "javaSerialization", "cannot be serialized"),
        Arguments.of(Prints.class, "nothingIsPrinted", "prints 'hello'"),
        Arguments.of(StockLayer.class, "gradients", "the gradient of input 0 (T = 5) along"),
        Arguments.of(StockLayer.class, "gradients", "(2.000000"),
        Arguments.of(StockLayer.class, "gradientCheckUtil", "fails GradientCheckUtil"),
        Arguments.of(
            StockLayer.class,
            "garbageInMaskedStepsChangesNothing",
            "NaN, infinity and 1e30 in masked steps change the output of steps that count"),
        Arguments.of(
            StockLayer.class,
            "allTypesSayTheSame",
            "in HALF: there are values that are not finite"),
        Arguments.of(
            StockLayer.class, "answersLeaveNothingBehind", "prints 'Added differentiated op"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void isToldInWords(Class<?> test, String method, String message) {
    assertThat(failures(test, method)).anySatisfy(text -> assertThat(text).contains(message));
  }

  private static List<String> failures(Class<?> test, String name) {
    List<Method> methods =
        ReflectionSupport.findMethods(
            test, method -> method.getName().equals(name), HierarchyTraversalMode.BOTTOM_UP);
    assertThat(methods).hasSize(1);
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(test, methods.get(0)))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
        .flatMap(result -> result.getThrowable().stream())
        .map(String::valueOf)
        .toList();
  }

  /** For maps of one expression. */
  abstract static class Faulty extends NormalizerContract implements Normalizer {
    @Override
    protected final Normalizer normalizer() {
      return this;
    }
  }

  static class SumsToMore extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return SOFTMAX.normalize(sd, scores, context).mul(1.25);
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.SUMS_TO_ONE);
    }
  }

  /** All of the weight for the largest score, and again for each that equals it. */
  static class KeepsTies extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return scores.gte(scores.max(true, KEYS)).castTo(scores.dataType()).add(scores.mul(0));
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS);
    }
  }

  /** Masked keys take part in the sum. */
  static class Leaks extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable shown = context.zeroMasked(scores);
      return sd.nn.softmax(shown.sub(shown.max(true, KEYS)), KEYS);
    }
  }

  static class DoubledGradient extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable weights = SOFTMAX.normalize(sd, scores, context);
      return weights.mul(2).sub(new StopGradient(sd, weights).outputVariable());
    }
  }

  /** A gain that is used, but never learns. */
  static class DeafParameter extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable gain = context.parameter("gain");
      SDVariable deaf = new StopGradient(sd, gain).outputVariable().add(gain.mul(0));
      return SOFTMAX.normalize(sd, scores, context).mul(deaf);
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.LEARNABLE, Trait.CAN_EXCEED_ONE);
    }

    @Override
    public List<NormalizerParameter> parameters(int heads) {
      return List.of(new NormalizerParameter("gain", heads, 1));
    }
  }

  static class HidesTraits extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return Normalizers.sparsemax().normalize(sd, scores, context);
    }
  }

  /** Divides by the length of the row that it is given, in place of the number of visible keys. */
  static class CountsEntries extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return Normalizers.relu().normalize(sd, scores, context);
    }

    @Override
    public Optional<RowKernel> kernel() {
      RowKernel relu = RowKernels.relu();
      return Optional.of(
          new RowKernel() {
            @Override
            public void forward(Row row, RowContext context) {
              relu.forward(row, context);
              row.multiply((double) context.visibleCount() / row.length());
            }

            @Override
            public void backward(Row scores, Row weights, Row gradient, RowContext context) {
              relu.backward(scores, weights, gradient, context);
            }

            @Override
            public Sparsity sparsity() {
              return Sparsity.WEIGHTS_AND_GRADIENT;
            }
          });
    }
  }

  static class ClaimsTraits extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return Normalizers.sigmoid().normalize(sd, scores, context);
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.LEARNABLE, Trait.SHIFT_INVARIANT, Trait.CAN_EXCEED_ONE);
    }
  }

  static class CountsKeys extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return Normalizers.logN(3).normalize(sd, scores, context);
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.SUMS_TO_ONE, Trait.SHIFT_INVARIANT);
    }
  }

  /** A temperature that all queries share. */
  static class MixesRows extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable shown = context.zeroMasked(scores);
      SDVariable shared = sd.math.square(shown).mean(true, 2, KEYS).add(1);
      return SOFTMAX.normalize(sd, context.fillMasked(shown.div(shared)), context);
    }
  }

  static class NotANumber extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable positive = context.zeroMasked(sd.math.exp(scores));
      return positive.div(positive.sum(true, KEYS));
    }
  }

  static class Unannounced extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return SOFTMAX.normalize(sd, scores, context);
    }

    @Override
    public String type() {
      return "unannounced";
    }
  }

  static class NotSerializable extends Faulty {
    private final transient Object lock = new Object();
    private final Map<String, Object> options = Map.of("lock", lock);

    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return options.isEmpty() ? scores : SOFTMAX.normalize(sd, scores, context);
    }
  }

  static class Prints extends Faulty {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      System.out.print("hello");
      return SOFTMAX.normalize(sd, scores, context);
    }
  }

  /** Whose gradient is twice what it should be. */
  static class StockLayer extends LayerContract {
    @Override
    protected Layer layer() {
      return new SelfAttentionLayer.Builder().nOut(6).nHeads(2).projectInput(true).build();
    }
  }
}
