package org.attention4j.contract;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/** Through bytes and back. */
final class Saving {
  private Saving() {}

  /** A copy by Java serialization. */
  @SuppressWarnings("BanSerializableRead") // its own bytes
  static Object serialized(Object value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new NextTo(value.getClass().getClassLoader(), bytes.toByteArray())) {
      return in.readObject();
    }
  }

  /** Finds classes where the value's own class came from, which need not be where the kit did. */
  private static final class NextTo extends ObjectInputStream {
    private final ClassLoader loader;

    NextTo(ClassLoader loader, byte[] bytes) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.loader = loader;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitive types
      }
    }
  }
}
