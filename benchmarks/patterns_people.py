"""Patterns among people: figures that a study would compute from a firm's records."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from person_records import Records

from simlab.world import Exit

Matrix = NDArray[np.float64]
LOOKED_BACK = 12
"""Months of records before the snapshot."""
FOLLOWED = 12
"""Months after it in which exits count."""


def cohort(records: Records, followed: int = FOLLOWED) -> dict[str, Matrix]:
    """People at work at the end of the first `LOOKED_BACK` months who have not announced to leave:
    what the records say of each so far, and whether they quit in the `followed` months after.
    Those who leave for another reason in that time are left out, as studies of quits do."""
    at = LOOKED_BACK - 1
    past, later = slice(0, LOOKED_BACK), slice(LOOKED_BACK, LOOKED_BACK + followed)
    same = (records.person == records.person[at]) & records.working
    chosen = records.working[at] & ~records.on_notice[at] & (records.exited[at] == Exit.NONE)
    left = np.where(same[later], records.exited[later], Exit.NONE).max(axis=0)
    chosen &= np.isin(left, (Exit.NONE, Exit.VOLUNTARY))

    def mean(values: Matrix) -> Matrix:
        known = same[past] & np.isfinite(values[past])
        total = np.where(known, values[past], 0.0).sum(axis=0)
        count = known.sum(axis=0)
        return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)

    rated = np.where(records.rating > 0, records.rating, np.nan)
    earlier = np.where(same[at - 3], records.pulse[at - 3], np.nan)
    found = {
        "quit": (left == Exit.VOLUNTARY).astype(np.float64),
        "team": records.team[at].astype(np.float64),
        "rating": mean(rated),
        "pay": np.log(np.where(chosen, records.base[at], 1.0)),
        "tenure": records.tenure[at],
        "pulse": records.pulse[at],
        "pulse_before": earlier,
        "pressure": mean(records.pressure),
        "contacts": mean(records.contacts),
        "absence": mean(records.absence),
    }
    return {name: values[chosen] for name, values in found.items()}


def correlation(a: Matrix, b: Matrix) -> float:
    """Pearson's r over those of whom both are known; NaN where either does not vary."""
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def with_quits(name: str) -> Callable[[Records], float]:
    """The correlation of a record with quits of the next twelve months."""

    def figure(records: Records) -> float:
        people = cohort(records)
        return correlation(people["quit"], people[name])

    return figure


def pulse_corrected(records: Records) -> float:
    """Correlation of the pulse with quits over the root of the pulse's reliability, for which two
    answers a quarter apart stand (a lower bound: satisfaction itself moves in a quarter)."""
    people = cohort(records)
    reliability = correlation(people["pulse"], people["pulse_before"])
    raw = correlation(people["quit"], people["pulse"])
    return raw / np.sqrt(reliability) if reliability > 0.05 else float("nan")


def pay_with_pulse(records: Records) -> float:
    """Correlation of log base pay with the pulse answer."""
    people = cohort(records)
    return correlation(people["pay"], people["pulse"])


def curvature(records: Records) -> float:
    """Coefficient of the squared standardised rating in a linear model of quits."""
    people = cohort(records)
    known = np.isfinite(people["rating"])
    z, quits = people["rating"][known], people["quit"][known]
    if z.std() == 0:
        return float("nan")
    z = (z - z.mean()) / z.std()
    design = np.column_stack([np.ones_like(z), z, z * z])
    return float(np.linalg.lstsq(design, quits, rcond=None)[0][2])


def strained_odds(records: Records) -> float:
    """Odds ratio of quitting within two years, the third with most tickets about pressure against
    the others (half a person added to each cell)."""
    people = cohort(records, 24)
    rank = people["pressure"].argsort(kind="stable").argsort(kind="stable")
    strained = rank >= len(rank) * 2 // 3
    quits = people["quit"] > 0
    cells = [(quits & strained).sum(), (~quits & strained).sum(),
             (quits & ~strained).sum(), (~quits & ~strained).sum()]
    a, b, c, d = (float(cell) + 0.5 for cell in cells)
    return a * d / (b * c)


def teams_quits_and_results(records: Records) -> float:
    """Correlation over teams of the year's quits per head with the year's business per head."""
    months = slice(LOOKED_BACK, LOOKED_BACK + FOLLOWED)
    heads, quits, business = _by_team(records, months)
    return correlation(quits / heads, business / heads)


def teams_again(records: Records) -> float:
    """Correlation over teams of quits per head in one half-year with those in the next."""
    first = _by_team(records, slice(LOOKED_BACK, LOOKED_BACK + 6))
    second = _by_team(records, slice(LOOKED_BACK + 6, LOOKED_BACK + 12))
    return correlation(first[1] / first[0], second[1] / second[0])


def _by_team(records: Records, months: slice) -> tuple[Matrix, Matrix, Matrix]:
    """Months worked, quits and business of each team."""
    team, works = records.team[months].ravel(), records.working[months].ravel()
    teams = int(records.team.max()) + 1
    quits = (records.exited[months] == Exit.VOLUNTARY).ravel()
    business = np.nan_to_num(records.business[months]).ravel()

    def total(weights: Matrix) -> Matrix:
        return np.bincount(team[works], weights[works].astype(np.float64), minlength=teams)

    return np.maximum(total(np.ones(len(team))), 1.0), total(quits), total(business)
