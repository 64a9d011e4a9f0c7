/** What a training step needs beside the layers. Knows nothing of the rest of this library. */
@NullMarked
package org.attention4j.training;

import org.jspecify.annotations.NullMarked;
