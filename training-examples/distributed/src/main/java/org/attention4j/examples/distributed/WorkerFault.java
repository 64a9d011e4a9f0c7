package org.attention4j.examples.distributed;

import org.apache.spark.TaskContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.spark.api.TrainingHook;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Ends the first attempt of one worker in the middle of a round, to see what that costs. */
final class WorkerFault implements TrainingHook {
  private static final long serialVersionUID = 1L;

  /** What the shell reports of a process that was killed. */
  private static final int KILLED = 137;

  private final int worker;
  private final int batches;
  private final boolean process;
  private int begun;

  /**
   * Prepares.
   *
   * @param worker which worker fails
   * @param batches how many batches it has trained by then
   * @param process whether its whole process ends, without a last word; otherwise the task alone
   */
  WorkerFault(int worker, int batches, boolean process) {
    this.worker = worker;
    this.batches = batches;
    this.process = process;
  }

  @Override
  public void preUpdate(DataSet batch, Model model) {
    begin();
  }

  @Override
  public void preUpdate(MultiDataSet batch, Model model) {
    begin();
  }

  @Override
  public void postUpdate(DataSet batch, Model model) {}

  @Override
  public void postUpdate(MultiDataSet batch, Model model) {}

  private void begin() {
    TaskContext task = TaskContext.get();
    if (task.partitionId() != worker || task.attemptNumber() > 0 || begun++ < batches) {
      return;
    }
    if (process) {
      Runtime.getRuntime().halt(KILLED);
    }
    throw new IllegalStateException("Worker %d fails as asked.".formatted(worker));
  }
}
