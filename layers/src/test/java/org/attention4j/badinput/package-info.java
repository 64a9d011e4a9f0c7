/**
 * Wrong configurations and inputs, one table an area: each is refused with the documented
 * exception, in one sentence that names what is wrong and what would be right.
 */
@NullMarked
package org.attention4j.badinput;

import org.jspecify.annotations.NullMarked;
