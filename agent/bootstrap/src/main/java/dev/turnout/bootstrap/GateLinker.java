package dev.turnout.bootstrap;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Links the call site at the head of a gated method to its {@link GateSite}, once. */
public final class GateLinker {
  /** The new implementation or the fallback runs. */
  public static final int ROUTE = 0;

  /** As {@link #ROUTE}; the fallback runs also after a failure of the new implementation. */
  public static final int RECOVER = 1;

  /** The method runs as written and is measured. */
  public static final int OBSERVE = 2;

  /** The method runs as written: the mode of a call site that is linked for practice. */
  public static final int PASS = 3;

  // Loaded ahead: where it is needed there is no room for that.
  @SuppressWarnings("UnusedVariable")
  private static final Class<?> LOADED = UnlinkedGate.class;

  private static volatile @Nullable Backend backend;

  private GateLinker() {}

  /** Makes the gates; implemented by the runtime. */
  public interface Backend {
    /**
     * Returns the gate of a method.
     *
     * @param caller what the class that declares the method can see
     * @param flag the flag's name
     * @param method the method as people write it
     * @param keyPath properties to follow from the key parameter's value, dots between; may be
     *     empty
     * @param keyAttribute the context attribute that is the key; may be empty
     * @param mode {@link #ROUTE}, {@link #RECOVER} or {@link #OBSERVE}
     * @param ignored names of exceptions that are no failure, commas between; may be empty
     * @param variants names of the flag's variants that have a branch of their own, from {@link
     *     GatePath#FIRST_VARIANT} on, commas between; may be empty
     * @param inherited methods of superclasses that the gate leads to, each as {@code
     *     com/acme/Base.playOld.(I)V.4}, the last of them its access flags; dots between, which no
     *     name in a class file has; may be empty
     * @throws LinkageError if the gate would lead to what the class cannot reach
     */
    GateSite link(
        MethodHandles.Lookup caller,
        String flag,
        String method,
        String keyPath,
        String keyAttribute,
        int mode,
        String ignored,
        String variants,
        String inherited);

    /**
     * Gets told that a gate did not link: its method runs as it was written.
     *
     * @param caller what the class that declares the method can see
     * @param flag the flag's name
     * @param method the method as people write it
     */
    void unlinked(MethodHandles.Lookup caller, String flag, String method, Throwable failure);
  }

  /** Sets who makes the gates of call sites linked from now on. */
  public static void connect(@Nullable Backend newBackend) {
    backend = newBackend;
  }

  /**
   * The bootstrap method. If anything fails, the call site runs the original body for ever.
   *
   * <p>Its type is the one of string concatenation, for which the JVM has all that it takes to call
   * a bootstrap method at hand; for any other with so many arguments it has to make two dozen
   * classes first, which takes as long as all else that the agent does until then.
   *
   * @param details what {@link Backend#link} asks for behind the flag, in that order
   */
  public static CallSite link(
      MethodHandles.Lookup lookup, String name, MethodType type, String flag, Object... details) {
    GateSite site;
    try {
      site = site(lookup, flag, details);
    } catch (VirtualMachineError noRoom) {
      site = new UnlinkedGate(lookup, flag, details);
    }
    return new ConstantCallSite(MethodHandles.constant(GateSite.class, site));
  }

  /**
   * Returns the gate, or one that runs the method as it was written, if anything is wrong that will
   * be so for ever.
   *
   * @throws VirtualMachineError if the stack or the memory is full
   */
  static GateSite site(MethodHandles.Lookup caller, String flag, Object[] details) {
    Backend current = backend;
    String method = (String) details[0];
    try {
      int mode = (Integer) details[3];
      if (current == null || mode == PASS) {
        return PassThrough.SITE;
      }
      return current.link(
          caller,
          flag,
          method,
          (String) details[1],
          (String) details[2],
          mode,
          (String) details[4],
          (String) details[5],
          (String) details[6]);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      unlinked(current, caller, flag, method, e);
      return PassThrough.SITE;
    }
  }

  private static void unlinked(
      @Nullable Backend current,
      MethodHandles.Lookup caller,
      String flag,
      String method,
      Throwable failure) {
    try {
      if (current != null) {
        current.unlinked(caller, flag, method, failure);
      }
    } catch (Throwable e) {
      // Whoever should have told it has failed too, and the call must go on.
      return;
    }
  }
}
