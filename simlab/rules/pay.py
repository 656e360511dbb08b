"""Pay: what is earned this month, against what had been expected."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import exp, log
from simlab.rules import rule
from simlab.rules.leave import labour_market
from simlab.world import RING


@inlined
def bonus_share(score, pool, elasticity, cap):
    """Bonus as a share of base pay: pool x (score / 100)^elasticity, at most `cap` (0 = none)."""
    if pool <= 0.0 or score <= 0.0:
        return 0.0
    reached = 0.01 * score
    share = pool * (reached if elasticity == 1.0 else exp(elasticity * log(reached)))
    return min(share, cap) if cap > 0.0 else share


@inlined
def settle_guarantee(person, income, firm, policy):
    """Tops income up to the guaranteed share of what is expected; a recoverable guarantee is an
    advance, paid back from later income above that floor. Returns the income paid."""
    since = firm.month - firm.transition_start
    floor = policy.guarantee * person.expected
    person.top_up = 0.0
    if 0 <= since < policy.guarantee_months and income < floor:
        person.top_up = floor - income
        if policy.recoverable:
            person.advance += person.top_up
    elif person.advance > 0.0 and income > floor:
        person.top_up = -min(person.advance, income - floor)
        person.advance += person.top_up
    return income + person.top_up


@rule("person")
def pay(person, team, firm, policy, param):
    """Base + commission + key commission fallen due + bonuses, at least the guarantee.

    Expected income follows own income, the team's and the market slowly; a shortfall weighs loss
    aversion times a gain (Tversky, Kahneman 1992).
    """
    due = firm.month % RING
    base = person.base * policy.base_factor
    person.commission = policy.commission * max(person.business, 0.0) + person.due[due]
    person.due[due] = 0.0
    person.bonus = base * bonus_share(
        person.score, policy.bonus_pool, policy.bonus_elasticity, policy.bonus_cap
    )
    person.bonus += base * policy.stage_bonus * person.progress
    income = base + person.commission + person.bonus
    if person.expected <= 0.0:
        person.expected = income
    income = settle_guarantee(person, income, firm, policy)
    person.income = income
    person.short = 1 if person.income < person.expected else 0

    gap = 0.0 if person.income == person.expected else log(income / person.expected)
    felt = gap if gap > 0.0 else param.loss_aversion * gap
    level = min(max(0.5 + param.reward_gap * felt, 0.0), 1.0)
    person.reward += param.reward_memory * (level - person.reward)
    reference = income
    if firm.couple_income and team.income > 0.0:
        reference += param.expectation_peers * (team.income - income)
    market = labour_market(firm)
    if market != 0.0:
        reference *= 1.0 + param.expectation_market * market
    person.expected += param.expectation_memory * (reference - person.expected)
