package dev.turnout.client.codec;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
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
   * Reads {@code NaN} and {@code Infinity} too, which are no JSON, so that whoever asks for a
   * number can refuse them by the field's name.
   */
  static final TokenStreamFactory FORMAT =
      JsonFactory.builder()
          .streamReadConstraints(CONSTRAINTS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private Json() {}

  /**
   * Parses a document.
   *
   * @throws CodecException with line and column if it is no JSON or exceeds a bound
   */
  public static JsonNode parse(byte[] json) {
    return parse(FORMAT, "JSON", json);
  }

  /** Writes a document as one line of UTF-8. */
  public static byte[] bytes(JsonNode node) {
    return Tree.write(FORMAT, node);
  }

  /** Creates an empty object. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static JsonNode parse(TokenStreamFactory factory, String format, byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new CodecException(
          "document of " + content.length + " bytes, more than the " + MAX_BYTES + " allowed");
    }
    JsonNode node;
    try {
      node = Tree.read(factory, content);
    } catch (JacksonException e) {
      throw new CodecException(ParseProblem.describe(e, factory, format, content), e);
    }
    if (node == null) {
      throw new CodecException("the document is empty");
    }
    return node;
  }
}
