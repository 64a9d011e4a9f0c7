package org.attention4j.monitor.reporters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.monitor.alarms.Alarm;
import org.deeplearning4j.core.storage.Persistable;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonInclude;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * What {@link Reporters#statsStorage} puts into Deeplearning4j's StatsStorage, under the type
 * {@value #TYPE_ID}: as updates a {@link Measurement} and an {@link Aggregate} for each layer and
 * scheduled iteration, an {@link Aggregate} for the network, and a {@link RaisedAlarm} for each
 * alarm, in the order of their time stamps; as static information the latest {@link SampledWeights}
 * of each layer. A worker stands for a layer; what belongs to the network is with one of them.
 *
 * <p>The encoding is JSON in UTF-8; numbers that are not finite are the strings {@code "NaN"},
 * {@code "Infinity"} and {@code "-Infinity"}.
 */
public final class StoredAttention implements Persistable {
  /** The type under which a storage lists these records. */
  public static final String TYPE_ID = "Attention4j";

  private static final ObjectMapper JSON = new ObjectMapper();

  private record Envelope(String session, String worker, long time, Content content) {}

  private @Nullable String session;
  private @Nullable String worker;
  private long time;
  private @Nullable Content content;

  /** What a record holds. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Measurement.class, name = "measurement"),
    @JsonSubTypes.Type(value = Aggregate.class, name = "aggregate"),
    @JsonSubTypes.Type(value = SampledWeights.class, name = "weights"),
    @JsonSubTypes.Type(value = RaisedAlarm.class, name = "alarm")
  })
  public sealed interface Content extends Serializable {}

  /**
   * One layer on one scheduled iteration.
   *
   * @param iteration counted from 0
   * @param epoch counted from 0
   * @param layer the layer's name
   * @param score the network's score; NaN if not known
   * @param heads the metrics of each head by name
   * @param split the name of the data if they are not those of training; null for training
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Measurement(
      int iteration,
      int epoch,
      String layer,
      double score,
      List<Map<String, Double>> heads,
      @Nullable String split)
      implements Content {}

  /**
   * All heads of a layer, or of the network, on one batch.
   *
   * @param iteration counted from 0
   * @param epoch counted from 0
   * @param layer the layer's name; null for the network
   * @param split as that of a {@link Measurement}
   * @param metrics numbers by name
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Aggregate(
      int iteration,
      int epoch,
      @Nullable String layer,
      @Nullable String split,
      Map<String, Double> metrics)
      implements Content {}

  /**
   * The weights of the rows that were sampled last.
   *
   * @param iteration counted from 0
   * @param layer the layer's name
   * @param rows a few of the sampled queries
   */
  public record SampledWeights(int iteration, String layer, List<Row> rows) implements Content {}

  /**
   * One query.
   *
   * @param example the example within the batch
   * @param query counted from 0
   * @param keys its visible keys [n], counted from 0
   * @param weights the weights of these keys for each head [n]
   */
  public record Row(int example, int query, int[] keys, List<float[]> weights)
      implements Serializable {}

  /**
   * An alarm.
   *
   * @param alarm what was found
   */
  public record RaisedAlarm(Alarm alarm) implements Content {}

  /** An empty record, to be filled by {@code decode}. */
  public StoredAttention() {}

  StoredAttention(String session, String worker, long time, Content content) {
    this.session = session;
    this.worker = worker;
    this.time = time;
    this.content = content;
  }

  /**
   * What is stored.
   *
   * @return the content
   */
  public Content content() {
    return Objects.requireNonNull(content, "nothing was decoded yet");
  }

  @Override
  public String getSessionID() {
    return Objects.requireNonNull(session, "nothing was decoded yet");
  }

  @Override
  public String getTypeID() {
    return TYPE_ID;
  }

  @Override
  public String getWorkerID() {
    return Objects.requireNonNull(worker, "nothing was decoded yet");
  }

  @Override
  public long getTimeStamp() {
    return time;
  }

  @Override
  public int encodingLengthBytes() {
    return encode().length;
  }

  @Override
  public byte[] encode() {
    try {
      return JSON.writeValueAsString(new Envelope(getSessionID(), getWorkerID(), time, content()))
          .getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void encode(ByteBuffer buffer) {
    buffer.put(encode());
  }

  @Override
  public void encode(OutputStream stream) throws IOException {
    stream.write(encode());
  }

  @Override
  public void decode(byte[] bytes) {
    try {
      Envelope envelope = JSON.readValue(bytes, Envelope.class);
      session = envelope.session();
      worker = envelope.worker();
      time = envelope.time();
      content = envelope.content();
    } catch (IOException e) {
      throw new UncheckedIOException("Not a record of attention.", e);
    }
  }

  @Override
  public void decode(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    decode(bytes);
  }

  @Override
  public void decode(InputStream stream) throws IOException {
    decode(stream.readAllBytes());
  }
}
