package org.attention4j.examples;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;

/** An experiment as YAML; the keys are the long names of the options. */
final class ExperimentFile {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private ExperimentFile() {}

  /**
   * Writes an experiment so that {@link #read} gives it back.
   *
   * @param experiment the experiment
   * @return YAML
   */
  static String write(Experiment experiment) {
    try {
      return YAML.writeValueAsString(experiment);
    } catch (JsonProcessingException e) {
      throw new CommandFailure("The experiment cannot be written as YAML.", e);
    }
  }

  /**
   * Reads what a file says about an experiment.
   *
   * @param file YAML
   * @return the settings that stand in it
   * @throws BadArgument if it cannot be read or holds what is no setting
   */
  static ExperimentOptions read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadArgument("--config %s is not a file.".formatted(file));
    }
    try {
      JsonNode tree = YAML.readTree(Files.readString(file));
      if (tree.isMissingNode() || tree.isNull()) {
        return new ExperimentOptions();
      }
      if (!tree.isObject()) {
        throw new BadArgument(
            "--config %s holds no settings, which are lines such as 'steps: 300'.".formatted(file));
      }
      return YAML.treeToValue(tree, ExperimentOptions.class);
    } catch (UnrecognizedPropertyException e) {
      throw new BadArgument(
          "--config %s: there is no setting '%s'; known are %s."
              .formatted(file, e.getPropertyName(), known(e)),
          e);
    } catch (InvalidFormatException e) {
      throw new BadArgument(
          "--config %s: '%s' is '%s' but must be a whole number."
              .formatted(file, setting(e), e.getValue()),
          e);
    } catch (JsonMappingException e) {
      throw new BadArgument(
          "--config %s: '%s' cannot have that value: %s."
              .formatted(file, setting(e), e.getOriginalMessage()),
          e);
    } catch (JsonProcessingException e) {
      throw new BadArgument(
          "--config %s is not YAML, line %d: %s."
              .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new BadArgument("--config %s cannot be read.".formatted(file), e);
    }
  }

  private static String known(UnrecognizedPropertyException e) {
    return Objects.requireNonNull(e.getKnownPropertyIds()).stream()
        .map(Object::toString)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String setting(JsonMappingException e) {
    return e.getPath().isEmpty() ? "" : String.valueOf(e.getPath().get(0).getFieldName());
  }
}
