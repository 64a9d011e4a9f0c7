package org.attention4j.layers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.factory.Nd4j;

/** For tests with DL4J's gradient check, which wants to be told DOUBLE by a global switch. */
interface DoublePrecision {
  @BeforeEach
  default void doublePrecision() {
    Nd4j.getRandom().setSeed(89); // first, because the start of ND4J sets the switch
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
  }

  @AfterEach
  default void restore() {
    DataTypeUtil.setDTypeForContext(DataType.FLOAT);
  }
}
