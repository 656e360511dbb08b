"""The reference month as rules of the lab: a record per person, a scalar function, named numbers.

`Month` takes any rules, record type and outcomes; what the lab's own month holds beyond them
(accounts, teams, a policy) is there and unused.
"""

from __future__ import annotations

import numpy as np
import spec

from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.engine.month import Month
from simlab.numeric import exp
from simlab.parameters import prior_mean
from simlab.policy import Policy
from simlab.rules import as_rule, exponential, normal, rule
from simlab.world import (
    ACCOUNT,
    ACCOUNTS,
    DEPARTMENT,
    DEPARTMENTS,
    FIRM,
    PRACTICE,
    TEAM,
    Firm,
    Status,
    blank,
)

PERSON = np.dtype(
    [
        ("slot", "u4"),
        ("generation", "u4"),
        ("arrives", "i4"),
        ("status", "i1"),
        ("left", "i1"),
        *((name, "f8") for name in spec.STATES),
    ],
    align=True,
)
NEWCOMER = tuple(spec.START.values())
"""Starting states, in the order of `spec.STATES`."""


@rule("person", draws=("a", "b", "c", normal("z"), exponential("e")))
def live(person, draw):
    """One month of one person."""
    sales = person.skill * (1.0 + spec.LUCK * draw.z)
    waiting = min(spec.WAITING * draw.e, 1.0)
    support = person.support + spec.SUPPORT * (1.0 - waiting - person.support)
    surprise = 1.0 + spec.COMMISSION * sales - person.expected
    held = min(max(surprise, -0.5), 0.5)
    reward = person.reward + spec.REWARD * (0.5 + held - person.reward)
    efficacy = person.efficacy + spec.EFFICACY * (min(max(sales, 0.0), 1.0) - person.efficacy)
    upset = spec.UPSET if draw.b < spec.COMPLAINT else 0.0
    level = 0.5 + spec.CALM * (0.5 - support) + upset
    stress = person.stress + spec.STRESS * (level - person.stress)
    belonging = person.belonging + spec.BELONGING * (support - person.belonging)
    mix = (efficacy + reward + belonging) * (1.0 / 3.0)
    morale = person.morale + spec.MORALE * (mix - person.morale)
    tenure = person.tenure + 1.0
    logit = (
        spec.LEVEL
        - spec.MORALE_SLOPE * morale
        + spec.STRESS_SLOPE * stress
        - spec.REWARD_SLOPE * reward
        - spec.TENURE * tenure
    )
    person.skill += spec.LEARNING * draw.a * (1.0 - person.skill)
    person.expected += spec.EXPECTED * surprise
    person.sales, person.support, person.reward = sales, support, reward
    person.efficacy, person.stress, person.belonging = efficacy, stress, belonging
    person.morale, person.tenure = morale, tenure
    person.left = 1 if draw.c * (1.0 + exp(-logit)) < 1.0 else 0


@rule("departure")
def replace(person):
    """A newcomer takes the seat; another generation has luck of its own."""
    person.generation += 1
    (person.tenure, person.skill, person.sales, person.support, person.reward, person.expected,
     person.efficacy, person.stress, person.belonging, person.morale) = NEWCOMER


@rule("outcome")
def quits(people):
    """People who quit this month."""
    total = 0
    for i in range(len(people)):
        total += people[i].left
    return total


MONTH = Month(
    rules=(as_rule(live), as_rule(replace), as_rule(quits)), outcomes=("quits",), person=PERSON
)
POLICY = Policy(name="none", title={"en": "None", "zh": "无"})


class Staff:
    """One history. The kernel runs it from its start each time; the lab's Mesa path, which is the
    same bit for bit, shows the states at its end."""

    def __init__(self, people: int, seed: int) -> None:
        rows = blank(PERSON, people)
        rows["slot"] = np.arange(people)
        rows["status"] = Status.ACTIVE
        for name, value in spec.START.items():
            rows[name] = value
        self.seed, self.months = seed, 0
        self.firm = Firm(
            start=0, people=rows, accounts=blank(ACCOUNT, people, ACCOUNTS),
            teams=blank(TEAM, 1), departments=blank(DEPARTMENT, DEPARTMENTS),
            firm=blank(FIRM, 1), practices=blank(PRACTICE, 1))

    def advance(self, months: int) -> int:
        """Run the first `months` months; how many quit in them."""
        self.months = months
        ensemble = simulate(self.firm, [POLICY], prior_mean()[None, :], months=months,
                            seed=self.seed, threads=1, month=MONTH)
        self.quits = ensemble.outcome("quits")[0, 0, 0]
        return int(self.quits.sum())

    def states(self) -> dict[str, np.ndarray]:
        """The states after those months, stepped agent by agent."""
        model = FirmModel(self.firm, POLICY, prior_mean(), seed=self.seed, month=MONTH)
        for expected in self.quits:
            model.step()
            if model.outcomes()["quits"] != expected:
                raise ValueError("the Mesa path and the kernel disagree")
        return {name: model.people[name] for name in spec.STATES}
