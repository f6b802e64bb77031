package dev.turnout.agent;

import static net.bytebuddy.matcher.ElementMatchers.isDeclaredBy;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.Flagged;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.SuperMethodCall;
import net.bytebuddy.implementation.attribute.MethodAttributeAppender;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proxies and mocks, which frameworks make up with the annotations of what they override. */
class GeneratedSubclassesTest {
  private static final String SHOP =
      """
      package p;
      public class Shop {
        @dev.turnout.Flagged("f")
        public String pay() { return "new"; }

        @dev.turnout.Fallback("f")
        public String payOld() { return "old"; }
      }
      """;

  private static final String BRANCH =
      """
      package p;
      public class %s extends Shop {
        @dev.turnout.Flagged(value = "f", fallback = "payHere")
        @Override
        public String pay() { return "new here"; }

        String payHere() { return "old here"; }
      }
      """;

  private final Map<String, byte[]> classes =
      new HashMap<>(WrittenClasses.compile(Map.of("p.Shop", SHOP)));

  @TempDir Path directory;
  private AgentRuntime runtime;

  @BeforeEach
  void install() throws Exception {
    runtime = InstalledAgent.in(directory, "flags: {f: {percentage: 0}, g: {percentage: 0}}");
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private Object pay(String className) throws ReflectiveOperationException {
    ClassLoader loader =
        new WrittenClasses(
            getClass().getClassLoader(), classes, classes.keySet().toArray(String[]::new));
    Class<?> type = loader.loadClass(className);
    return type.getMethod("pay").invoke(type.getConstructor().newInstance());
  }

  // As Mockito's subclasses are, and many a framework's.
  private void generate(String className, ClassFileVersion version, int modifiers)
      throws ClassNotFoundException {
    Class<?> shop =
        new WrittenClasses(getClass().getClassLoader(), classes, "p.Shop").loadClass("p.Shop");
    classes.put(
        className,
        new ByteBuddy(version)
            .subclass(shop)
            .name(className)
            .modifiers(modifiers)
            .method(isDeclaredBy(shop))
            .intercept(SuperMethodCall.INSTANCE)
            .attribute(MethodAttributeAppender.ForInstrumentedMethod.INCLUDING_RECEIVER)
            .make()
            .getBytes());
  }

  // With a gate that nothing above it has, or above it is declared only.
  private void generate(String className, String flag, Implementation pay)
      throws ClassNotFoundException {
    Class<?> shop =
        new WrittenClasses(getClass().getClassLoader(), classes, "p.Shop").loadClass("p.Shop");
    AnnotationDescription flagged =
        AnnotationDescription.Builder.ofType(Flagged.class)
            .define("value", flag)
            .define("fallback", flag.equals("f") ? "" : "payHere")
            .build();
    classes.put(
        className,
        new ByteBuddy()
            .subclass(shop)
            .name(className)
            .method(named("pay"))
            .intercept(pay)
            .annotateMethod(flagged)
            .defineMethod("payHere", String.class, Modifier.PUBLIC)
            .intercept(FixedValue.value("old of its own"))
            .make()
            .getBytes());
  }

  private void assertDecidedOnce(String className) throws ReflectiveOperationException {
    assertThat(pay(className)).isEqualTo("old");
    assertThat(runtime.gates())
        .allMatch(Report.Gate::wired)
        .extracting(Report.Gate::method)
        .containsExactly("p.Shop#pay()");
    assertThat(runtime.engine().recorders().total("f", false).calls()).isEqualTo(1);
  }

  @Test
  void callThroughAMock_isDecidedOnce() throws Exception {
    generate("p.Shop$MockitoMock$17", ClassFileVersion.JAVA_V17, Modifier.PUBLIC);
    assertDecidedOnce("p.Shop$MockitoMock$17");
  }

  // Of a version that has no gates.
  @Test
  void callThroughASyntheticProxy_isDecidedOnce_andTheProxyIsNotToldOf() throws Exception {
    generate(
        "p.Shop$Proxy$_$$_WeldClientProxy",
        ClassFileVersion.JAVA_V6,
        Modifier.PUBLIC | Opcodes.ACC_SYNTHETIC);
    assertDecidedOnce("p.Shop$Proxy$_$$_WeldClientProxy");
  }

  private void write(String className, boolean debug) {
    Map<String, String> sources =
        Map.of("p.Shop", SHOP, "p." + className, BRANCH.formatted(className));
    byte[] compiled = WrittenClasses.compile(sources).get("p." + className);
    ClassWriter plain = new ClassWriter(0);
    new ClassReader(compiled).accept(plain, debug ? 0 : ClassReader.SKIP_DEBUG);
    classes.put("p." + className, plain.toByteArray());
  }

  @Test
  void overrideThatWasCompiledWithoutLines_hasAGateOfItsOwn() throws Exception {
    write("Shop$$Branch", false);
    assertThat(pay("p.Shop$$Branch")).isEqualTo("old here");
  }

  @Test
  void overrideThatWasCompiledWithLines_hasAGateOfItsOwn_whateverItsName() throws Exception {
    write("Shop$MockitoMock$17", true);
    assertThat(pay("p.Shop$MockitoMock$17")).isEqualTo("old here");
  }

  // As a framework that implements what is declared, by what it makes up.
  @Test
  void implementationThatWasMadeUp_ofAnAbstractMethod_isGated() throws Exception {
    String declared = SHOP.replace("class Shop", "abstract class Shop");
    declared =
        declared.replace(
            "public String pay() { return \"new\"; }", "public abstract String pay();");
    classes.putAll(WrittenClasses.compile(Map.of("p.Shop", declared)));
    generate("p.Shop$ByteBuddy$17", "f", FixedValue.value("made up"));
    assertThat(pay("p.Shop$ByteBuddy$17")).isEqualTo("old");
    assertThat(runtime.gates())
        .filteredOn(Report.Gate::wired)
        .extracting(Report.Gate::method)
        .containsExactly("p.Shop$ByteBuddy$17#pay()");
  }

  @Test
  void generatedClassWithAFlagOfItsOwn_keepsItsGate_onceItsLoaderFindsNoFiles() throws Exception {
    String own = "p.Shop$ByteBuddy$18";
    generate(own, "g", SuperMethodCall.INSTANCE);
    WrittenClasses loader = new WrittenClasses(getClass().getClassLoader(), classes, "p.Shop", own);
    Class<?> type = loader.loadClass(own);
    Object shop = type.getConstructor().newInstance();
    assertThat(type.getMethod("pay").invoke(shop)).isEqualTo("old of its own");
    loader.close();
    ByteBuddyAgent.install().retransformClasses(type);
    assertThat(type.getMethod("pay").invoke(shop)).isEqualTo("old of its own");
  }
}
