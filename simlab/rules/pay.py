"""Pay: what is earned this month, against what had been expected."""
# mypy: disable-error-code="no-untyped-def"

from simlab.numeric import exp, log
from simlab.rules import rule


@rule("person")
def pay(person, team, firm, policy, param):
    """Base + commission + key commission fallen due + bonus, at least the guarantee.

    Bonus = pool x base x (score / 100)^elasticity. Expected income follows own and team income
    slowly; a shortfall weighs loss aversion times a gain (Tversky, Kahneman 1992).
    """
    due = firm.month % len(person.due)
    base = person.base * policy.base_factor
    commission = policy.commission * max(person.business, 0.0) + person.due[due]
    person.due[due] = 0.0
    person.bonus = 0.0
    if policy.bonus_pool > 0.0 and person.score > 0.0:
        reached = exp(policy.bonus_elasticity * log(person.score / 100.0))
        person.bonus = policy.bonus_pool * base * reached
    income = base + commission + person.bonus
    if person.expected <= 0.0:
        person.expected = income
    since = firm.month - firm.transition_start
    if 0 <= since < policy.guarantee_months:
        income = max(income, policy.guarantee * person.expected)
    person.income = income

    gap = log(income / person.expected)
    felt = gap if gap > 0.0 else param.loss_aversion * gap
    target = min(max(0.5 + 0.5 * felt, 0.0), 1.0)
    person.reward += 0.2 * (target - person.reward)
    reference = income
    if firm.couple_income and team.income > 0.0:
        reference += param.expectation_peers * (team.income - income)
    person.expected += param.expectation_memory * (reference - person.expected)
