package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.SparkConf;
import org.attention4j.examples.support.BadArgument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparkMasterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local | 1 | local[1,4]",
        "local[3] | 3 | local[3,4]",
        "local[3,7] | 3 | local[3,7]",
        "local-cluster[2,3,1024] | 6 | local-cluster[2,3,1024]",
        "spark://host:7077 | -1 | spark://host:7077",
        "yarn | -1 | yarn"
      })
  void aMasterSaysHowManyWorkersItHasAndTriesAgain(String name, int workers, String spark) {
    SparkMaster master = new SparkMaster(name);

    assertThat(master.workers().orElse(-1)).isEqualTo(workers);
    assertThat(master.configuration().get("spark.master")).isEqualTo(spark);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "local[]", "local[two]", "local-cluster[2]", "local-cluster"})
  void whatLooksLocalMustBe(String name) {
    assertThatThrownBy(() -> new SparkMaster(name))
        .isInstanceOf(BadArgument.class)
        .hasMessageStartingWith("--master is '" + name + "' but must be a master of Spark")
        .hasMessageContaining("local[2]");
  }

  @Test
  void workersOfALocalClusterGetTheClassPathAndTheirMemory() {
    SparkConf conf = new SparkMaster("local-cluster[2,1,1536]").configuration();

    assertThat(conf.get("spark.executor.memory")).isEqualTo("1536m");
    assertThat(conf.get("spark.executor.extraClassPath"))
        .isEqualTo(System.getProperty("java.class.path"));
  }

  @Test
  void whatSparkSubmitSetStays() {
    System.setProperty("spark.master", "spark://elsewhere:7077");
    try {
      assertThat(new SparkMaster("local[2]").configuration().get("spark.master"))
          .isEqualTo("spark://elsewhere:7077");
    } finally {
      System.clearProperty("spark.master");
    }
  }
}
