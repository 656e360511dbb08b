"""Golden figures of four whole scenarios, refreshed by

    python tests/golden/refresh.py

from the top of the checkout; the change of ``figures.txt`` is then reviewed as a diff. They say
that something changed, never that it is right: what has to hold is tested elsewhere.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import scenarios
from scenarios.claims import load as load_case
from simlab.engine.ensemble import simulate
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.world import Firm

FIGURES = Path(__file__).with_name("figures.txt")
DRAWS = 20
MONTHS = 12
SEED = 1
OUTCOMES = (
    "exits", "voluntary", "involuntary", "regretted", "avoidable", "reason_efficacy",
    "headcount", "business", "key_business", "complaints", "returned", "renewed", "requests",
    "raised", "score", "skill", "stress", "morale", "belonging", "alerts", "helped", "absence",
    "pay_cost", "cost",
)
"""Something of every rule."""

Setting = tuple[str, Firm, Policy, Sequence[Policy]]


def settings() -> Iterator[Setting]:
    """Name, firm, policy of the past and policies of each scenario."""
    for name in ("sales_transition", "premium_care"):
        scenario = scenarios.load(name)
        policies = list(scenario.policies.values())
        yield name, scenario.firm(seed=SEED), scenario.current, policies
    for name in ("V2", "V7"):
        case = load_case(name)
        yield name, case.scenario_firm(seed=SEED), case.policies[0], case.policies


def figures() -> str:
    """One line per scenario, policy and outcome: the mean over draws of the prior and months, to
    twelve digits. Sums are exact (`math.fsum`), so that no order of adding shows."""
    lines = [f"# mean of {DRAWS} draws of the prior x {MONTHS} months, seed {SEED}; made by "
             "tests/golden/refresh.py"]
    for name, firm, current, policies in settings():
        run = simulate(firm, policies, prior_draws(DRAWS, SEED), months=MONTHS, current=current,
                       seed=SEED)
        for p, policy in enumerate(policies):
            for outcome in OUTCOMES:
                values = run.outcome(outcome)[:, :, p].ravel()
                mean = math.fsum(values.tolist()) / len(values)
                lines.append(f"{name} {policy.name} {outcome} {mean:.12g}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FIGURES.write_text(figures(), encoding="utf-8")
