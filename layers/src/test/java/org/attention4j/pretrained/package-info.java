@NullMarked
package org.attention4j.pretrained;

import org.jspecify.annotations.NullMarked;
