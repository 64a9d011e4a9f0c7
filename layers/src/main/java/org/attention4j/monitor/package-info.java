/** Watches attention while it trains: when to look, what was seen, and who is told. */
@NullMarked
package org.attention4j.monitor;

import org.jspecify.annotations.NullMarked;
