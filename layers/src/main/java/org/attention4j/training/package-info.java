/** What a training step needs beside the layers. */
@NullMarked
package org.attention4j.training;

import org.jspecify.annotations.NullMarked;
