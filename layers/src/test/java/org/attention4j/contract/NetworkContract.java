package org.attention4j.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What layers and vertices have in common; extend {@link LayerContract} or {@link VertexContract}.
 */
public abstract class NetworkContract {
  private static final String PARALLEL = "org.deeplearning4j.parallelism.ParallelWrapper";

  /** For the two kinds of contract. */
  NetworkContract() {}

  abstract Subject subject();

  /**
   * Whether the gradient is that of the output, so that finite differences must agree with it.
   *
   * @return true; override it for a straight-through map, whose gradient is another one on purpose
   */
  protected boolean isDifferentiable() {
    return true;
  }

  /**
   * How far gradients may be from central differences in DOUBLE, relative to the larger of 0.01 and
   * their size.
   *
   * @return 1e-5; activations without a bound may need more
   */
  protected double gradientTolerance() {
    return 1e-5;
  }

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(71);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradients(boolean masked) {
    assumeDifferentiable();
    NetworkDifferences.check(subject(), masked, gradientTolerance());
  }

  @Test
  void gradientCheckUtil() {
    assumeDifferentiable();
    NetworkDifferences.gradientCheckUtil(subject());
  }

  final void assumeDifferentiable() {
    assumeTrue(
        isDifferentiable(), () -> subject() + " says that its gradient is not that of its output.");
  }

  @Test
  void garbageInMaskedStepsChangesNothing() {
    InvarianceChecks.garbage(subject());
  }

  @Test
  void theOrderOfMemoryChangesNothing() {
    InvarianceChecks.order(subject());
  }

  @Test
  void morePaddingChangesNothing() {
    InvarianceChecks.padding(subject());
  }

  @Test
  void anExampleOfPaddingAlone() {
    InvarianceChecks.emptyExample(subject());
  }

  @Test
  void configurationRoundTrip() {
    ModelChecks.configuration(subject());
  }

  @Test
  void trainingGoesOnAfterLoading() throws IOException {
    ModelChecks.trainingGoesOn(subject());
  }

  @Test
  void copiesAreTheirOwn() {
    ModelChecks.copies(subject());
  }

  @Test
  void answersLeaveNothingBehind() throws Throwable {
    ModelChecks.answersLeaveNothing(subject());
  }

  @Test
  void allTypesSayTheSame() {
    ModelChecks.types(subject());
  }

  @Test
  void oneExampleAndOneStep() {
    ModelChecks.shapes(subject());
  }

  @Test
  void workspacesChangeNothing() {
    ModelChecks.workspaces(subject());
  }

  @Test
  void transferLearning() {
    ModelChecks.transfer(subject());
  }

  @Test
  void parallelWrapper() throws Exception {
    assumeParallel();
    ParallelChecks.averagedTraining(subject());
  }

  @Test
  void parallelInference() {
    assumeParallel();
    ParallelChecks.sideBySide(subject());
  }

  private static void assumeParallel() {
    boolean present = true;
    try {
      Class.forName(PARALLEL);
    } catch (ClassNotFoundException absent) {
      present = false;
    }
    assumeTrue(present, "deeplearning4j-parallel-wrapper is not on the test class path.");
  }
}
