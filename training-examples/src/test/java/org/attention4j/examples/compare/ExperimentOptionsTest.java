package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attention4j.examples.support.SeedOptions;
import org.attention4j.examples.training.Settings;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Option;

/** Copies of settings forget none: each one is named in turn and must arrive. */
class ExperimentOptionsTest {
  /** For each setting a value that no default has. */
  private static final Map<String, Object> OTHER =
      Map.ofEntries(
          Map.entry("normalizers", List.of("relu")),
          Map.entry("attention", List.of("gate", "window=5")),
          Map.entry("seeds", List.of(7L)),
          Map.entry("context", 24),
          Map.entry("steps", 17),
          Map.entry("batch", 3),
          Map.entry("width", 48),
          Map.entry("heads", 6),
          Map.entry("monitorEvery", 13),
          Map.entry("recall", false),
          Map.entry("text", "other.txt"));

  @Test
  void everySettingHasAnOption() {
    assertThat(OTHER.keySet()).containsExactlyInAnyOrderElementsOf(settings());
    for (String setting : settings()) {
      assertThat(value(options(setting).or(Experiment.FULL), setting))
          .as(setting)
          .isEqualTo(OTHER.get(setting));
    }
  }

  @Test
  void everySettingArrivesFromTheFile() {
    for (String setting : settings()) {
      ExperimentOptions both = new ExperimentOptions().or(options(setting));
      assertThat(value(both.or(Experiment.FULL), setting))
          .as(setting)
          .isEqualTo(OTHER.get(setting));
    }
  }

  @Test
  void whatNobodyNamesIsTheDefault() {
    assertThat(new ExperimentOptions().or(Experiment.FULL)).isEqualTo(Experiment.FULL);
    assertThat(new ExperimentOptions().or(Experiment.QUICK)).isEqualTo(Experiment.QUICK);
  }

  @Test
  void everyFieldIsASetting() {
    List<String> fields =
        Arrays.stream(ExperimentOptions.class.getDeclaredFields())
            .filter(field -> !field.isSynthetic() && !Modifier.isStatic(field.getModifiers()))
            .map(field -> field.getType() == SeedOptions.class ? "seeds" : field.getName())
            .toList();

    assertThat(fields).containsExactlyInAnyOrderElementsOf(settings());
  }

  @Test
  void aModelGetsEverySettingOfTheExperiment() throws ReflectiveOperationException {
    Experiment experiment = allOther();
    for (RecordComponent component : Settings.class.getRecordComponents()) {
      Object expected =
          component.getName().equals("seed") ? (Object) 5L : OTHER.get(component.getName());
      assertThat(component.getAccessor().invoke(experiment.settings(5)))
          .as(component.getName())
          .isEqualTo(expected);
    }
  }

  @Test
  void anotherSeedIsAllThatChanges() throws ReflectiveOperationException {
    Settings settings = allOther().settings(5);
    Settings copy = settings.withSeed(6);
    for (RecordComponent component : Settings.class.getRecordComponents()) {
      Object expected =
          component.getName().equals("seed")
              ? (Object) 6L
              : component.getAccessor().invoke(settings);
      assertThat(component.getAccessor().invoke(copy)).as(component.getName()).isEqualTo(expected);
    }
  }

  private static Experiment allOther() {
    ExperimentOptions all = new ExperimentOptions();
    settings().forEach(setting -> name(all, setting));
    return all.or(Experiment.FULL);
  }

  private static List<String> settings() {
    return Arrays.stream(Experiment.class.getRecordComponents())
        .map(RecordComponent::getName)
        .toList();
  }

  private static ExperimentOptions options(String setting) {
    ExperimentOptions options = new ExperimentOptions();
    name(options, setting);
    if (setting.equals("heads")) {
      // Six heads need a width that six divides.
      name(options, "width");
    }
    return options;
  }

  private static void name(ExperimentOptions options, String setting) {
    try {
      if (setting.equals("seeds")) {
        options.nameSeeds(List.of(7L));
      } else {
        Field field = ExperimentOptions.class.getDeclaredField(setting);
        field.setAccessible(true);
        field.set(options, OTHER.get(setting));
        assertThat(option(setting)).as("an option of the command line").isTrue();
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(setting, e);
    }
  }

  private static boolean option(String setting) {
    String name = "--" + setting.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return Arrays.stream(ExperimentOptions.class.getDeclaredFields())
            .anyMatch(field -> isNamed(field.getAnnotation(Option.class), name))
        || Arrays.stream(ExperimentOptions.class.getDeclaredMethods())
            .anyMatch(method -> isNamed(method.getAnnotation(Option.class), name));
  }

  private static boolean isNamed(Option option, String name) {
    return option != null && List.of(option.names()).contains(name);
  }

  private static Object value(Experiment experiment, String setting) {
    try {
      return Experiment.class.getDeclaredMethod(setting).invoke(experiment);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(setting, e);
    }
  }
}
