"""Are hours conserved, however they are weighed?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.engine.mesa_model import FirmModel
from simlab.parameters import INDEX, prior_draws
from simlab.practice import NAMES, kpis
from simlab.rules.effort import SHARES
from simlab.world import Status, Task
from tests.engine.signs import policy

WEIGHTS = st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8).filter(lambda w: sum(w) > 0.1)


@settings(max_examples=20, deadline=None)
@given(
    WEIGHTS, st.sampled_from(NAMES), st.floats(0, 1), st.floats(0, 80), st.booleans(),
    st.booleans(), st.floats(0, 0.5), st.integers(0, 2**31),
)
def test_effort_adds_up_to_the_hours_there_are(
    firm, weights, practice, key, hours, fragments, feedback, pool, seed
):
    named = dict(zip(kpis(practice), np.array(weights) / sum(weights), strict=True))
    skill = "clinical" if practice == "medical" else "collaboration"
    given_policy = policy(
        practice=practice,
        incentive={"stages": [{"weights": named}], "bonus_pool": pool},
        training={"course_hours": {skill: 30}, "hours_per_month": hours, "fragments": fragments},
        support={"feedback": feedback},
        selection={"key_share": key, "ramp_months": 1},
    )
    draw = prior_draws(1, seed)[0]
    model = FirmModel(firm, given_policy, draw, seed=seed)
    for _ in range(4):
        model.step()
    working = np.isin(model.people["status"], (Status.ACTIVE, Status.NOTICE))
    people = model.people[working & (model.people["entered"] < model.elapsed - 1)]
    follow_up = draw[INDEX["feedback_work"]] if feedback else 0.0
    assert (people["effort"] >= 0).all()
    np.testing.assert_allclose(
        people["effort"].sum(axis=1), SHARES * (1 - follow_up), rtol=1e-5
    )


@pytest.mark.parametrize("moved", [0.0, 1.0])
def test_only_who_does_key_work_opens_accounts_and_everybody_cares(firm, moved):
    model = FirmModel(
        firm, policy(selection={"key_share": moved, "ramp_months": 1}), prior_draws(1, 1)[0]
    )
    for _ in range(3):
        model.step()
    people = model.people[model.people["status"] == Status.ACTIVE]
    people = people[people["key"] == moved]
    opening, selling = (Task.OPEN, Task.SELL) if moved else (Task.SELL, Task.OPEN)
    assert len(people) > 10
    assert (people["effort"][:, opening] > 0).all()
    assert (people["effort"][:, selling] == 0).all()
    assert (people["effort"][:, Task.CARE] > 0).all()
