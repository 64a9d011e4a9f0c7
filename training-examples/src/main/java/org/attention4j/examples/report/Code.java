package org.attention4j.examples.report;

/**
 * Text that keeps its lines, such as a file.
 *
 * @param text the lines
 */
public record Code(String text) implements Block {}
