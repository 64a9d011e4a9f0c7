package org.attention4j.pretrained;

/**
 * The sizes of a published model.
 *
 * @param family what its configuration calls it, such as {@code gpt2}
 * @param vocabulary how many tokens it knows
 * @param size features of each step between the blocks
 * @param blocks how many transformer blocks
 * @param heads attention heads of each block
 * @param keyValueHeads heads of keys and values of each block
 * @param headSize features of each head
 * @param feedForwardSize hidden features of the feed-forward blocks
 * @param maxLength the longest sequence it was trained for
 * @param tokenTypes how many types of tokens it knows; 0 for none
 * @param languageModel whether it tells the probabilities of the next token
 */
public record ModelDescription(
    String family,
    int vocabulary,
    int size,
    int blocks,
    int heads,
    int keyValueHeads,
    int headSize,
    int feedForwardSize,
    int maxLength,
    int tokenTypes,
    boolean languageModel) {}
