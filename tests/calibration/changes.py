"""A simulated firm in which a policy really changes in a month, with a known effect or none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simlab.engine.mesa_model import FirmModel
from simlab.engine.panels import panel_firm
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import INDEX, prior_mean
from simlab.policy import Policy
from simlab.world import Status

START = month_number("2022-01")
TITLE = {"en": "x", "zh": "x"}
OFFICE = Policy(name="office", title=TITLE)
HOME = Policy.model_validate(
    {"name": "home", "title": TITLE, "conditions": {"remote_days": 5}})


def frame(people: int, months: int, unit: str, seed: int) -> Panel:
    """Everyone of the firm as a record without results: who is there from when, at what pay."""
    rng = np.random.default_rng(seed)
    newcomers = np.repeat(np.arange(1, months), rng.poisson(0.04 * people, months - 1))
    first = np.concatenate([np.zeros(people, int), newcomers]).astype(np.int32)
    n = len(first)
    tenure = np.where(first == 0, rng.exponential(20, n).astype(int) + 1, 0)
    base = np.round(9000 * np.exp(0.25 * rng.standard_normal(n)), -2)
    return Panel(
        start=START, person=tuple(f"{unit}{k + 1:04d}" for k in range(n)),
        hired=(first - tenure).astype(np.int32), first=first,
        last=np.full(n, months - 1, np.int32), exited=np.full(n, STILL_HERE, np.int32),
        grade=np.ones((n, months), np.int32),
        base=np.broadcast_to(base[:, None], (n, months)).astype(np.float32),
        observed=np.arange(months) >= first[:, None],
        business=np.zeros((n, months), np.float32), rating=np.zeros((n, months), np.int8),
        unit=(unit,) * n)


def recorded_change(
    effect: float, *, column: int = 24, months: int = 32, people: int = 500, unit: str = "north",
    after: Policy = HOME, seed: int = 1,
) -> Panel:
    """The record of a firm that goes from OFFICE to `after` in `column`; `effect` is the true
    fall of the log hazard per day at home. Stepped as Mesa agents: not the code under test."""
    made = frame(people, months, unit, seed)
    truth = prior_mean()
    truth[INDEX["exit_level"]], truth[INDEX["remote_exit"]] = -3.0, effect
    firm = panel_firm(made)
    staff = firm.people.copy()
    staff["arrives"] -= column
    staff["entered"] -= column
    model = FirmModel(replace(firm, people=staff, start=START + column, burn_in=column), after,
                      truth, seed=seed, current=OFFICE)
    n = len(made.person)
    business, rating = np.zeros((n, months), np.float32), np.zeros((n, months), np.int8)
    exited = np.full(n, STILL_HERE, np.int32)
    seen = np.zeros((n, months), bool)
    for t in range(months):
        here = np.isin(model.people["status"], (Status.ACTIVE, Status.NOTICE))
        here |= (model.people["status"] == Status.AWAITED) & (made.first == t)
        model.step()
        left = here & (model.people["left"] == 1) & (exited == STILL_HERE)
        exited[left] = t
        seen[:, t] = here
        business[here, t] = np.round(model.people["business"][here])
        quarter = max(t - (START + t) % 3, 0)
        for q in range(quarter, t + 1):
            rating[here & seen[:, q], q] = model.people["running_rating"][here & seen[:, q]]
    return replace(made, business=business, rating=rating, exited=exited, observed=seen,
                   last=np.minimum(exited, months - 1).astype(np.int32))


def together(*panels: Panel) -> Panel:
    """Several firms as the units of one."""
    joined = {name: np.concatenate([getattr(p, name) for p in panels])
              for name in ("hired", "first", "last", "exited", "grade", "base", "observed",
                           "business", "rating")}
    return replace(panels[0], person=sum((p.person for p in panels), ()),
                   unit=sum((p.unit for p in panels), ()), **joined)
