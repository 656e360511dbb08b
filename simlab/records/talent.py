"""What the records say of single people's fit for other work. Protected attributes stand in another
table, which nothing here reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simlab.lab import Lab
from simlab.records.store import open_store

KPIS = {"customer_satisfaction": "customer_satisfaction",
        "premium_satisfaction": "customer_satisfaction",
        "collaboration_satisfaction": "collaboration_satisfaction"}
"""KPI -> the sign that its actual values are of; patients are the customers of a hospital."""


def recorded_signs(lab: Lab, people: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Sign -> (person,) its figure, NaN where nothing is recorded: mean actual values of `KPIS`,
    and whether someone has done such work before (``experience``)."""
    place = {key: row for row, key in enumerate(people)}
    heard: dict[str, list[list[float]]] = {name: [[] for _ in people] for name in (
        *KPIS.values(), "experience")}
    with open_store(lab) as store:
        for key, kpi, actual in store.rows("monthly_performance", "person_key", "kpi_id",
                                           "actual"):
            if kpi in KPIS and key in place and actual is not None:
                heard[KPIS[kpi]][place[key]].append(float(actual))
        for key, known in store.rows("employees", "person_key", "prior_ka_experience"):
            if key in place and known is not None:
                heard["experience"][place[key]].append(float(known))
    return {name: np.array([np.mean(each) if each else np.nan for each in rows])
            for name, rows in heard.items()}
