package org.attention4j.examples.report;

/** What a section is made of. */
public sealed interface Block permits Code, Gallery, Paragraph, Table {}
