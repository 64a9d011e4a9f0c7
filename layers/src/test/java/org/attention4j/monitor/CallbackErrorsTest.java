package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.function.Function;
import org.attention4j.internal.monitor.PassingErrors;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Whatever a user's callback throws, training goes on: a table of callbacks and throwables. */
final class CallbackErrorsTest {
  private static final DataSet DATA = Sequences.batch(DataType.FLOAT, false);

  private static final MultiLayerNetwork NETWORK =
      TestNetworks.of(
              new SelfAttentionLayer.Builder()
                  .nOut(14)
                  .nHeads(2)
                  .projectInput(true)
                  .normalizer(Normalizers.softmax(0.05)) // raises cold-softmax
                  .build())
          .learningRate(0.1)
          .perturbed(0.3)
          .network(DataType.FLOAT);

  private static final INDArray PARAMETERS = NETWORK.params().dup();

  /** An exception whose own methods fail, as those of a broken library may. */
  private static final class Unprintable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("meant to fail");
    }
  }

  private static List<Throwable> caught() {
    return List.of(
        new IllegalStateException("meant to fail"),
        new IOException("checked, as Kotlin and Scala throw it"),
        new Exception("checked"),
        new InterruptedException("checked"),
        new Throwable("neither"),
        new AttentionAlarmException(
            new Alarm("own", 0, "att", 0, "metric", 0, "cause", "suggestion")),
        new ServiceConfigurationError("meant to fail"),
        new AssertionError("meant to fail"),
        new NoClassDefFoundError("meant to fail"),
        new ExceptionInInitializerError("meant to fail"),
        new UnsatisfiedLinkError("meant to fail"),
        new StackOverflowError(),
        new OutOfMemoryError("Requested array size exceeds VM limit"),
        new InternalError("meant to fail"),
        new Error("meant to fail"),
        new Unprintable());
  }

  @SuppressWarnings("removal")
  private static List<Throwable> passing() {
    return List.of(
        new ThreadDeath(),
        new UnknownError("of the JVM"),
        new VirtualMachineError("of the JVM") {
          private static final long serialVersionUID = 1L;
        });
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException thrown(Throwable error) throws T {
    throw (T) error;
  }

  private static void fail(Throwable error) {
    throw CallbackErrorsTest.<RuntimeException>thrown(error);
  }

  private static Reporter reporter(Runnable report, Runnable alarm, Runnable close) {
    return new Reporter() {
      @Override
      public void report(List<MetricRecord> records) {
        report.run();
      }

      @Override
      public void alarm(Alarm raised) {
        alarm.run();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  @SuppressWarnings("UnnecessaryLambda") // a method reference would be longer at each use
  private static final Runnable NOTHING = () -> {};

  /** Where a user's code is called, and what puts an error there. */
  enum Callback {
    REPORT(error -> builder().reportTo(reporter(() -> fail(error), NOTHING, NOTHING))),
    REPORT_LAYER(
        error ->
            builder()
                .reportTo(
                    new Reporter() {
                      @Override
                      public void report(List<MetricRecord> records) {}

                      @Override
                      public void reportLayer(LayerReport layer) {
                        fail(error);
                      }
                    })),
    REPORTED_ALARM(error -> builder().reportTo(reporter(NOTHING, () -> fail(error), NOTHING))),
    CLOSE(error -> builder().reportTo(reporter(NOTHING, NOTHING, () -> fail(error)))),
    CLOSE_OF_A_REPORTER_THAT_FAILED(
        error ->
            builder()
                .reportTo(
                    reporter(
                        () -> fail(new IllegalStateException("first")),
                        NOTHING,
                        () -> fail(error)))),
    METRIC(
        error ->
            builder()
                .metric(
                    head -> {
                      fail(error);
                      return Map.of();
                    })),
    RULE_FACTORY(
        error ->
            builder()
                .alarms(
                    List.of(
                        () -> {
                          fail(error);
                          return metricRecord -> Optional.empty();
                        }))),
    RULE(
        error ->
            builder()
                .alarms(
                    List.of(
                        () ->
                            metricRecord -> {
                              fail(error);
                              return Optional.empty();
                            }))),
    ON_ALARM(error -> builder().onAlarm(alarm -> fail(error))),
    STOP_ON_ALARM(
        error ->
            builder()
                .stopOnAlarm(
                    alarm -> {
                      fail(error);
                      return true;
                    })),
    SCHEDULE(
        error ->
            builder()
                .schedule(
                    (iteration, epoch, first) -> {
                      fail(error);
                      return true;
                    })),
    TO_STRING(
        error ->
            builder()
                .reportTo(
                    new Reporter() {
                      @Override
                      public void report(List<MetricRecord> records) {
                        throw new IllegalStateException("first");
                      }

                      @Override
                      public String toString() {
                        fail(error);
                        return "";
                      }
                    }));

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final Function<Throwable, MonitorBuilder> with;

    Callback(Function<Throwable, MonitorBuilder> with) {
      this.with = with;
    }

    private static MonitorBuilder builder() {
      return AttentionMonitor.builder().every(1).alarms(AlarmRules.all());
    }
  }

  @ParameterizedTest
  @EnumSource(Callback.class)
  void whatACallbackThrowsIsCaughtAndSaidOnce(Callback callback) {
    List<String> problems = new ArrayList<>();
    for (Throwable error : caught()) {
      History history = Reporters.history(99);
      try (LogCapture log = new LogCapture()) {
        AttentionMonitor monitor = callback.with.apply(error).reportTo(history).build();
        NETWORK.setListeners(monitor);
        NETWORK.setParams(PARAMETERS.dup());
        int before = NETWORK.getIterationCount();
        NETWORK.fit(DATA);
        NETWORK.fit(DATA);
        monitor.close();
        boolean interrupted = Thread.interrupted();
        if (error instanceof InterruptedException != interrupted) {
          problems.add(error + ": interrupted is " + interrupted);
        }
        if (NETWORK.getIterationCount() != before + 2) {
          problems.add(error + ": an iteration is missing");
        }
        long warnings =
            log.lines(" failed and is switched off; training goes on.")
                + log.lines(" could not be closed.");
        if (warnings != 1) {
          problems.add(error.getClass() + ": " + warnings + " warnings");
        }
      } catch (Throwable leaked) {
        problems.add("leaked: " + leaked.getClass());
      }
      int expected = callback == Callback.SCHEDULE ? 0 : 4;
      if (history.records().size() != expected) {
        problems.add(error.getClass() + ": " + history.records().size() + " records");
      }
    }
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Callback.class)
  void whatEndsAThreadOrTheJvmPasses(Callback callback) {
    for (Throwable error : passing()) {
      assertThatThrownBy(
              () -> {
                AttentionMonitor monitor = callback.with.apply(error).build();
                NETWORK.setListeners(monitor);
                NETWORK.setParams(PARAMETERS.dup());
                NETWORK.fit(DATA);
                monitor.close();
              })
          .isSameAs(error);
      NETWORK.setListeners();
      NETWORK.fit(DATA);
    }
  }

  @Test
  void aReporterThatWasGuardedByHand() {
    for (Throwable error : caught()) {
      Reporter guarded =
          Reporters.guarded(reporter(() -> fail(error), () -> fail(error), () -> fail(error)));
      assertThatCode(
              () -> {
                guarded.report(List.of());
                guarded.alarm(new Alarm("own", 0, "a", 0, "metric", 0, "cause", "suggestion"));
                guarded.close();
              })
          .doesNotThrowAnyException();
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aMetricThatGivesNullIsSwitchedOffAlone() {
    History history = Reporters.history(99);
    Metric broken =
        head -> {
          Map<String, Double> values = new java.util.HashMap<>();
          values.put("own", null);
          return values;
        };
    NETWORK.setListeners(
        AttentionMonitor.builder().every(1).metric(broken).reportTo(history).build());
    try (LogCapture log = new LogCapture()) {
      NETWORK.fit(DATA);
      assertThat(log.lines("Metric ")).isEqualTo(1);
      assertThat(log.lines("The value of 'own' is null, but a metric leaves out")).isEqualTo(1);
    }
    assertThat(history.records()).hasSize(2);
    assertThat(history.records().get(0).metrics()).containsKey("entropy").doesNotContainKey("own");
  }

  @Test
  void whichErrorsPass() {
    assertThat(caught()).noneMatch(PassingErrors::passes);
    assertThat(passing()).allMatch(PassingErrors::passes);
  }
}
