package org.attention4j.examples.distributed;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.attention4j.examples.support.BadArgument;
import org.jspecify.annotations.Nullable;

/**
 * A master as a user names it, and how Spark is configured for it. What {@code spark-submit} or the
 * user has set already stays.
 *
 * @param name such as {@code local[2]}, {@code local-cluster[2,1,2048]} or {@code
 *     spark://host:7077}
 */
record SparkMaster(String name) {
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,(\\d+))?])?");
  private static final Pattern CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

  /** As often Spark tries a task on a cluster; a local master never tries again unless told. */
  private static final int ATTEMPTS = 4;

  /** What each worker's JVM is told: vector instructions, and one thread for one core. */
  static final String WORKER_OPTIONS =
      "--add-modules jdk.incubator.vector -Dorg.attention4j.threads=1"
          + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0";

  /** On a local master nothing listens on another address. */
  static final String HOST = "localhost";

  /**
   * Checks the name.
   *
   * @param name the master
   * @throws BadArgument if it begins like a local one and is none
   */
  SparkMaster {
    boolean local = name.equals("local") || name.startsWith("local[");
    boolean cluster = name.startsWith("local-cluster");
    if (name.isBlank()
        || (local && !LOCAL.matcher(name).matches())
        || (cluster && !CLUSTER.matcher(name).matches())) {
      throw new BadArgument(
          ("--master is '%s' but must be a master of Spark, such as local[2],"
                  + " local-cluster[2,1,2048] (workers, cores, MB) or spark://host:7077.")
              .formatted(name));
    }
  }

  /** Whether the workers are threads of this JVM. */
  boolean isLocal() {
    return LOCAL.matcher(name).matches();
  }

  /** Whether the workers are processes that this JVM starts. */
  boolean isLocalCluster() {
    return CLUSTER.matcher(name).matches();
  }

  /** How many workers train at the same time, as far as the name says it. */
  OptionalInt workers() {
    Matcher local = LOCAL.matcher(name);
    if (local.matches()) {
      return OptionalInt.of(threads(local.group(1)));
    }
    Matcher cluster = CLUSTER.matcher(name);
    return cluster.matches()
        ? OptionalInt.of(Integer.parseInt(cluster.group(1)) * Integer.parseInt(cluster.group(2)))
        : OptionalInt.empty();
  }

  private static int threads(@Nullable String written) {
    if (written == null) {
      return 1;
    }
    return written.equals("*")
        ? Runtime.getRuntime().availableProcessors()
        : Integer.parseInt(written);
  }

  /** The configuration of a context for this master. */
  SparkConf configuration() {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", withAttempts());
    conf.setIfMissing("spark.app.name", "attention4j distributed");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.executor.extraJavaOptions", WORKER_OPTIONS);
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1");
    if (isLocal() || isLocalCluster()) {
      conf.setIfMissing("spark.driver.host", HOST);
      conf.setIfMissing("spark.driver.bindAddress", HOST);
    }
    Matcher cluster = CLUSTER.matcher(name);
    if (cluster.matches()) {
      conf.setIfMissing("spark.executor.memory", cluster.group(3) + "m");
      conf.setIfMissing("spark.executor.extraClassPath", System.getProperty("java.class.path"));
      // A worker builds its command line from an installed Spark unless it takes this for a build
      // of Spark itself. Everything it needs is on the class path.
      conf.setIfMissing("spark.executorEnv.SPARK_TESTING", "1");
      conf.setIfMissing("spark.executorEnv.SPARK_SCALA_VERSION", "2.12");
    }
    return conf;
  }

  private String withAttempts() {
    Matcher local = LOCAL.matcher(name);
    return local.matches() && local.group(2) == null
        ? "local[%d,%d]".formatted(threads(local.group(1)), ATTEMPTS)
        : name;
  }
}
