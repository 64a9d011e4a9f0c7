/** Long runs in which nothing may grow, differ or break. They have the tag {@code endurance}. */
@NullMarked
package org.attention4j.endurance;

import org.jspecify.annotations.NullMarked;
