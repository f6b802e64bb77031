package dev.turnout.benchmarks.peers;

import dev.turnout.benchmarks.Users;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.togglz.core.Feature;
import org.togglz.core.activation.GradualActivationStrategy;
import org.togglz.core.manager.FeatureManager;
import org.togglz.core.manager.FeatureManagerBuilder;
import org.togglz.core.repository.FeatureState;
import org.togglz.core.repository.mem.InMemoryStateRepository;
import org.togglz.core.user.FeatureUser;
import org.togglz.core.user.SimpleFeatureUser;

/** Togglz with a state in memory: gradual rollout by user, the user from a thread local. */
@State(Scope.Benchmark)
public class Togglz {
  private enum Features implements Feature {
    SPLIT
  }

  private final ThreadLocal<FeatureUser> current = new ThreadLocal<>();
  private final FeatureManager manager =
      FeatureManagerBuilder.begin()
          .featureEnum(Features.class)
          .stateRepository(new InMemoryStateRepository())
          .userProvider(current::get)
          .build();
  private final FeatureUser[] users =
      Stream.of(Users.cycle()).map(SimpleFeatureUser::new).toArray(FeatureUser[]::new);

  /** Sets the state. */
  public Togglz() {
    manager.setFeatureState(
        new FeatureState(Features.SPLIT, true)
            .setStrategyId(GradualActivationStrategy.ID)
            .setParameter(GradualActivationStrategy.PARAM_PERCENTAGE, "50"));
    Users.expectHalf(user -> isOn(new SimpleFeatureUser(user)));
  }

  /** Evaluates the flag for the user at that place. */
  public boolean isOn(int place) {
    return isOn(users[place]);
  }

  private boolean isOn(FeatureUser user) {
    current.set(user);
    return manager.isActive(Features.SPLIT);
  }
}
