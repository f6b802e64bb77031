package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file with the audit entries of changes that are in force though the database does not have
 * them. Each line holds those of one change. A line is on disk before its change is in force, so
 * that the loss of the process or of power undoes nothing that anybody was told of. One thread at a
 * time.
 */
public final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private final Path file;
  private final FileChannel channel;
  private final List<AuditEntry> entries = new ArrayList<>();

  private Journal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens the file, creating it if absent.
   *
   * @throws IOException saying why it cannot be used or understood
   */
  public static Journal open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            OwnerOnly.file());
    try {
      Journal journal = new Journal(file, channel);
      journal.read();
      return journal;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private void read() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      continue;
    }
    String text = new String(bytes.array(), UTF_8);
    int whole = text.lastIndexOf('\n') + 1;
    if (whole < text.length()) {
      // Written half, so nobody was told that it was done.
      log.warn("The last line of {} is cut off and left out", file);
      channel.truncate(text.substring(0, whole).getBytes(UTF_8).length);
    }
    int number = 0;
    for (String line : text.substring(0, whole).lines().toList()) {
      number++;
      try {
        JsonNode change = Json.parse(line.getBytes(UTF_8)).get("entries");
        if (change == null) {
          throw new IllegalStateException("entries");
        }
        change.forEach(json -> entries.add(entry(json)));
      } catch (CodecException | DateTimeException | IllegalStateException e) {
        throw new IOException(
            "line "
                + number
                + " of "
                + file
                + " cannot be understood. It holds flags that were stopped while the database was"
                + " away: stop them again by hand once the file is moved elsewhere",
            e);
      }
    }
  }

  /** What the database does not have yet, oldest first. */
  public List<AuditEntry> entries() {
    return List.copyOf(entries);
  }

  /** Returns whether the database has everything. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * Adds the entries of one change, and returns when they are on disk.
   *
   * @throws IOException if they are not; they are among {@link #entries} all the same
   */
  public void append(List<AuditEntry> change) throws IOException {
    entries.addAll(change);
    long end = channel.size();
    ObjectNode line = Json.object();
    ArrayNode list = line.putArray("entries");
    change.forEach(entry -> list.add(json(entry)));
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    try {
      long position = end;
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
      channel.force(true);
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
  }

  /**
   * Forgets everything: the database has it now.
   *
   * @throws IOException if the file still has it
   */
  public void clear() throws IOException {
    entries.clear();
    channel.truncate(0);
    channel.force(true);
  }

  private static ObjectNode json(AuditEntry entry) {
    return Json.object()
        .put("revision", entry.revision())
        .put("at", entry.at().toString())
        .put("actor", entry.actor())
        .put("action", entry.action())
        .put("flag", entry.flag())
        .put("before", entry.before())
        .put("after", entry.after())
        .put("reason", entry.reason());
  }

  private static AuditEntry entry(JsonNode json) {
    JsonNode revision = json.get("revision");
    if (revision == null || !revision.isIntegralNumber()) {
      throw new IllegalStateException("revision");
    }
    return new AuditEntry(
        revision.longValue(),
        Instant.parse(required(json, "at")),
        required(json, "actor"),
        required(json, "action"),
        optional(json, "flag"),
        optional(json, "before"),
        optional(json, "after"),
        optional(json, "reason"),
        "");
  }

  private static String required(JsonNode json, String field) {
    String text = optional(json, field);
    if (text == null) {
      throw new IllegalStateException(field);
    }
    return text;
  }

  private static @Nullable String optional(JsonNode json, String field) {
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? null : value.stringValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
