/**
 * One page that tells what a run came to and needs nothing beside it, and the tables and pictures
 * of it as files: {@link org.attention4j.examples.report.Report} is made of sections, these of
 * blocks.
 */
@NullMarked
package org.attention4j.examples.report;

import org.jspecify.annotations.NullMarked;
