package dev.turnout.cli;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.store.AuditHead;
import dev.turnout.server.store.Backup;
import dev.turnout.server.store.Contents;
import dev.turnout.server.store.Restore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Copies a server's database file and puts a copy back; every reason why not is one line. */
final class LocalDatabase {
  private LocalDatabase() {}

  /** Returns what is in the copy. */
  static ObjectNode backUp(Path data, Path file) {
    try {
      return json(Backup.write(data, file)).put("file", file.toString());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, "no backup was made: " + e.getMessage());
    }
  }

  /** Returns what the server will start from. */
  static ObjectNode restore(Path data, Path file, @Nullable String expect) {
    try {
      AuditHead expected = expect == null ? null : AuditHead.parse("--expect", expect);
      Restore.Done done = Restore.run(data, file, expected, Clock.systemUTC());
      Path kept = done.kept();
      return json(done.contents())
          .put("kept", kept == null ? null : kept.toString())
          .put("epoch_is_later", done.isEpochSure());
    } catch (InvalidFlagException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (Restore.NotWholeException e) {
      throw new CommandFailure(ExitCode.NOT_WHOLE, "nothing was restored: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, "nothing was restored: " + e.getMessage());
    }
  }

  private static ObjectNode json(Contents contents) {
    ObjectNode json =
        ControlApi.object()
            .put("epoch", contents.epoch())
            .put("revision", contents.revision())
            .put("flags", contents.flags());
    json.set("audit", contents.audit().json());
    return json;
  }
}
