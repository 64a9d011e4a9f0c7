package org.attention4j.internal.vector;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks the implementation of the inner loops, once for the JVM: with {@code jdk.incubator.vector}
 * if the JVM was started with {@code --add-modules jdk.incubator.vector}, otherwise in plain Java.
 *
 * <p>The fields are constants to the compiler, so that it knows which method it calls.
 */
public final class FloatOps {
  private static final Logger LOG = LoggerFactory.getLogger(FloatOps.class);
  private static final String MODULE = "jdk.incubator.vector";

  /** Whether the vector implementations were picked. */
  public static final boolean VECTORS = ModuleLayer.boot().findModule(MODULE).isPresent();

  /** Operations on a row. */
  public static final RowOps ROWS = VECTORS ? vector(RowOps.class) : new ScalarRowOps();

  /** Dense products of tiles. */
  public static final TileOps TILES = VECTORS ? vector(TileOps.class) : new ScalarTileOps();

  /** Products with chosen rows of a matrix. */
  public static final SparseOps SPARSE = VECTORS ? vector(SparseOps.class) : new ScalarSparseOps();

  /** Passes that normalize each step over its features. */
  public static final NormOps NORMS = VECTORS ? vector(NormOps.class) : new ScalarNormOps();

  /** Activation functions. */
  public static final ActivationOps ACTIVATIONS =
      VECTORS ? vector(ActivationOps.class) : new ScalarActivationOps();

  /** Passes of a softmax down the columns of logits. */
  public static final SoftmaxOps SOFTMAX =
      VECTORS ? vector(SoftmaxOps.class) : new ScalarSoftmaxOps();

  static {
    if (VECTORS) {
      LOG.info("Fused attention uses vectors of {} floats.", TILES.panel() / 2);
    } else {
      LOG.info(
          "Fused attention runs without vector instructions, several times slower; start the JVM"
              + " with --add-modules {} to have them.",
          MODULE);
    }
  }

  private FloatOps() {}

  /** By name, so that nothing else needs the module to be compiled or loaded. */
  private static <T> T vector(Class<T> operations) {
    String name = operations.getPackageName() + ".Vector" + operations.getSimpleName();
    try {
      return Class.forName(name).asSubclass(operations).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " is missing from this library's jar.", e);
    }
  }
}
