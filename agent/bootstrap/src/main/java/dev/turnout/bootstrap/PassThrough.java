package dev.turnout.bootstrap;

import org.jspecify.annotations.Nullable;

/** The gate of a method whose real gate could not be linked: the body runs as it was written. */
final class PassThrough extends GateSite {
  static final GateSite SITE = new PassThrough();

  static final GatePath PATH =
      new GatePath(GatePath.BODY) {
        @Override
        public long begin() {
          return 0;
        }

        @Override
        public void succeeded(long token) {}

        @Override
        public @Nullable Object completes(long token, @Nullable Object returned) {
          return returned;
        }

        @Override
        public boolean failed(long token, Throwable failure) {
          return false;
        }

        @Override
        public GatePath recovery() {
          return this;
        }
      };

  private PassThrough() {}

  @Override
  public GatePath choose(@Nullable Object key) {
    return PATH;
  }
}
