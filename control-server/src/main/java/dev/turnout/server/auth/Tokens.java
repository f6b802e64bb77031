package dev.turnout.server.auth;

import dev.turnout.server.store.StoredToken;
import dev.turnout.server.store.TokenStore;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that open this server, held in memory. Looking one up is wait-free. Safe for use by
 * several threads.
 */
public final class Tokens {
  private final TokenStore store;
  private final Clock clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  // By the hash of the secret: how long it takes to miss one tells nothing of use about another.
  private volatile Map<String, Known> known = Map.of();

  private record Known(Token token, StoredToken.Secret secret) {}

  /** Knows every token in the store. */
  public Tokens(TokenStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    reload();
  }

  /** Has another server's changes of the same store count here too. */
  public void reload() {
    synchronized (this) {
      Map<String, Known> read = new HashMap<>();
      store.all().forEach(token -> put(read, token));
      known = read;
    }
    listeners.forEach(Runnable::run);
  }

  /** Calls {@code listener} after tokens changed; it must not block or throw. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Changes one token in the store, and then here.
   *
   * @param change returns the token as it is afterwards
   */
  StoredToken change(Function<TokenStore.Editing, StoredToken> change) {
    StoredToken[] changed = new StoredToken[1];
    synchronized (this) {
      store.change(editing -> changed[0] = change.apply(editing));
      Map<String, Known> next = new HashMap<>(known);
      next.values().removeIf(each -> each.token().name().equals(changed[0].name()));
      put(next, changed[0]);
      known = next;
    }
    listeners.forEach(Runnable::run);
    return changed[0];
  }

  private static void put(Map<String, Known> known, StoredToken stored) {
    Token token =
        new Token(stored.name(), TokenKind.named("kind", stored.kind()), stored.service());
    stored.secrets().forEach(secret -> known.put(secret.hash(), new Known(token, secret)));
  }

  /** Returns the token with that secret, or null if there is none or it has expired. */
  public @Nullable Token find(String secret) {
    return findByHash(Secrets.hash(secret));
  }

  /** Returns the token with the secret of that hash, or null if there is none or it has expired. */
  @Nullable Token findByHash(String hash) {
    Known found = known.get(hash);
    Instant now = clock.instant();
    return found == null || !found.secret().isOpen(now) ? null : found.token();
  }
}
