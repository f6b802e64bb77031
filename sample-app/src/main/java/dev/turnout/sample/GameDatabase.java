package dev.turnout.sample;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * The game tables in an embedded H2 database. A file database belongs to one process at a time, and
 * like H2 itself it may lose the last half second when the process is killed.
 */
final class GameDatabase implements AutoCloseable {
  private static final int CONNECTIONS = 32;

  private static final List<String> SCHEMA =
      List.of(
          """
          create table if not exists game (
            id varchar(100) primary key,
            player varchar(200) not null,
            seed bigint not null,
            declared boolean not null)
          """,
          """
          create table if not exists turn (
            game_id varchar(100) not null references game (id),
            turn_number int not null,
            discarded int not null,
            drawn int not null,
            primary key (game_id, turn_number))
          """,
          """
          create table if not exists score (
            game_id varchar(100) primary key references game (id),
            points int not null,
            settled boolean not null)
          """);

  private final String url;
  private final JdbcConnectionPool pool;

  private GameDatabase(String url) {
    this.url = url;
    pool = JdbcConnectionPool.create(url, "sa", "");
    pool.setMaxConnections(CONNECTIONS);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String table : SCHEMA) {
        statement.execute(table);
      }
    } catch (SQLException e) {
      pool.dispose();
      throw new PersistenceFailure("cannot open the database " + url, e);
    }
  }

  /** Opens a database of its own that lasts until {@link #close()}. */
  static GameDatabase inMemory() {
    return new GameDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
  }

  /** Opens the database in {@code file} (H2 adds {@code .mv.db}), creating it if need be. */
  static GameDatabase inFile(Path file) {
    return new GameDatabase("jdbc:h2:file:" + file.toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE");
  }

  /** Begins a transaction, which is rolled back when it is closed without a commit. */
  Transaction begin() {
    try {
      Connection connection = pool.getConnection();
      connection.setAutoCommit(false);
      return new Transaction(connection);
    } catch (SQLException | IllegalStateException e) {
      // The latter is how the pool says that it has been closed.
      throw new PersistenceFailure("cannot begin a transaction", e);
    }
  }

  @Override
  public void close() {
    // Not a connection of the pool, which would roll back on it when the database is gone already.
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute("shutdown");
    } catch (SQLException e) {
      throw new PersistenceFailure("cannot shut the database down", e);
    } finally {
      pool.dispose();
    }
  }

  /** What is read and written together. Every method throws {@link PersistenceFailure}. */
  static final class Transaction implements AutoCloseable {
    private final Connection connection;

    private Transaction(Connection connection) {
      this.connection = connection;
    }

    Optional<Game> find(String gameId) {
      try (PreparedStatement select =
          connection.prepareStatement("select player, seed, declared from game where id = ?")) {
        select.setString(1, gameId);
        try (ResultSet row = select.executeQuery()) {
          return row.next()
              ? Optional.of(
                  new Game(
                      gameId, row.getString(1), row.getLong(2), turns(gameId), row.getBoolean(3)))
              : Optional.empty();
        }
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot read game " + gameId, e);
      }
    }

    /** Makes the rows of the game say what {@code game} says, however far behind they were. */
    void save(Game game) {
      try (PreparedStatement merge =
          connection.prepareStatement(
              "merge into game (id, player, seed, declared) key (id) values (?, ?, ?, ?)")) {
        merge.setString(1, game.id());
        merge.setString(2, game.player());
        merge.setLong(3, game.seed());
        merge.setBoolean(4, game.declared());
        merge.executeUpdate();
        saveTurns(game);
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot write game " + game.id(), e);
      }
    }

    /** Writes the score of a game that is in the database. */
    void save(Score score) {
      try (PreparedStatement merge =
          connection.prepareStatement(
              "merge into score (game_id, points, settled) key (game_id) values (?, ?, ?)")) {
        merge.setString(1, score.gameId());
        merge.setInt(2, score.points());
        merge.setBoolean(3, score.settled());
        merge.executeUpdate();
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot write the score of game " + score.gameId(), e);
      }
    }

    Optional<Integer> points(String gameId) {
      try (PreparedStatement select =
          connection.prepareStatement("select points from score where game_id = ?")) {
        select.setString(1, gameId);
        try (ResultSet row = select.executeQuery()) {
          return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
        }
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot read the score of game " + gameId, e);
      }
    }

    void commit() {
      try {
        connection.commit();
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot commit", e);
      }
    }

    @Override
    public void close() {
      // The pool rolls back whatever was not committed.
      try {
        connection.close();
      } catch (SQLException e) {
        throw new PersistenceFailure("cannot give the connection back", e);
      }
    }

    private List<Turn> turns(String gameId) throws SQLException {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              select turn_number, discarded, drawn from turn where game_id = ?
              order by turn_number
              """)) {
        select.setString(1, gameId);
        List<Turn> turns = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            turns.add(new Turn(row.getInt(1), row.getInt(2), row.getInt(3)));
          }
        }
        return turns;
      }
    }

    private void saveTurns(Game game) throws SQLException {
      List<Turn> stored = turns(game.id());
      int common = 0;
      while (common < stored.size()
          && common < game.turns().size()
          && stored.get(common).equals(game.turns().get(common))) {
        common++;
      }
      if (common < stored.size()) {
        deleteTurnsAfter(game.id(), common);
      }
      if (common < game.turns().size()) {
        insertTurns(game.id(), game.turns().subList(common, game.turns().size()));
      }
    }

    private void deleteTurnsAfter(String gameId, int number) throws SQLException {
      try (PreparedStatement delete =
          connection.prepareStatement("delete from turn where game_id = ? and turn_number > ?")) {
        delete.setString(1, gameId);
        delete.setInt(2, number);
        delete.executeUpdate();
      }
    }

    private void insertTurns(String gameId, List<Turn> turns) throws SQLException {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into turn (game_id, turn_number, discarded, drawn) values (?, ?, ?, ?)")) {
        for (Turn turn : turns) {
          insert.setString(1, gameId);
          insert.setInt(2, turn.number());
          insert.setInt(3, turn.discarded());
          insert.setInt(4, turn.drawn());
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
  }
}
