package dev.turnout.sample;

import dev.turnout.sample.http.Answer;
import dev.turnout.sample.http.HttpRefusal;
import dev.turnout.sample.http.Request;
import dev.turnout.sample.http.Route;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What players can ask for. The player is the body's {@code player} if it names one, else the user
 * of the header {@code X-User}.
 */
final class GameRoutes {
  private final StartGameUseCase startGame;
  private final PlayTurnUseCase playTurn;
  private final DeclareUseCase declare;
  private final ScoringUseCase scoring;

  GameRoutes(
      StartGameUseCase startGame,
      PlayTurnUseCase playTurn,
      DeclareUseCase declare,
      ScoringUseCase scoring) {
    this.startGame = startGame;
    this.playTurn = playTurn;
    this.declare = declare;
    this.scoring = scoring;
  }

  List<Route> routes() {
    return List.of(
        route("POST", "/games", this::start),
        route("POST", "/games/{id}/turns", this::play),
        route("POST", "/games/{id}/declare", this::end),
        route("GET", "/games/{id}/score", this::score));
  }

  private Answer start(Request request) {
    String player = player(request, request.body(PlayerBody.class).player());
    return Answer.created(GameBody.of(startGame.startGame(player)));
  }

  private Answer play(Request request) {
    TurnBody body = request.body(TurnBody.class);
    Move move = new Move(request.pathValue("id"), body.discard());
    return Answer.ok(GameBody.of(playTurn.playTurn(player(request, body.player()), move)));
  }

  private Answer end(Request request) {
    String player = player(request, request.body(PlayerBody.class).player());
    return Answer.ok(GameBody.of(declare.declare(player, request.pathValue("id"))));
  }

  private Answer score(Request request) {
    return Answer.ok(scoring.score(player(request, null), request.pathValue("id")));
  }

  private static String player(Request request, @Nullable String named) {
    String player = named != null ? named : request.user();
    if (player == null || player.isBlank()) {
      throw new HttpRefusal(400, "no player: send the header X-User or a body with \"player\"");
    }
    return player;
  }

  private static Route route(String method, String template, Route.Endpoint endpoint) {
    return new Route(
        method,
        template,
        request -> {
          try {
            return endpoint.answer(request);
          } catch (GameRefused e) {
            String reason = e.reason().name().toLowerCase(Locale.ROOT);
            return Answer.error(e.reason().status(), reason, String.valueOf(e.getMessage()));
          }
        });
  }

  private record PlayerBody(@Nullable String player) {}

  private record TurnBody(@Nullable String player, @Nullable Integer discard) {}

  private record GameBody(
      String id, String player, List<Integer> hand, List<Turn> turns, boolean declared) {
    static GameBody of(Game game) {
      return new GameBody(game.id(), game.player(), game.hand(), game.turns(), game.declared());
    }
  }
}
