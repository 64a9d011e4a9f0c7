package org.attention4j.examples.distributed;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import org.apache.spark.serializer.KryoRegistrator;
import org.nd4j.kryo.Nd4jRegistrator;

/**
 * What Kryo must be told if it is Spark's serializer: {@code
 * spark.kryo.registrator=org.attention4j.examples.distributed.KryoTypes}. Arrays are written as
 * nd4j-kryo says. Records, as all built-in normalizers are, are written as Java does: Spark's Kryo
 * 4 knows no records and fails at them.
 */
public final class KryoTypes implements KryoRegistrator {
  /** Made by Spark. */
  public KryoTypes() {}

  @Override
  public void registerClasses(Kryo kryo) {
    new Nd4jRegistrator().registerClasses(kryo);
    kryo.addDefaultSerializer(Record.class, new JavaSerializer());
  }
}
