package dev.turnout.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations of each use case, called directly. */
class UseCasesTest {
  private final Instant now = Instant.parse("2026-03-01T10:00:00.123456789Z");
  private final MemoryGames memory = new MemoryGames(100);
  private final GameDatabase database = GameDatabase.inMemory();
  private final PersistentGames persistent = new PersistentGames(memory, database);
  private final CallLedger ledger = new CallLedger(Clock.fixed(now, ZoneOffset.UTC));
  private final Faults faults = new Faults();
  private final StartGameUseCase start =
      new StartGameUseCase(memory, persistent, ledger, faults, "test", new Random(1));
  private final PlayTurnUseCase play = new PlayTurnUseCase(memory, persistent, ledger, faults);
  private final DeclareUseCase declare = new DeclareUseCase(memory, persistent, ledger, faults);
  private final ScoringUseCase scoring = new ScoringUseCase(memory, persistent, ledger, faults);

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  static Stream<Method> flagged() {
    return Stream.of(
            StartGameUseCase.class,
            PlayTurnUseCase.class,
            DeclareUseCase.class,
            ScoringUseCase.class)
        .flatMap(useCase -> Arrays.stream(useCase.getDeclaredMethods()))
        .filter(method -> method.isAnnotationPresent(Flagged.class));
  }

  @ParameterizedTest
  @MethodSource("flagged")
  void flaggedMethod_hasItsFlagAndThePlayerAsKey(Method method) {
    assertThat(Arrays.stream(UseCase.values()).map(u -> "use_state_persistence_" + u.label()))
        .contains(method.getAnnotation(Flagged.class).value());
    assertThat(method.getParameters()[0].isAnnotationPresent(FlagKey.class)).isTrue();
  }

  @Test
  void fallbacks_playAWholeGameWhileTheNewPathsFail() {
    for (UseCase useCase : UseCase.values()) {
      faults.set(useCase, new Faults.Fault(Faults.Mode.FAIL, 0));
    }

    String id = start.startGameInMemory("ann").id();
    play.playTurnInMemory("ann", new Move(id, null));
    declare.declareInMemory("ann", id);
    Score score = scoring.scoreInMemory("ann", id);

    assertThat(score.settled()).isTrue();
    assertThat(ledger.entry(UseCase.PLAY_TURN).fallbackCalls()).isOne();
    assertThat(ledger.entry(UseCase.PLAY_TURN).newCalls()).isZero();
  }

  @Test
  void mixedPaths_scoreTheSameOnBoth() {
    String id = start.startGameInMemory("ann").id();
    play.playTurn("ann", new Move(id, null));
    play.playTurnInMemory("ann", new Move(id, null));
    play.playTurn("ann", new Move(id, null));
    Game over = declare.declareInMemory("ann", id);

    assertThat(over.turns()).hasSize(3);
    assertThat(scoring.score("ann", id)).isEqualTo(scoring.scoreInMemory("ann", id));
  }

  @Test
  void newPath_notesTimeAndUser() {
    start.startGame("ann");

    CallLedger.Entry entry = ledger.entry(UseCase.START_GAME);
    assertThat(entry.lastNewCallEpochMillis()).isEqualTo(now.toEpochMilli());
    assertThat(entry.lastNewCallEpochNanos() % 1_000_000_000).isEqualTo(123_456_789);
    assertThat(entry.newUsers()).containsExactly("ann");
  }

  @Test
  void fail_breaksTheNewPathOnly() {
    String id = start.startGame("ann").id();
    faults.set(UseCase.PLAY_TURN, new Faults.Fault(Faults.Mode.FAIL, 0));

    assertThatExceptionOfType(PersistenceFailure.class)
        .isThrownBy(() -> play.playTurn("ann", new Move(id, null)));
    assertThatCode(() -> play.playTurnInMemory("ann", new Move(id, null)))
        .doesNotThrowAnyException();

    assertThat(memory.find(id).turns()).hasSize(1);
    assertThat(ledger.entry(UseCase.PLAY_TURN).newErrors()).isOne();
  }

  @Test
  void refusal_isNotAnError() {
    assertThatExceptionOfType(GameRefused.class).isThrownBy(() -> declare.declare("ann", "none"));

    CallLedger.Entry entry = ledger.entry(UseCase.DECLARE);
    assertThat(entry.newCalls()).isOne();
    assertThat(entry.newErrors()).isZero();
  }

  @Test
  void reset_forgetsEverything() {
    start.startGame("ann");

    ledger.reset();

    assertThat(ledger.entry(UseCase.START_GAME))
        .isEqualTo(new CallLedger.Entry(0, 0, 0, 0, 0, List.of()));
  }
}
