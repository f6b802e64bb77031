package dev.turnout.client.codec;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
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
  static final long MAX_TOKENS = 4_000_000;

  static final int MAX_TEXT = 1 << 20;

  static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxDocumentLength(MAX_BYTES)
          .maxNestingDepth(MAX_DEPTH)
          .maxTokenCount(MAX_TOKENS)
          .maxStringLength(MAX_TEXT)
          .build();

  /**
   * The shared mapper; safe for use by several threads. It reads {@code NaN} and {@code Infinity},
   * which are no JSON, and numbers with all of their digits, so that whoever asks for a number can
   * refuse it by the field's name and as it was given.
   */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
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
    return parse(MAPPER, "JSON", json);
  }

  /** Writes a document as one line of UTF-8. */
  public static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  /** Creates an empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static JsonNode parse(ObjectMapper mapper, String format, byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new CodecException(
          "document of " + content.length + " bytes, more than the " + MAX_BYTES + " allowed");
    }
    JsonNode node;
    try {
      node = mapper.readTree(content);
    } catch (JacksonException e) {
      throw new CodecException(ParseProblem.describe(e, mapper, format, content), e);
    }
    if (node.isMissingNode()) {
      throw new CodecException("the document is empty");
    }
    return node;
  }
}
