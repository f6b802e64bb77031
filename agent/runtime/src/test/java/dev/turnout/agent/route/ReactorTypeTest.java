package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class ReactorTypeTest {
  static Throwable[] failures() {
    return new Throwable[] {
      new IllegalStateException(), new IOException(), new AssertionError(), new LinkageError()
    };
  }

  @ParameterizedTest
  @MethodSource("failures")
  void failureOfWhatIsComplete_isTheVeryOne(Throwable failure) {
    assertThat(ReactorType.failure(Mono.error(failure))).isSameAs(failure);
    assertThat(ReactorType.failure(Flux.error(failure))).isSameAs(failure);
  }
}
