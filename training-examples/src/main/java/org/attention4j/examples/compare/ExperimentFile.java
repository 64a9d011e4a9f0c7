package org.attention4j.examples.compare;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Sentences;
import org.jspecify.annotations.Nullable;

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

  /** So many bytes are more than all settings there are, and few enough to read at once. */
  private static final long MAX_BYTES = 100_000;

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
      if (Files.size(file) > MAX_BYTES) {
        throw new BadArgument(
            "--config %s has %d bytes, but settings have at most %d."
                .formatted(file, Files.size(file), MAX_BYTES));
      }
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
              .formatted(file, Sentences.brief(e.getPropertyName()), known(e)),
          e);
    } catch (InvalidFormatException e) {
      throw new BadArgument(
          "--config %s: '%s' is '%s' but must be %s."
              .formatted(
                  file,
                  setting(e),
                  Sentences.brief(String.valueOf(e.getValue())),
                  wanted(e.getTargetType())),
          e);
    } catch (MismatchedInputException e) {
      throw new BadArgument(
          "--config %s: '%s' must be %s."
              .formatted(
                  file,
                  setting(e),
                  setting(e).equals("seeds")
                      ? "a list of whole numbers"
                      : wanted(e.getTargetType())),
          e);
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof StreamConstraintsException) {
        throw new BadArgument(
            "--config %s: '%s' is a number that is too long.".formatted(file, setting(e)), e);
      }
      throw new BadArgument(
          "--config %s: '%s' cannot have that value: %s."
              .formatted(file, setting(e), Sentences.brief(e.getOriginalMessage())),
          e);
    } catch (StreamConstraintsException e) {
      throw new BadArgument(
          "--config %s holds a number that is too long, or is nested too deeply%s."
              .formatted(file, line(e)),
          e);
    } catch (JsonProcessingException e) {
      throw new BadArgument(
          "--config %s is not YAML%s: %s."
              .formatted(file, line(e), Sentences.brief(e.getOriginalMessage().strip())),
          e);
    } catch (MalformedInputException e) {
      throw new BadArgument("--config %s is not UTF-8 text.".formatted(file), e);
    } catch (IOException e) {
      throw new BadArgument("--config %s cannot be read.".formatted(file), e);
    } catch (BadArgument e) {
      throw e;
    } catch (StackOverflowError e) {
      throw new BadArgument("--config %s is nested too deeply.".formatted(file), e);
    } catch (RuntimeException e) {
      // Jackson does not wrap all that the YAML parser beneath it throws.
      throw new BadArgument("--config %s is not YAML: %s".formatted(file, Sentences.about(e)), e);
    }
  }

  private static String line(JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    return location == null || location.getLineNr() < 1
        ? ""
        : ", line %d".formatted(location.getLineNr());
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type == Integer.class || type == Long.class || type == int.class) {
      return "a whole number";
    }
    if (type == String.class) {
      return "a text";
    }
    return "another kind of value";
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
