package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateLinkerTest {
  /** Fails for a while, and sends all calls to the fallback from then on. */
  private static final class Backend implements GateLinker.Backend {
    private final Throwable failure;
    private int failures;
    int asked;
    int told;

    Backend(Throwable failure, int failures) {
      this.failure = failure;
      this.failures = failures;
    }

    @Override
    public GateSite link(
        MethodHandles.Lookup caller,
        String flag,
        String method,
        String keyPath,
        String keyAttribute,
        int mode,
        String ignored,
        String variants,
        String inherited) {
      asked++;
      if (failures-- > 0) {
        throw GateLinkerTest.<RuntimeException>sneaky(failure);
      }
      return new GateSite() {
        @Override
        public GatePath choose(Object key) {
          return SilentPath.TO_FALLBACK;
        }
      };
    }

    @Override
    public void unlinked(
        MethodHandles.Lookup caller, String flag, String method, Throwable failure) {
      told++;
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneaky(Throwable failure) throws T {
    throw (T) failure;
  }

  private static GateSite link(Backend backend) throws Throwable {
    GateLinker.connect(backend);
    return (GateSite)
        GateLinker.link(
                MethodHandles.lookup(),
                "gate",
                MethodType.methodType(GateSite.class),
                "f",
                "Service.play()",
                "",
                "",
                GateLinker.ROUTE,
                "",
                "",
                "")
            .getTarget()
            .invokeExact();
  }

  @AfterEach
  void disconnect() {
    GateLinker.connect(null);
  }

  @Test
  void gateThatFoundNoRoom_isLinkedOnceThereIs() throws Throwable {
    for (Throwable failure : new Throwable[] {new StackOverflowError(), new OutOfMemoryError()}) {
      Backend backend = new Backend(failure, 2);
      GateSite site = link(backend);
      assertThat(site.choose(null).branch).isEqualTo(GatePath.BODY);
      assertThat(site.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      assertThat(site.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      assertThat(backend.asked).isEqualTo(3);
      assertThat(backend.told).isZero();
    }
  }

  @Test
  void gateThatCannotBe_isToldOnce() throws Throwable {
    Backend backend = new Backend(new IllegalAccessError("elsewhere"), 2);
    GateSite site = link(backend);
    assertThat(site.choose(null).branch).isEqualTo(GatePath.BODY);
    assertThat(site.choose(null).branch).isEqualTo(GatePath.BODY);
    assertThat(backend.asked).isEqualTo(1);
    assertThat(backend.told).isEqualTo(1);
  }
}
