package dev.turnout.server.auth;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.StoredToken;
import dev.turnout.server.store.TokenStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creating, rotating and revoking tokens: each in one transaction with its audit entry, and in
 * force when the method returns. Safe for use by several threads.
 */
public final class TokenChanges {
  private static final Logger log = LoggerFactory.getLogger(TokenChanges.class);
  private static final int MAX_TOKENS = 5_000;
  private static final int MAX_SECRETS = 10;

  private final TokenStore store;
  private final Tokens tokens;
  private final Clock clock;

  /**
   * A token and the secret that opens for it, which nobody is told a second time.
   *
   * @param token as it is kept
   * @param secret 43 characters; not to be logged
   */
  public record Issued(StoredToken token, String secret) {
    @Override
    public String toString() {
      return "Issued[token=" + token.name() + "]";
    }
  }

  /** Changes what is in {@code store}, and with it what {@code tokens} lets in. */
  public TokenChanges(TokenStore store, Tokens tokens, Clock clock) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
  }

  /** Returns all tokens that are not revoked by name, expired ones too. */
  public List<StoredToken> all() {
    return store.all().stream().filter(token -> token.revoked() == null).toList();
  }

  /** Returns whether there is or ever was a token of that name. */
  public boolean wasEverCreated(String name) {
    return store.all().stream().anyMatch(token -> token.name().equals(name));
  }

  /** Draws a secret. It opens nothing until {@link #add} is told of it. */
  public String secret() {
    return Secrets.draw();
  }

  /**
   * Creates a token.
   *
   * @param lifetime how long its secret opens; null for ever
   * @throws InvalidFlagException naming what of the token cannot be
   * @throws RefusedException if the name is taken, or there are too many
   */
  public Issued create(Author author, Token token, @Nullable Duration lifetime) {
    if (token.kind() == TokenKind.AGENT && token.service() == null) {
      throw new InvalidFlagException("service", "must be given for a token of kind agent");
    }
    String secret = secret();
    return new Issued(add(author, token, secret, lifetime), secret);
  }

  /** As {@link #create}, with a secret drawn before; the service of an agent may be left open. */
  public StoredToken add(Author author, Token token, String secret, @Nullable Duration lifetime) {
    FlagName.check("name", token.name());
    if (token.service() != null) {
      FlagName.check("service", token.service());
      if (token.kind() != TokenKind.AGENT) {
        throw new InvalidFlagException("service", "is for tokens of kind agent only");
      }
    }
    Instant now = clock.instant();
    return tokens.change(
        editing -> {
          checkRoom(editing, token.name());
          StoredToken created =
              new StoredToken(
                  token.name(),
                  token.kind().wireName(),
                  token.service(),
                  now,
                  null,
                  List.of(secret(secret, now, lifetime)));
          return save(editing, author, "create-token", null, created);
        });
  }

  private static void checkRoom(TokenStore.Editing editing, String name) {
    List<StoredToken> all = editing.all().filter(token -> token.revoked() == null).toList();
    if (all.stream().anyMatch(token -> token.name().equals(name))) {
      throw new RefusedException(
          "there is a token " + name + " already; rotate it, or revoke it first");
    }
    if (all.size() >= MAX_TOKENS) {
      throw new RefusedException(
          "there are already " + MAX_TOKENS + " tokens, the most allowed; revoke some");
    }
  }

  /**
   * Gives a token another secret.
   *
   * @param overlap how much longer the old ones open at most; zero for not at all
   * @param lifetime how long the new one opens; null for as long as the old one was given
   * @throws NotFoundException if there is no such token
   * @throws RefusedException if too many old ones still open
   */
  public Issued rotate(Author author, String name, Duration overlap, @Nullable Duration lifetime) {
    String secret = secret();
    Instant now = clock.instant();
    StoredToken rotated =
        tokens.change(
            editing -> {
              StoredToken before = find(editing, name);
              List<StoredToken.Secret> secrets = ending(before, now, now.plus(overlap));
              if (secrets.size() >= MAX_SECRETS) {
                throw new RefusedException(
                    name
                        + " has "
                        + secrets.size()
                        + " secrets that still open, the most allowed; rotate it without overlap");
              }
              Duration lasts = lifetime == null ? lifetime(before) : lifetime;
              secrets.add(secret(secret, now, lasts));
              return save(editing, author, "rotate-token", before, with(before, null, secrets));
            });
    return new Issued(rotated, secret);
  }

  private static List<StoredToken.Secret> ending(StoredToken token, Instant now, Instant end) {
    List<StoredToken.Secret> secrets = new ArrayList<>();
    for (StoredToken.Secret secret : token.secrets()) {
      Instant expires = secret.expires();
      StoredToken.Secret ending =
          expires != null && expires.isBefore(end)
              ? secret
              : new StoredToken.Secret(secret.hash(), secret.created(), end);
      if (ending.isOpen(now)) {
        secrets.add(ending);
      }
    }
    return secrets;
  }

  // How long the newest secret was given.
  private static @Nullable Duration lifetime(StoredToken token) {
    StoredToken.Secret newest = token.newest();
    Instant expires = newest == null ? null : newest.expires();
    return newest == null || expires == null ? null : Duration.between(newest.created(), expires);
  }

  /**
   * Ends a token at once: nothing opens for it when this returns.
   *
   * @throws NotFoundException if there is no such token
   * @throws RefusedException if nobody could change tokens afterwards
   */
  public void revoke(Author author, String name) {
    Instant now = clock.instant();
    StoredToken unused =
        tokens.change(
            editing -> {
              StoredToken before = find(editing, name);
              boolean admin = before.kind().equals(TokenKind.ADMIN.wireName());
              if (admin && !isAnotherAdmin(editing, name, now)) {
                throw new RefusedException(
                    name + " is the last admin token that opens; create another one first");
              }
              return save(editing, author, "revoke-token", before, with(before, now, List.of()));
            });
  }

  private static boolean isAnotherAdmin(TokenStore.Editing editing, String name, Instant now) {
    return editing
        .all()
        .filter(token -> token.kind().equals(TokenKind.ADMIN.wireName()))
        .anyMatch(token -> !token.name().equals(name) && token.isOpen(now));
  }

  private static StoredToken find(TokenStore.Editing editing, String name) {
    return editing
        .all()
        .filter(token -> token.name().equals(name) && token.revoked() == null)
        .findFirst()
        .orElseThrow(() -> new NotFoundException("there is no token " + name));
  }

  private static StoredToken with(
      StoredToken token, @Nullable Instant revoked, List<StoredToken.Secret> secrets) {
    return new StoredToken(
        token.name(), token.kind(), token.service(), token.created(), revoked, secrets);
  }

  private static StoredToken.Secret secret(
      String secret, Instant now, @Nullable Duration lifetime) {
    return new StoredToken.Secret(
        Secrets.hash(secret), now, lifetime == null ? null : now.plus(lifetime));
  }

  private StoredToken save(
      TokenStore.Editing editing,
      Author author,
      String action,
      @Nullable StoredToken before,
      StoredToken after) {
    editing.put(after);
    editing.enter(
        new AuditEntry(
            editing.revision(),
            clock.instant(),
            author.name(),
            action,
            null,
            before == null ? null : TokenJson.write(before).toString(),
            after.revoked() == null ? TokenJson.write(after).toString() : null,
            author.reason(),
            ""));
    log.info("{} {} by {}", action, after.name(), author.name());
    return after;
  }
}
