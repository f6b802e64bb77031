package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What runs while the JVM loads a class of the application links nothing: doing so would load
 * classes of the JDK in the middle of it, which has ended in circles and dead locks.
 */
class TransformationTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        AnnotationValues.class,
        ClassFacts.class,
        ClassFiles.class,
        ConstantPoolScan.class,
        Earlier.class,
        GateCode.class,
        GateFrames.class,
        GateRules.class,
        GateTransformer.class,
        GateWeaver.class,
        Latecomers.class,
        MethodFacts.class,
        ObserveRule.class,
        ObserveRule.MethodPattern.class,
        Wire.class,
        Swaps.class,
        Targets.class,
        Wiring.class,
        Woven.class,
        Woven.Gate.class,
        Woven.Known.class,
        Woven.Loader.class
      })
  void classOnTheWay_hasNoCallSiteToLink(Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    List<String> linked = new ArrayList<>();
    try (InputStream in = type.getClassLoader().getResourceAsStream(file)) {
      new ClassReader(in.readAllBytes()).accept(new LinkedCalls(linked), 0);
    }
    assertThat(linked).isEmpty();
  }

  private static final class LinkedCalls extends ClassVisitor {
    private final List<String> found;

    LinkedCalls(List<String> found) {
      super(Opcodes.ASM9);
      this.found = found;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      // What records have by themselves, and nobody calls.
      if (List.of("equals", "hashCode", "toString").contains(name)) {
        return null;
      }
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(
            String call, String type, Handle bootstrap, Object... arguments) {
          found.add(name + ": " + call + " by " + bootstrap.getOwner());
        }
      };
    }
  }
}
