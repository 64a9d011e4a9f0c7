package org.attention4j.generation;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lets a language model go on with a text: {@link TokenGenerator} between the two directions of a
 * tokenizer, with what ends a text and a reader of the text as it is made.
 */
public final class TextGenerator {
  /** What a decoder gives for bytes that are not yet a whole character. */
  private static final char INCOMPLETE = '\uFFFD';

  private final TokenGenerator generator;
  private final Function<String, int[]> encoder;
  private final Function<int[], String> decoder;
  private final Sampler sampler;
  private final int tokens;
  private final List<String> stops;
  private final int[] endTokens;
  private final Consumer<String> reader;

  private TextGenerator(Builder builder) {
    generator = builder.generator;
    encoder = builder.encoder;
    decoder = builder.decoder;
    sampler = builder.sampler;
    tokens = builder.tokens;
    stops = builder.stops;
    endTokens = builder.endTokens;
    reader = builder.reader;
  }

  /**
   * Starts with the sampler's own probabilities, up to 100 tokens and nothing that ends a text
   * earlier.
   *
   * @param generator what makes tokens
   * @param encoder from text to tokens
   * @param decoder from tokens to text
   * @return the options
   */
  public static Builder builder(
      TokenGenerator generator, Function<String, int[]> encoder, Function<int[], String> decoder) {
    return new Builder(generator, encoder, decoder);
  }

  /**
   * Goes on with a text.
   *
   * @param prompt how the text begins; at least one token
   * @return what was added, up to a stop string and without it
   * @throws IllegalArgumentException if the prompt has no token, or more than the context
   */
  public String goOn(String prompt) {
    int[] begun = encoder.apply(prompt);
    Output output = new Output(begun);
    generator.generate(
        new int[][] {begun}, tokens, sampler, (sequence, token) -> output.add(token));
    return output.finish();
  }

  /** The text of one run as it grows. */
  private final class Output {
    private final String before;
    private final int prompt;
    private int[] all;
    private int count;
    private int handedOn;
    private String text = "";

    Output(int[] begun) {
      before = decoder.apply(begun);
      prompt = begun.length;
      all = begun.clone();
      count = prompt;
    }

    boolean add(int token) {
      if (Arrays.stream(endTokens).anyMatch(end -> end == token)) {
        return false;
      }
      if (count == all.length) {
        all = Arrays.copyOf(all, 2 * count);
      }
      all[count++] = token;
      text = textOfNew();
      int stop = stop(text);
      if (stop >= 0) {
        text = text.substring(0, stop);
        return false;
      }
      handOn(text.length() - undecided(text));
      return true;
    }

    /** Some tokenizers write a space only between tokens, so that the new ones alone lack one. */
    private String textOfNew() {
      String whole = decoder.apply(Arrays.copyOf(all, count));
      return whole.startsWith(before)
          ? whole.substring(before.length())
          : decoder.apply(Arrays.copyOfRange(all, prompt, count));
    }

    String finish() {
      handOn(text.length());
      return text;
    }

    private void handOn(int end) {
      if (end > handedOn) {
        reader.accept(text.substring(handedOn, end));
        handedOn = end;
      }
    }
  }

  /** Where the earliest stop string begins; -1 if there is none. */
  private int stop(String text) {
    return stops.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
  }

  /** How many characters at the end may still change or become a stop string. */
  private int undecided(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
      end--;
    }
    int most = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, end); length > most; length--) {
        if (stop.startsWith(text.substring(end - length, end))) {
          most = length;
        }
      }
    }
    return text.length() - end + most;
  }

  /** Options of a generator of text. */
  public static final class Builder {
    private final TokenGenerator generator;
    private final Function<String, int[]> encoder;
    private final Function<int[], String> decoder;
    private Sampler sampler = Sampler.builder().build();
    private int tokens = 100;
    private List<String> stops = List.of();
    private int[] endTokens = {};
    private Consumer<String> reader = text -> {};

    private Builder(
        TokenGenerator generator,
        Function<String, int[]> encoder,
        Function<int[], String> decoder) {
      this.generator = Objects.requireNonNull(generator, "generator");
      this.encoder = Objects.requireNonNull(encoder, "encoder");
      this.decoder = Objects.requireNonNull(decoder, "decoder");
    }

    /**
     * Sets what chooses the tokens.
     *
     * @param sampler one that draws from the model's probabilities unless set
     * @return this
     */
    public Builder sampler(Sampler sampler) {
      this.sampler = Objects.requireNonNull(sampler, "sampler");
      return this;
    }

    /**
     * Sets how many tokens are added at most.
     *
     * @param tokens at least 1; 100 unless set
     * @return this
     */
    public Builder tokens(int tokens) {
      this.tokens = tokens;
      return this;
    }

    /**
     * Ends the text where one of these strings begins. It may span tokens.
     *
     * @param stops none of them empty; none unless set
     * @return this
     */
    public Builder stopStrings(List<String> stops) {
      this.stops = List.copyOf(stops);
      return this;
    }

    /**
     * Ends the text at one of these tokens, which the model has for that.
     *
     * @param endTokens none unless set
     * @return this
     */
    public Builder endTokens(int... endTokens) {
      this.endTokens = endTokens.clone();
      return this;
    }

    /**
     * Hands the text on as it is made. What may become a stop string, or is not yet a whole
     * character, waits.
     *
     * @param reader is given what follows each time
     * @return this
     */
    public Builder streamTo(Consumer<String> reader) {
      this.reader = Objects.requireNonNull(reader, "reader");
      return this;
    }

    /**
     * Makes the generator.
     *
     * @return a new one
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    public TextGenerator build() {
      if (tokens < 1) {
        throw new IllegalArgumentException(
            "TextGenerator: tokens is %d but must be at least 1.".formatted(tokens));
      }
      if (stops.contains("")) {
        throw new IllegalArgumentException(
            "TextGenerator: a stop string is empty but must have at least one character.");
      }
      return new TextGenerator(this);
    }
  }
}
