/** What the commands that train compute from the numbers of several seeds. */
@NullMarked
package org.attention4j.examples.statistics;

import org.jspecify.annotations.NullMarked;
