package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * A method that can be gated, and all that its gate needs to know.
 *
 * @param mode what the gate does with calls, as the linker names it
 * @param flag the flag's name; of an observed method what its calls are counted under
 * @param method the new implementation, or the observed method
 * @param fallback the method to call while the flag is off; null for an observed method
 * @param variants the methods to call for some of the flag's variants
 * @param keyParameter index of the parameter that is the targeting key; -1 for none
 * @param keyPath properties to follow from it; may be empty
 * @param keyAttribute the context attribute that is the key; may be empty
 * @param ignored names of exceptions that are no failure, commas between
 * @param completesLater whether it returns a future or the like
 */
record Wire(
    int mode,
    String flag,
    MethodFacts method,
    @Nullable MethodFacts fallback,
    List<Variant> variants,
    int keyParameter,
    String keyPath,
    String keyAttribute,
    String ignored,
    boolean completesLater) {

  static final int NO_KEY = -1;

  /**
   * An implementation beside the new one.
   *
   * @param name the variant's name
   * @param method what its calls run
   */
  record Variant(String name, MethodFacts method) {}

  static Wire observed(String name, MethodFacts method, boolean completesLater) {
    return new Wire(
        GateLinker.OBSERVE, name, method, null, List.of(), -1, "", "", "", completesLater);
  }

  /** The same gate, of a method of the same name and type that has another body by now. */
  Wire of(MethodFacts changed) {
    return new Wire(
        mode,
        flag,
        changed,
        fallback,
        variants,
        keyParameter,
        keyPath,
        keyAttribute,
        ignored,
        completesLater);
  }

  /** Whether both are gates of one flag in the same method, and lead to the same. */
  boolean isSame(@Nullable Wire other) {
    if (other == null
        || !flag.equals(other.flag)
        || !method.isSame(other.method)
        || (fallback == null ? other.fallback != null : !fallback.isSame(other.fallback))
        || variants.size() != other.variants.size()) {
      return false;
    }
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      Variant others = other.variants.get(i);
      if (!variant.name().equals(others.name()) || !variant.method().isSame(others.method())) {
        return false;
      }
    }
    return true;
  }

  /** What the gate's call site is linked with. */
  List<Object> arguments() {
    return List.of(
        flag, method.fullName(), keyPath, keyAttribute, mode, ignored, variantNames(), inherited());
  }

  /** The local variable that the targeting key comes in; {@link #NO_KEY} for none. */
  int keySlot() {
    if (keyParameter < 0) {
      return NO_KEY;
    }
    int slot = method.isStatic() ? 0 : 1;
    for (Type before : Arrays.asList(method.parameterTypes()).subList(0, keyParameter)) {
      slot += before.getSize();
    }
    return slot;
  }

  /**
   * Whether the method can have this gate and no other: its class file was saved with this one, or
   * with none. What a gate leads to is called last, behind the body, which may call the same.
   */
  boolean isAsSaved() {
    List<Object> saved = method.saved();
    if (saved.isEmpty()) {
      return true;
    }
    List<Object> head = new ArrayList<>(arguments());
    head.add(keySlot());
    List<Object> tail = new ArrayList<>();
    for (Variant variant : variants) {
      tail.add(variant.method().name() + variant.method().descriptor());
    }
    if (fallback != null) {
      tail.add(fallback.name() + fallback.descriptor());
    }
    int size = saved.size();
    return size >= head.size() + tail.size()
        && saved.subList(0, head.size()).equals(head)
        && saved.subList(size - tail.size(), size).equals(tail);
  }

  /** Whether class files beside that of the method's class say what is in this. */
  boolean needsOtherClasses() {
    for (Variant variant : variants) {
      if (!variant.method().owner().equals(method.owner())) {
        return true;
      }
    }
    return (fallback != null && !fallback.owner().equals(method.owner()))
        || (completesLater && !method.returnType().getInternalName().startsWith("java/"));
  }

  /** Whether the fallback runs after a failure. */
  boolean recovers() {
    return mode == GateLinker.RECOVER;
  }

  /** The variants' names, in the order of their branches, commas between. */
  String variantNames() {
    List<String> names = new ArrayList<>();
    for (Variant variant : variants) {
      names.add(variant.name());
    }
    return String.join(",", names);
  }

  /**
   * The methods that are not of this class: each as its class, name, type and access flags. Dots
   * between, which no name in a class file has.
   */
  String inherited() {
    List<String> inherited = new ArrayList<>();
    if (fallback != null) {
      addInherited(fallback, inherited);
    }
    for (Variant variant : variants) {
      addInherited(variant.method(), inherited);
    }
    return String.join(".", inherited);
  }

  private void addInherited(MethodFacts target, List<String> inherited) {
    if (!target.owner().equals(method.owner())) {
      inherited.add(target.owner());
      inherited.add(target.name());
      inherited.add(target.descriptor());
      inherited.add(Integer.toString(target.access()));
    }
  }

  /** Whether the fallback has one more parameter than the method, for the failure. */
  static boolean takesFailure(MethodFacts method, MethodFacts fallback) {
    Type[] given = fallback.parameterTypes();
    int wanted = method.parameterTypes().length;
    return given.length == wanted + 1
        && given[wanted].getDescriptor().equals("Ljava/lang/Throwable;");
  }
}
