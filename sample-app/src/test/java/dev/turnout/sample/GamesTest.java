package dev.turnout.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A game whose moves go through memory and through the database in turns. */
class GamesTest {
  private final MemoryGames memory = new MemoryGames(100);
  private final GameDatabase database = GameDatabase.inMemory();
  private final PersistentGames persistent = new PersistentGames(memory, database);
  private final Game dealt = Game.dealt("g", "ann", 42);

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  @Test
  void change_persistentlyWritesThroughToBoth() {
    persistent.add(dealt);

    Game played = playIn(persistent);

    assertThat(memory.lookUp("g")).contains(played);
    assertThat(stored("g")).contains(played);
    assertThat(persistent.resynced()).isZero();
  }

  @Test
  void change_inMemoryLeavesTheDatabaseBehind() {
    persistent.add(dealt);

    playIn(memory);

    assertThat(stored("g")).contains(dealt);
  }

  @Test
  void change_persistentlyAfterMovesInMemoryBringsTheDatabaseUpToDate() {
    memory.add(dealt);
    playIn(memory);
    playIn(memory);

    Game played = playIn(persistent);

    assertThat(played.turns()).hasSize(3);
    assertThat(stored("g")).contains(played);
    assertThat(persistent.resynced()).isOne();
  }

  @Test
  void change_alternatingPathsGivesTheSameGameAsOnePath() {
    persistent.add(dealt);
    Game expected = dealt;
    for (int turn = 0; turn < 10; turn++) {
      expected = expected.play("ann", new Move("g", null));
      Games path = turn % 3 == 0 ? persistent : memory;

      assertThat(playIn(path)).isEqualTo(expected);
    }
    assertThat(persistent.find("g")).isEqualTo(expected);
    assertThat(stored("g")).contains(expected);
  }

  @Test
  void change_replacesStoredTurnsThatMemoryDoesNotHave() {
    persistent.add(dealt);
    try (GameDatabase.Transaction transaction = database.begin()) {
      transaction.save(dealt.play("ann", new Move("g", dealt.hand().get(0))));
      transaction.commit();
    }

    Game played = playIn(persistent);

    assertThat(played.turns()).hasSize(1);
    assertThat(stored("g")).contains(played);
  }

  @Test
  void change_thatIsRefusedLeavesBothAsTheyWere() {
    persistent.add(dealt);

    assertThatExceptionOfType(GameRefused.class)
        .isThrownBy(() -> persistent.change("g", game -> game.declare("bob")));

    assertThat(memory.lookUp("g")).contains(dealt);
    assertThat(stored("g")).contains(dealt);
  }

  @Test
  void change_whileAnotherMoveIsMadeIsRefusedAndRolledBack() {
    persistent.add(dealt);

    assertThatExceptionOfType(GameRefused.class)
        .isThrownBy(
            () ->
                persistent.change(
                    "g",
                    game -> {
                      playIn(memory);
                      return game.declare("ann");
                    }))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(GameRefused.Reason.CHANGED_MEANWHILE));

    assertThat(memory.find("g").declared()).isFalse();
    assertThat(stored("g")).contains(dealt);
  }

  @Test
  void change_withTheDatabaseGoneFailsAndLeavesMemoryPlayable() {
    GameDatabase gone = GameDatabase.inMemory();
    PersistentGames broken = new PersistentGames(memory, gone);
    broken.add(dealt);
    gone.close();

    assertThatExceptionOfType(PersistenceFailure.class).isThrownBy(() -> playIn(broken));

    assertThat(memory.find("g")).isEqualTo(dealt);
    assertThat(playIn(memory).turns()).hasSize(1);
  }

  @Test
  void find_afterARestartRecoversTheGameFromTheFile(@TempDir Path folder) {
    Game played;
    try (GameDatabase before = GameDatabase.inFile(folder.resolve("games"))) {
      PersistentGames first = new PersistentGames(new MemoryGames(10), before);
      first.add(dealt);
      played = playIn(first);
    }

    try (GameDatabase after = GameDatabase.inFile(folder.resolve("games"))) {
      PersistentGames second = new PersistentGames(new MemoryGames(10), after);

      assertThat(second.find("g")).isEqualTo(played);
      assertThat(second.recovered()).isOne();
    }
  }

  @Test
  void find_beyondTheCapacityOfMemoryComesFromTheDatabase() {
    MemoryGames small = new MemoryGames(1);
    PersistentGames games = new PersistentGames(small, database);
    games.add(dealt);
    games.add(Game.dealt("h", "ann", 1));

    assertThat(small.lookUp("g")).isEmpty();
    assertThat(games.find("g")).isEqualTo(dealt);
  }

  @Test
  void find_unknownGameIsRefusedByBoth() {
    assertThatExceptionOfType(GameRefused.class).isThrownBy(() -> memory.find("none"));
    assertThatExceptionOfType(GameRefused.class).isThrownBy(() -> persistent.find("none"));
  }

  @Test
  void keep_replacesTheEarlierScore() {
    persistent.add(dealt);
    persistent.keep(new Score("g", "ann", 10, false));
    persistent.keep(new Score("g", "ann", 20, true));

    try (GameDatabase.Transaction transaction = database.begin()) {
      assertThat(transaction.points("g")).contains(20);
    }
  }

  private static Game playIn(Games games) {
    return games.change("g", game -> game.play("ann", new Move("g", null)));
  }

  private Optional<Game> stored(String id) {
    try (GameDatabase.Transaction transaction = database.begin()) {
      return transaction.find(id);
    }
  }
}
