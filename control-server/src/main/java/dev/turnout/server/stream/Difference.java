package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotDelta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is new in a document, as a {@link SnapshotDelta}. In a time that grows with the documents
 * and no faster: some milliseconds for a megabyte.
 *
 * <p>Both are cut into chunks, after each closing brace. The chunks of the new one are looked for
 * in the old one: where the last left off, else anywhere, if they are long and there once only.
 * What was found is widened byte by byte into what is around it. So is then, in what is left, the
 * mere beginning of each chunk, for it may be the one that was expected with a change in it. What
 * is not worth its place in the delta is dropped.
 */
final class Difference {
  // What it takes to end a text, name a piece and begin another text.
  private static final int SHORTEST_PIECE = 24;
  private static final int AMBIGUOUS = -1;

  private final byte[] base;
  private final byte[] next;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Piece> anchors = new ArrayList<>();

  private Difference(byte[] base, byte[] next) {
    this.base = base;
    this.next = next;
    // Empty ones at both ends, to be widened.
    pieces.add(new Piece(0, 0, 0));
    find();
    pieces.add(new Piece(next.length, base.length, 0));
    widen();
    addAnchors();
    widen();
    pieces.removeIf(piece -> piece.length < SHORTEST_PIECE);
  }

  /** A part of a document, compared by its bytes. */
  private static final class Chunk {
    private final byte[] document;
    private final int from;
    private final int to;
    private final int hash;

    Chunk(byte[] document, int from, int to) {
      this.document = document;
      this.from = from;
      this.to = to;
      // Several times as fast as a loop over the bytes.
      CRC32 sum = new CRC32();
      sum.update(document, from, to - from);
      hash = (int) sum.getValue();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Chunk chunk
          && Arrays.equals(document, from, to, chunk.document, chunk.from, chunk.to);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** Bytes of the new document that are in the old one too. */
  private static final class Piece {
    private int at;
    private int inBase;
    private int length;

    Piece(int at, int inBase, int length) {
      this.at = at;
      this.inBase = inBase;
      this.length = length;
    }

    int end() {
      return at + length;
    }

    int endInBase() {
      return inBase + length;
    }

    void grow(int bytes) {
      length += bytes;
    }

    void growBackwards(int bytes) {
      at -= bytes;
      inBase -= bytes;
      length += bytes;
    }
  }

  /**
   * Returns the delta in one line of UTF-8; null if it would not be worth it, and the whole
   * document is what to send.
   *
   * @param from {@code EPOCH:REVISION} of {@code base}
   * @param base a document in UTF-8
   * @param next the one that comes after it
   */
  static byte @Nullable [] between(String from, byte[] base, byte[] next) {
    int most = Math.min(next.length / 2, SnapshotDelta.MAX_BYTES);
    Difference difference = new Difference(base, next);
    int shared = difference.pieces.stream().mapToInt(piece -> piece.length).sum();
    if (next.length - shared > most || 2 * difference.pieces.size() >= SnapshotDelta.MAX_PARTS) {
      return null;
    }
    byte[] delta = Json.bytes(difference.toJson(from));
    return delta.length > most ? null : delta;
  }

  private void find() {
    List<Integer> starts = starts(base);
    Map<Chunk, Integer> known = index(starts);
    int expected = 0;
    int at = 0;
    while (at < next.length) {
      int end = endOfChunk(next, at);
      int found =
          isChunk(starts, expected, at, end)
              ? expected
              : known.getOrDefault(new Chunk(next, at, end), AMBIGUOUS);
      if (found == AMBIGUOUS) {
        // Most changes are within a chunk: around it all is at its place, and so is its beginning.
        if (expected + 1 < starts.size()) {
          anchors.add(new Piece(at, starts.get(expected), 0));
          expected++;
        }
      } else {
        add(at, starts.get(found), end - at);
        expected = found + 1;
      }
      at = end;
    }
  }

  // The last one is where the document ends.
  private static List<Integer> starts(byte[] document) {
    List<Integer> starts = new ArrayList<>();
    int at = 0;
    starts.add(at);
    while (at < document.length) {
      at = endOfChunk(document, at);
      starts.add(at);
    }
    return starts;
  }

  private static int endOfChunk(byte[] document, int from) {
    int at = from;
    while (at < document.length && document[at] != '}') {
      at++;
    }
    return Math.min(at + 1, document.length);
  }

  private Map<Chunk, Integer> index(List<Integer> starts) {
    Map<Chunk, Integer> index = new HashMap<>();
    for (int i = 0; i + 1 < starts.size(); i++) {
      if (starts.get(i + 1) - starts.get(i) >= SHORTEST_PIECE) {
        Chunk chunk = new Chunk(base, starts.get(i), starts.get(i + 1));
        index.merge(chunk, i, (first, second) -> AMBIGUOUS);
      }
    }
    return index;
  }

  private boolean isChunk(List<Integer> starts, int chunk, int at, int end) {
    return chunk + 1 < starts.size()
        && Arrays.equals(base, starts.get(chunk), starts.get(chunk + 1), next, at, end);
  }

  private void add(int at, int inBase, int length) {
    Piece last = pieces.get(pieces.size() - 1);
    if (last.end() == at && last.endInBase() == inBase) {
      last.grow(length);
    } else {
      pieces.add(new Piece(at, inBase, length));
    }
  }

  private void addAnchors() {
    List<Piece> found = List.copyOf(pieces);
    pieces.clear();
    int i = 0;
    for (Piece anchor : anchors) {
      while (i < found.size() && found.get(i).at <= anchor.at) {
        pieces.add(found.get(i++));
      }
      if (pieces.get(pieces.size() - 1).end() <= anchor.at) {
        pieces.add(anchor);
      }
    }
    pieces.addAll(found.subList(i, found.size()));
  }

  private void widen() {
    for (int i = 1; i < pieces.size(); i++) {
      widen(pieces.get(i - 1), pieces.get(i));
    }
  }

  /** Widens two pieces into what is between them. */
  private void widen(Piece before, Piece after) {
    int gap = after.at - before.end();
    int forward = 0;
    int most = Math.min(gap, base.length - before.endInBase());
    while (forward < most && next[before.end() + forward] == base[before.endInBase() + forward]) {
      forward++;
    }
    while (forward > 0 && forward < gap && isWithinCharacter(before.end() + forward)) {
      forward--;
    }
    before.grow(forward);
    int backward = 0;
    most = Math.min(gap - forward, after.inBase);
    while (backward < most && next[after.at - backward - 1] == base[after.inBase - backward - 1]) {
      backward++;
    }
    while (backward > 0 && isWithinCharacter(after.at - backward)) {
      backward--;
    }
    after.growBackwards(backward);
  }

  // What is between two pieces is sent as text.
  private boolean isWithinCharacter(int at) {
    return (next[at] & 0xc0) == 0x80;
  }

  private ObjectNode toJson(String from) {
    CRC32 sum = new CRC32();
    sum.update(next);
    ObjectNode json = Json.object();
    json.put("from", from);
    json.put("length", next.length);
    json.put("crc32", sum.getValue());
    ArrayNode parts = json.putArray("parts");
    int done = 0;
    for (Piece piece : pieces) {
      addText(parts, done, piece.at);
      parts.addArray().add(piece.inBase).add(piece.length);
      done = piece.end();
    }
    addText(parts, done, next.length);
    return json;
  }

  private void addText(ArrayNode parts, int at, int end) {
    if (end > at) {
      parts.add(new String(next, at, end - at, UTF_8));
    }
  }
}
