package dev.turnout.agent.weave;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads class files of loaded classes as their loaders give them, which may take any time. A loader
 * may have a class of its own before its parent's and give the parent's file: where that has no
 * gate, it is read where the class says that it came from. Used by one thread.
 */
final class GivenFiles implements Closeable {
  private final GateTransformer transformer;
  private final Origins origins = new Origins();

  GivenFiles(GateTransformer transformer) {
    this.transformer = transformer;
  }

  /** Returns the class file of a class; null if it is not to be found. */
  @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
  byte @Nullable [] classFile(Class<?> type) {
    String name = type.getName().replace('.', '/');
    byte[] given = given(type.getClassLoader(), name + ".class");
    // The JVM's own loader has its parent's classes first, as its files.
    if (type.getClassLoader() == ClassLoader.getSystemClassLoader()
        || (given != null && transformer.isWanted(name, given))) {
      return given;
    }
    byte[] own = origins.classFile(type);
    return own == null ? given : own;
  }

  private static byte @Nullable [] given(@Nullable ClassLoader loader, String file) {
    try (InputStream in = loader == null ? null : loader.getResourceAsStream(file)) {
      return in == null ? null : in.readAllBytes();
    } catch (Throwable e) {
      // Nor does a loader that fails give one, in whatever way: a jar that was written over is an
      // InternalError. The class is looked at in another way.
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    origins.close();
  }
}
