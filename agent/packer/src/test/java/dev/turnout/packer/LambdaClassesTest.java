package dev.turnout.packer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.function.LongBinaryOperator;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Rewritten classes do as those they were, in a loader of their own. */
class LambdaClassesTest {
  private Map<String, byte[]> unfolded;

  /** Lambdas of every kind, and what they come to. */
  public static final class Subject implements Callable<List<Object>> {
    private final String prefix = "p";

    interface Named {
      String name();

      private String decorated(String by) {
        return name() + by;
      }

      default Function<String, String> decorator() {
        return this::decorated;
      }
    }

    private record Pair(int a, long b, String c, double d, float e, boolean f, int[] g) {}

    private final class Inner {
      private final int own;

      private Inner(int own) {
        this.own = own;
      }

      Supplier<String> text() {
        return () -> prefix + own + hidden(1);
      }
    }

    private String hidden(long value) {
      return prefix + value;
    }

    private static <T, R> R apply(Function<T, R> function, T value) {
      return function.apply(value);
    }

    @Override
    @SuppressWarnings({"ReturnValueIgnored", "EqualsNull"}) // they are what is tried here
    public List<Object> call() {
      List<Object> results = new ArrayList<>();
      long captured = 5;
      double alsoCaptured = 0.5;
      results.add(apply(x -> x + captured + alsoCaptured, 2));
      results.add(apply(this::hidden, 7L));
      results.add(apply(String::length, "four"));
      results.add(apply(StringBuilder::new, "made").toString());
      Supplier<ArrayList<String>> list = ArrayList::new;
      results.add(list.get());
      LongBinaryOperator sum = Long::sum;
      results.add(sum.applyAsLong(1, 2));
      BiFunction<Integer, Integer, Integer> max = Math::max;
      results.add(max.apply(3, 9));
      ToDoubleFunction<Integer> widened = Integer::intValue;
      results.add(widened.applyAsDouble(4));
      IntToLongFunction wide = x -> x;
      results.add(wide.applyAsLong(6));
      IntFunction<int[]> array = int[]::new;
      results.add(array.apply(3).length);
      ToIntFunction<Pair> component = Pair::a;
      Pair pair = new Pair(1, 2, "c", Double.NaN, -0f, true, null);
      results.add(component.applyAsInt(pair));
      Runnable dropped = () -> results.add("ran");
      dropped.run();
      Runnable ignored = pair::hashCode;
      ignored.run();
      results.add(new Inner(8).text().get());
      Named named = () -> "n";
      results.add(named.decorator().apply("!"));
      List<String> words = new ArrayList<>(List.of("bb", "a"));
      words.sort(Comparator.comparing(String::length).thenComparing(String::compareTo));
      results.add(words);
      results.add(pair.equals(new Pair(1, 2, "c", Double.NaN, -0f, true, null)));
      results.add(pair.equals(new Pair(1, 2, "c", Double.NaN, 0f, true, null)));
      results.add(pair.equals(new Pair(1, 3, "c", Double.NaN, -0f, true, null)));
      results.add(pair.equals("c"));
      results.add(pair.equals(null));
      results.add(pair.hashCode() == new Pair(1, 2, "c", Double.NaN, -0f, true, null).hashCode());
      results.add(pair.hashCode() == new Pair(2, 2, "c", Double.NaN, -0f, true, null).hashCode());
      return results;
    }
  }

  @BeforeEach
  void unfold() throws IOException {
    // With the class around the subject, which is the host of their nest.
    Map<String, byte[]> classes = new TreeMap<>();
    for (Class<?> type : List.of(LambdaClassesTest.class, Subject.class)) {
      classes.put(internalName(type), bytes(type));
      for (Class<?> nested : type.getDeclaredClasses()) {
        classes.put(internalName(nested), bytes(nested));
      }
    }
    unfolded = new TreeMap<>(classes);
    unfolded.putAll(LambdaClasses.unfold(classes));
  }

  private static String internalName(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    try (InputStream in =
        type.getClassLoader().getResourceAsStream(internalName(type) + ".class")) {
      return in.readAllBytes();
    }
  }

  private final class Loader extends ClassLoader {
    Loader() {
      super(LambdaClassesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      byte[] bytes = unfolded.get(name.replace('.', '/'));
      if (bytes == null) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : defineClass(name, bytes, 0, bytes.length);
    }
  }

  @Test
  void rewrittenClass_doesAsBefore() throws Exception {
    Object rewritten =
        new Loader().loadClass(Subject.class.getName()).getDeclaredConstructor().newInstance();

    assertThat(rewritten.getClass()).isNotEqualTo(Subject.class);
    assertThat(((Callable<?>) rewritten).call()).hasToString(new Subject().call().toString());
  }

  @Test
  void rewrittenClasses_haveNothingToLinkButTexts() {
    List<String> left = new ArrayList<>();
    unfolded.values().forEach(bytes -> new ClassReader(bytes).accept(new LinkedCalls(left), 0));

    assertThat(left).isNotEmpty().allMatch("toString"::equals);
    assertThat(unfolded).hasSizeGreaterThan(20);
  }

  @Test
  void classWithoutLambdas_staysAsItIs() throws IOException {
    assertThat(LambdaClasses.unfold(Map.of("c", bytes(Loader.class)))).isEmpty();
  }

  private static final class LinkedCalls extends ClassVisitor {
    private final List<String> calls;

    LinkedCalls(List<String> calls) {
      super(Opcodes.ASM9);
      this.calls = calls;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(
            String call, String type, Handle bootstrap, Object... arguments) {
          // Where tests are compiled, texts are put together by linked calls.
          if (!bootstrap.getOwner().equals("java/lang/invoke/StringConcatFactory")) {
            calls.add(call);
          }
        }
      };
    }
  }
}
