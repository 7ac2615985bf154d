package io.stagger.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Runs a contract as a build would, and tells what failed. */
final class ContractRun {

  private ContractRun() {}

  static Events of(Class<?> contract) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(contract))
        .execute()
        .testEvents();
  }

  /** Each failed test as its method's name and its message. */
  static List<String> failures(Events events) {
    return events.failed().stream().map(ContractRun::told).toList();
  }

  private static String told(Event event) {
    String message =
        event
            .getRequiredPayload(TestExecutionResult.class)
            .getThrowable()
            .map(Throwable::getMessage)
            .orElse("");
    return event.getTestDescriptor().getDisplayName() + " " + message;
  }
}
