package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import org.junit.jupiter.api.Test;

class SpanTagsTest {
  /** Without anybody who listens, spans record nothing. */
  private static final class Listening implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  @Test
  void decision_isOnTheOpenSpan() {
    SpanTags tags = SpanTags.of(Span.class);
    assertThat(tags).isNotNull();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(new Listening()).build()) {
      Span span = provider.get("test").spanBuilder("request").startSpan();
      try (Scope scope = span.makeCurrent()) {
        tags.tag("use_it", "manual", Reason.RANDOM);
      }
      assertThat(((ReadableSpan) span).getAttributes().asMap())
          .containsEntry(AttributeKey.stringKey("feature_flag.key"), "use_it")
          .containsEntry(AttributeKey.stringKey("feature_flag.result.variant"), "manual")
          .containsEntry(AttributeKey.stringKey("feature_flag.result.reason"), "split");
      span.end();
    }
    // Without a span there is nothing to tell it to.
    tags.tag("use_it", "manual", Reason.RANDOM);
  }

  @Test
  void otherInterface_isNoSpan() {
    assertThat(SpanTags.of(Runnable.class)).isNull();
  }
}
