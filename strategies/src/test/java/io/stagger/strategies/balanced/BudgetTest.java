package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A budget is spent step by step, and may be overdrawn by the last. */
class BudgetTest {

  private final Budget budget = new Budget();

  @Test
  void isSpentOnceTheLimitIsReached() {
    budget.reset(10);
    budget.spend(4);
    budget.spend(5);
    assertThat(budget.isSpent()).isFalse();
    budget.spend(1);
    assertThat(budget.isSpent()).isTrue();
    budget.spend(7);
    assertThat(budget.isSpent()).isTrue();
    assertThat(budget.spent()).isEqualTo(17);
  }

  @Test
  void noStepsAreSpentAtOnce() {
    budget.reset(0);
    assertThat(budget.isSpent()).isTrue();
  }

  @Test
  void isWholeAgainOnceReset() {
    budget.reset(3);
    budget.spend(3);
    budget.reset(3);
    assertThat(budget.spent()).isZero();
    assertThat(budget.isSpent()).isFalse();
  }
}
