package shop;

import host.Split;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Looks at its thread before and after gated calls, and at last at all threads there are. */
public class Witness {
  public static void main(String[] arguments) throws Exception {
    Thread self = Thread.currentThread();
    ClassLoader own = new URLClassLoader(new URL[0], self.getContextClassLoader());
    self.setContextClassLoader(own);
    List<String> before = locals(self);

    self.interrupt();
    // Its class is loaded, rewritten and linked in this call.
    new Checkout().pay("user-1");
    System.out.println("first " + Thread.interrupted() + " " + own(self, own));

    System.out.println("method " + Split.of(new Checkout()::pay));
    self.interrupt();
    for (int i = 0; i < 10_000; i++) {
      new Checkout().pay("user-" + i);
    }
    System.out.println("later " + Thread.interrupted() + " " + own(self, own));
    List<String> added = locals(self);
    before.forEach(added::remove);
    // What the JDK keeps for itself, whoever makes it read one of its classes.
    added.removeIf(local -> local.startsWith("jdk.internal."));
    System.out.println("locals " + added);

    Thread.sleep(2000);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      System.out.println("thread " + thread.getName() + (thread.isDaemon() ? "" : " NO DAEMON"));
    }
    System.out.println("end " + System.currentTimeMillis());
  }

  private static boolean own(Thread thread, ClassLoader own) {
    return thread.getContextClassLoader() == own;
  }

  /** The classes of the thread's locals, and of their values. */
  private static List<String> locals(Thread thread) throws ReflectiveOperationException {
    List<String> names = new ArrayList<>();
    Object map = read(Thread.class, "threadLocals", thread);
    Object table = map == null ? null : read(map.getClass(), "table", map);
    for (int i = 0; table != null && i < Array.getLength(table); i++) {
      Object entry = Array.get(table, i);
      if (entry != null) {
        Object value = read(entry.getClass(), "value", entry);
        Object key = ((java.lang.ref.Reference<?>) entry).get();
        names.add(name(key) + "=" + name(value));
      }
    }
    return new ArrayList<>(new TreeSet<>(names));
  }

  private static String name(Object object) {
    return object == null ? "null" : object.getClass().getName();
  }

  private static Object read(Class<?> type, String name, Object of)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }
}
