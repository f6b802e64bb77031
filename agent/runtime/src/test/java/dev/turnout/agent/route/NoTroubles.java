package dev.turnout.agent.route;

/** Fails whatever tells of trouble: in this test no gate has any. */
public final class NoTroubles implements Gates.Troubles {
  @Override
  public void unlinked(ClassLoader loader, String flag, String method, Throwable failure) {
    throw new AssertionError(failure);
  }

  @Override
  public void doubtful(ClassLoader loader, String flag, String method, String problem) {
    throw new AssertionError(problem);
  }

  @Override
  public void undecided(ClassLoader loader, String flag, String method, Throwable failure) {
    throw new AssertionError(failure);
  }
}
