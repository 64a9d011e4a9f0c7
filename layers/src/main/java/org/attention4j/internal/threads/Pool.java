package org.attention4j.internal.threads;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/**
 * Objects that tasks borrow and give back, such as scratch memory: in the end as many as tasks run
 * at the same time. The one given back last is borrowed first, because the cache still holds it.
 *
 * @param <T> what is borrowed
 */
public final class Pool<T> {
  private final ConcurrentLinkedDeque<T> free = new ConcurrentLinkedDeque<>();
  private final Supplier<T> factory;

  /**
   * Makes an empty pool.
   *
   * @param factory makes an object when none is free
   */
  public Pool(Supplier<T> factory) {
    this.factory = factory;
  }

  /**
   * Borrows an object, as the last borrower left it.
   *
   * @return an object that no one else has until it is given back
   */
  public T borrow() {
    T object = free.pollFirst();
    return object == null ? factory.get() : object;
  }

  /**
   * Gives an object back. The borrower does not use it any more.
   *
   * @param object what {@link #borrow} returned
   */
  public void giveBack(T object) {
    free.addFirst(object);
  }
}
