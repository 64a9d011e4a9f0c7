package org.attention4j.examples.support;

import java.util.concurrent.Callable;

/**
 * A command that another jar adds, because it needs libraries that the other commands do not carry.
 * The command line finds it by {@link java.util.ServiceLoader}.
 */
public interface FurtherCommand extends Callable<Integer> {}
