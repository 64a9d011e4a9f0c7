/**
 * What the commands that train share: text, language models, and jobs that are kept, shown and
 * resumed.
 */
@NullMarked
package org.attention4j.examples.training;

import org.jspecify.annotations.NullMarked;
