package dev.turnout.packer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

class SlimClassesTest {
  @Retention(RetentionPolicy.RUNTIME)
  @interface Kept {}

  @Retention(RetentionPolicy.CLASS)
  @interface Dropped {}

  @Kept
  @Dropped
  static class Example {
    @Kept
    @Dropped
    static int twice(@Dropped int number) {
      int doubled = number * 2;
      return doubled;
    }
  }

  @Test
  void leavesOutWhatNoRunningProgramReads() throws IOException {
    byte[] whole = bytes(Example.class);

    byte[] slim = SlimClasses.slim(whole);

    assertThat(names(whole)).contains("doubled", "line", "Dropped", "Kept");
    assertThat(names(slim)).contains("line", "Kept").doesNotContain("doubled", "Dropped");
    assertThat(slim.length).isLessThan(whole.length);
  }

  @Test
  void theClassDoesWhatItDid() throws Exception {
    byte[] slim = SlimClasses.slim(bytes(Example.class));

    Class<?> type =
        new ClassLoader(SlimClassesTest.class.getClassLoader()) {
          Class<?> define() {
            return defineClass(Example.class.getName(), slim, 0, slim.length);
          }
        }.define();
    var twice = type.getDeclaredMethod("twice", int.class);
    twice.setAccessible(true);

    assertThat(twice.invoke(null, 21)).isEqualTo(42);
    assertThat(type.isAnnotationPresent(Kept.class)).isTrue();
    assertThat(twice.isAnnotationPresent(Kept.class)).isTrue();
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(file))) {
      return in.readAllBytes();
    }
  }

  // Local variables and annotations by their names, and whether there is any line number.
  private static List<String> names(byte[] classFile) {
    List<String> names = new ArrayList<>();
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
                names.add(descriptor.replaceAll(".*[/$](\\w+);", "$1"));
                return null;
              }

              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String type, String signature, String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                  @Override
                  public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
                    names.add(descriptor.replaceAll(".*[/$](\\w+);", "$1"));
                    return null;
                  }

                  @Override
                  public AnnotationVisitor visitParameterAnnotation(
                      int parameter, String descriptor, boolean visible) {
                    names.add(descriptor.replaceAll(".*[/$](\\w+);", "$1"));
                    return null;
                  }

                  @Override
                  public void visitLocalVariable(
                      String variable,
                      String type,
                      String generic,
                      Label start,
                      Label end,
                      int index) {
                    names.add(variable);
                  }

                  @Override
                  public void visitLineNumber(int line, Label start) {
                    names.add("line");
                  }
                };
              }
            },
            0);
    return names;
  }
}
