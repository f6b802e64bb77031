package dev.turnout.server.web;

import dev.turnout.client.codec.CodecException;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.AccessException;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.change.Refusal;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.change.StoreAwayException;
import dev.turnout.server.problem.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.UncheckedIOException;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How each failure is told: always as a problem document, never with what is inside. */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private static final String RETRY_AFTER_SECONDS = "5";

  private Failures() {}

  static void register(RoutesConfig routes) {
    routes
        .exception(InvalidFlagException.class, (e, context) -> answer(context, Problem.of(e)))
        .exception(
            CodecException.class,
            (e, context) -> answer(context, new Problem(400, "body: " + e.getMessage(), "body")))
        .exception(ProblemException.class, (e, context) -> answer(context, e.problem()))
        .exception(AccessException.class, (e, context) -> answer(context, e.problem()))
        .exception(NotFoundException.class, (e, context) -> answer(context, 404, e))
        .exception(RefusedException.class, (e, context) -> answer(context, refusal(e)))
        .exception(HttpResponseException.class, (e, context) -> answer(context, e.getStatus(), e))
        .exception(StoreAwayException.class, Failures::storeAway)
        .exception(JdbiException.class, Failures::storeFailed)
        .exception(
            UncheckedIOException.class,
            (e, context) -> {
              log.debug("{} {} broke off", context.method(), context.path(), e);
              answer(context, Problem.of(400, "the body could not be read"));
            })
        .exception(
            IllegalArgumentException.class,
            (e, context) -> {
              if (String.valueOf(e.getMessage()).startsWith("URLDecoder:")) {
                answer(context, Problem.of(400, "the path is not percent-encoded as it must be"));
              } else {
                failed(e, context);
              }
            })
        .exception(Exception.class, Failures::failed);
  }

  private static void failed(Exception e, Context context) {
    log.error("{} {} failed; this is a bug", context.method(), context.path(), e);
    answer(context, Problem.of(500, "the server failed; its log says more"));
  }

  // Without a word in the log, which has one of the store itself.
  private static void storeAway(StoreAwayException away, Context context) {
    context.header("Retry-After", RETRY_AFTER_SECONDS);
    answer(context, 503, away);
  }

  private static void storeFailed(Exception failure, Context context) {
    log.error(
        "{} {} failed for the store: {}. Agents keep their flags; check the database.",
        context.method(),
        context.path(),
        failure.toString());
    context.header("Retry-After", RETRY_AFTER_SECONDS);
    answer(context, Problem.of(503, "the store does not answer; nothing was changed"));
  }

  private static Problem refusal(RefusedException refused) {
    String message = refused.getMessage();
    return new Problem(
        409,
        message == null ? "refused" : message,
        null,
        refused.overrides().stream().map(Refusal::wireName).toList());
  }

  private static void answer(Context context, int status, Exception failure) {
    String message = failure.getMessage();
    answer(context, Problem.of(status, message == null ? "refused" : message));
  }

  static void answer(Context context, Problem problem) {
    if (problem.status() >= 500 && OfrepRoutes.owns(context)) {
      OfrepRoutes.answer(context, problem);
      return;
    }
    context.status(problem.status()).contentType(Problem.CONTENT_TYPE).result(problem.json());
    if (problem.status() == 401) {
      context.header("WWW-Authenticate", "Bearer");
    }
  }
}
