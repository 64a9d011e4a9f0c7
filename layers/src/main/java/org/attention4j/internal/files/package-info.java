/** Files that are written whole. */
@NullMarked
package org.attention4j.internal.files;

import org.jspecify.annotations.NullMarked;
