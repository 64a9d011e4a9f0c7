package org.attention4j.examples.temperature;

/** What comes of a job of this command. */
sealed interface Trained permits Stability, TemperatureTraining.Result {}
