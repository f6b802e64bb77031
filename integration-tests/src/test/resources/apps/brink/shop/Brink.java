package shop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;

/**
 * Loads a class at the end of the stack, in one loader after the other on the way up from there; a
 * moment later, with room again, it says how many of these classes run without their gates.
 */
public class Brink {
  private static final int COPIES = 400;
  private static final Class<?>[] LOADED = new Class<?>[COPIES];
  private static final Loader[] LOADERS = new Loader[COPIES];
  private static int next;

  /** Defines the class itself, without a call more than that takes. */
  static final class Loader extends ClassLoader {
    private final byte[] file;

    Loader(byte[] file) {
      super(Brink.class.getClassLoader());
      this.file = file;
    }

    Class<?> load() {
      return defineClass("shop.Late", file, 0, file.length);
    }
  }

  private static void descend(int depth) {
    try {
      descend(depth + 1);
    } catch (StackOverflowError e) {
      ascend();
      return;
    }
    ascend();
  }

  private static void ascend() {
    int index = next;
    if (index < COPIES) {
      next = index + 1;
      try {
        LOADED[index] = LOADERS[index].load();
      } catch (Throwable e) {
        // There was no room to define it either.
        return;
      }
    }
  }

  private static int ungated() throws ReflectiveOperationException {
    int ungated = 0;
    for (Class<?> type : LOADED) {
      if (type != null) {
        Method pay = type.getDeclaredMethod("pay");
        pay.setAccessible(true);
        ungated += pay.invoke(null).equals("new") ? 1 : 0;
      }
    }
    return ungated;
  }

  private static byte[] file() throws IOException {
    try (InputStream in = Brink.class.getResourceAsStream("Late.class")) {
      return in.readAllBytes();
    }
  }

  /** Takes {@code warm}, to have one of these classes loaded before, or {@code cold}. */
  public static void main(String[] arguments) throws Exception {
    byte[] file = file();
    for (int i = 0; i < COPIES; i++) {
      LOADERS[i] = new Loader(file);
    }
    if (arguments[0].equals("warm")) {
      System.out.println("before " + Late.pay());
      Thread.sleep(1_000);
    }
    Thread deep = new Thread(null, () -> descend(0), "deep", 400_000);
    deep.start();
    deep.join();
    System.out.println("first " + Late.pay());
    int ungated = ungated();
    System.out.println("missed " + (ungated > 0));
    for (int i = 0; i < 100 && ungated > 0; i++) {
      Thread.sleep(100);
      ungated = ungated();
    }
    System.out.println("ungated " + ungated);
  }
}
