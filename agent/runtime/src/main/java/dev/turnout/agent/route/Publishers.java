package dev.turnout.agent.route;

import java.util.Set;

/**
 * Which classes are publishers of reactive streams, whichever way they come to it. A future that is
 * one too may be lazy, as Helidon's {@code Single} is: whoever asks to be told of its end
 * subscribes, and that starts what it describes.
 */
final class Publishers extends ClassValue<Boolean> {
  // By name: each application may have its own, and many have none.
  private static final Set<String> NAMES =
      Set.of("java.util.concurrent.Flow$Publisher", "org.reactivestreams.Publisher");

  @Override
  protected Boolean computeValue(Class<?> type) {
    return isPublisher(type);
  }

  private static boolean isPublisher(Class<?> type) {
    if (NAMES.contains(type.getName())) {
      return true;
    }
    for (Class<?> extended : type.getInterfaces()) {
      if (isPublisher(extended)) {
        return true;
      }
    }
    Class<?> superclass = type.getSuperclass();
    return superclass != null && isPublisher(superclass);
  }
}
