package dev.turnout.client.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one way JSON is parsed: no duplicate keys, nothing after the document, bounded in size, depth
 * and number of tokens, so that no document can exhaust the memory of the host.
 */
public final class Json {
  /** The largest document, in bytes. */
  public static final int MAX_BYTES = 64 << 20;

  /** The deepest nesting. */
  public static final int MAX_DEPTH = 50;

  // A tree takes some 50 bytes a token. 20,000 flags of 100 tokens fit twice.
  private static final long MAX_TOKENS = 4_000_000;

  static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxDocumentLength(MAX_BYTES)
          .maxNestingDepth(MAX_DEPTH)
          .maxTokenCount(MAX_TOKENS)
          .maxStringLength(1 << 20)
          .build();

  /** The shared mapper; safe for use by several threads. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  private Json() {}

  /**
   * Parses a document.
   *
   * @throws CodecException with line and column if it is no JSON or exceeds a bound
   */
  public static JsonNode parse(byte[] json) {
    return parse(MAPPER, json);
  }

  /** Writes a document as one line of UTF-8. */
  public static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  /** Creates an empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static JsonNode parse(ObjectMapper mapper, byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new CodecException(
          "document of " + content.length + " bytes, more than the " + MAX_BYTES + " allowed");
    }
    JsonNode node;
    try {
      node = mapper.readTree(content);
    } catch (JacksonException e) {
      throw new CodecException(where(e.getLocation()) + firstLine(e.getOriginalMessage()), e);
    }
    if (node.isMissingNode() || node.isNull()) {
      throw new CodecException("document is empty");
    }
    return node;
  }

  private static String where(@Nullable TokenStreamLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "malformed" : message.lines().findFirst().orElse("malformed");
  }
}
