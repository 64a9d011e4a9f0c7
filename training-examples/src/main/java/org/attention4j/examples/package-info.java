/**
 * The command line: training runs that compare normalizers on real text and report what they saw.
 */
@NullMarked
package org.attention4j.examples;

import org.jspecify.annotations.NullMarked;
