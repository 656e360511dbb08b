import pytest

import scenarios
from scenarios import FirmFacts, scenario_firm
from simlab.panel import month_number
from simlab.policy import Policy
from simlab.world import Firm


@pytest.fixture(scope="session")
def firm() -> Firm:
    """Sixty people in six teams, all couplings on."""
    facts = FirmFacts(people=60, team_size=10, support_capacity=0.1)
    return scenario_firm(facts, month_number("2026-01"), seed=3)


@pytest.fixture(scope="session")
def busy() -> Policy:
    """A policy that sets every lever, so that every rule has something to do."""
    given = scenarios.policy("train_and_help").model_dump()
    given["incentive"] |= {
        "milestone_share": 0.3, "guarantee": 0.9, "guarantee_months": 9, "recoverable": True,
        "stage_bonus": 0.1, "bonus_cap": 0.3, "targets": {"customer_retention": 0.5},
    }
    given["support"] |= {
        "routing": 0.5, "escalate_repeats": 2, "history": True, "feedback": True,
    }
    return Policy.model_validate(given)
