package dev.turnout.bootstrap;

import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a method that had no room to be linked when it was first called: the stack or the
 * memory was full. The body runs as it was written until there is room, and is gated from then on.
 */
final class UnlinkedGate extends GateSite {
  private final MethodHandles.Lookup caller;
  private final String flag;
  private final Object[] details;
  private volatile @Nullable GateSite linked;

  /** Creates the gate of what {@link GateLinker#link} was asked for. */
  UnlinkedGate(MethodHandles.Lookup caller, String flag, Object[] details) {
    this.caller = caller;
    this.flag = flag;
    this.details = details;
  }

  @Override
  public GatePath choose(@Nullable Object key) {
    GateSite site = linked;
    if (site == null) {
      try {
        site = GateLinker.site(caller, flag, details);
      } catch (VirtualMachineError noRoom) {
        // The call matters more, and there is no room to say so either.
        return PassThrough.PATH;
      }
      linked = site;
    }
    return site.choose(key);
  }
}
