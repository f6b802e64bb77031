package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.flags.InvalidFlagException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;

/**
 * A document as what is new in it, and what is as in the one before: {@code {"from": "1:6",
 * "length": 52110, "crc32": 907060870, "parts": [[0, 40], "7", [41, 52069]]}}. A part is a text, or
 * from which byte of the one before how many bytes are taken. Byte for byte, so that the document
 * is what it would have been as a whole: its signature is checked, and all else that is.
 */
public final class SnapshotDelta {
  /** The event that comes instead of a snapshot. */
  public static final String EVENT = "delta";

  /** The query parameter by which a reader says that it can make use of such events. */
  public static final String PARAMETER = "delta";

  /** The largest delta, in bytes. What needs a larger one is sent as a whole. */
  public static final int MAX_BYTES = Json.MAX_TEXT;

  /** The most parts. */
  public static final int MAX_PARTS = 10_000;

  private SnapshotDelta() {}

  /**
   * Makes the document.
   *
   * @param data the delta as it was sent
   * @param id {@code EPOCH:REVISION} of the document before
   * @param base the document before, to the byte
   * @throws CodecException saying why the delta cannot be used
   */
  public static byte[] apply(String data, String id, byte[] base) {
    if (data.length() > MAX_BYTES) {
      throw new CodecException("delta: more than the " + MAX_BYTES + " bytes allowed");
    }
    try {
      Fields delta = new Fields("delta", Json.parse(data.getBytes(UTF_8)), false);
      String from = delta.text("from");
      if (!from.equals(id)) {
        throw new CodecException("delta: from another document than the one before");
      }
      int length = (int) delta.whole("length", 1, Json.MAX_BYTES);
      byte[] document = joined(parts(delta.array("parts"), base, length), length);
      CRC32 sum = new CRC32();
      sum.update(document);
      if (sum.getValue() != delta.whole("crc32")) {
        throw new CodecException("delta: what comes of it is not the document that was meant");
      }
      return document;
    } catch (InvalidFlagException e) {
      throw new CodecException(String.valueOf(e.getMessage()), e);
    }
  }

  // Nothing is copied before all of it is known to fit: a few bytes can name a base many times.
  private static List<ByteBuffer> parts(JsonNode nodes, byte[] base, int length) {
    if (nodes.size() > MAX_PARTS) {
      throw new CodecException("delta: more than the " + MAX_PARTS + " parts allowed");
    }
    List<ByteBuffer> parts = new ArrayList<>(nodes.size());
    long left = length;
    for (JsonNode node : nodes) {
      ByteBuffer part =
          node.isString() ? ByteBuffer.wrap(node.stringValue().getBytes(UTF_8)) : piece(node, base);
      left -= part.remaining();
      if (left < 0) {
        break;
      }
      parts.add(part);
    }
    if (left != 0) {
      throw new CodecException("delta: its parts do not add up to its length, " + length);
    }
    return parts;
  }

  private static ByteBuffer piece(JsonNode node, byte[] base) {
    JsonNode offset = node.path(0);
    JsonNode length = node.path(1);
    boolean isPair = node.isArray() && node.size() == 2 && offset.isInt() && length.isInt();
    if (!isPair
        || offset.intValue() < 0
        || length.intValue() < 1
        || length.intValue() > base.length - offset.intValue()) {
      throw new CodecException(
          "delta: a part is neither a text nor within the " + base.length + " bytes before");
    }
    return ByteBuffer.wrap(base, offset.intValue(), length.intValue());
  }

  private static byte[] joined(List<ByteBuffer> parts, int length) {
    ByteBuffer document = ByteBuffer.allocate(length);
    parts.forEach(document::put);
    return document.array();
  }
}
