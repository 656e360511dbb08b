"""Who can influence whom? Nobody, with couplings off; and each coupling only what it declares."""

from dataclasses import replace

import numpy as np
import pytest

from simlab.engine.firm import empty_accounts
from simlab.engine.mesa_model import FirmModel
from simlab.parameters import prior_draws
from simlab.world import COUPLINGS, Firm

OFF = dict.fromkeys(COUPLINGS, 0)
READERS = {
    "couple_peers": "feel",
    "couple_climate": "feel",
    "couple_queue": "support",
    "couple_income": "pay",
    "couple_help": "give_help",
    "couple_assign": "assign",
    "couple_handover": "hand_over",
}


def with_one_more(firm: Firm) -> Firm:
    """The firm with another person in a new slot at the end, in the first person's team."""
    people = np.concatenate([firm.people, firm.people[:1]])
    people["slot"][-1] = len(firm.people)
    accounts = np.concatenate([firm.accounts, empty_accounts(len(people))[-1:]])
    return replace(firm, people=people, accounts=accounts)


def test_with_couplings_off_an_extra_person_changes_no_other_row(firm, busy):
    draw = prior_draws(1, seed=4)[0]
    alone, crowd = firm.with_facts(**OFF), with_one_more(firm.with_facts(**OFF))
    one, two = FirmModel(alone, busy, draw, seed=2), FirmModel(crowd, busy, draw, seed=2)
    for _ in range(24):
        one.step()
        two.step()
        np.testing.assert_array_equal(one.people, two.people[:-1])
        np.testing.assert_array_equal(one.accounts, two.accounts[:-1])


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_one_coupling_writes_only_the_fields_it_declares(firm, busy, coupling):
    assert set(READERS) == set(COUPLINGS)
    draw = prior_draws(1, seed=4)[0]
    changed: set[str] = set()
    for month in range(1, 20, 3):
        off = FirmModel(firm.with_facts(**OFF), busy, draw, seed=2)
        for _ in range(month):
            off.step()
        on = FirmModel(firm.with_facts(**OFF), busy, draw, seed=2)
        for _ in range(month):
            on.step()
        for model in (off, on):
            # uncoupled, everybody belongs equally and climate would have nothing to pull at
            model.people["belonging"] = np.linspace(0.2, 0.8, len(model.people))
        on.facts[coupling] = 1
        off.apply("reduce")
        on.apply("reduce")
        name = READERS[coupling]
        slots = [0] if name in ("give_help", "assign", "hand_over") else range(len(on.people))
        for slot in slots:
            on.apply(name, slot)
            off.apply(name, slot)
        changed |= {f for f in on.people.dtype.names or () if (on.people[f] != off.people[f]).any()}
    assert changed <= set(COUPLINGS[coupling])
    if coupling not in ("couple_handover", "couple_help"):
        assert changed, "the coupling did nothing in this test"
