"""A firm put together from its people and the facts around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simlab.practice import practice_records
from simlab.world import (
    ACCOUNT,
    ACCOUNTS,
    COUPLINGS,
    DEPARTMENT,
    DEPARTMENTS,
    FIRM,
    MARKET_YEARS,
    TEAM,
    Firm,
    blank,
)


def assemble(
    people: NDArray[np.void],
    start: int,
    *,
    season: ArrayLike,
    base_reference: float,
    entry_base: float,
    coaching: float,
    support_capacity: float,
    resolution: float,
    standard: float,
    dismissal_months: int,
    grace_months: int,
    replacement_cost: float,
    market: float | Sequence[float] = 0.0,
    coupled: bool = True,
    vacancies: bool = True,
    burn_in: int = 0,
    names: tuple[str, ...] = (),
) -> Firm:
    """A firm of these people (n,) or (draw, n), whose teams are numbered from 0.

    `season` is the log of business by calendar month; `base_reference` the base pay at which
    results are stated, `entry_base` that of newcomers; `coaching` the managers' skill, 0..1;
    `support_capacity` requests resolved a month and head, `resolution` the chance that a request
    was resolved last month; `standard` the level of results that counts, 0..1; `replacement_cost`
    in months of base pay; `market` the log of the outside labour market, one figure or one for each
    year from month 0 on, the last of which goes on (at most `MARKET_YEARS`). Uncoupled, people do
    not influence one another; without vacancies leavers are not replaced.
    """
    n = people.shape[-1]
    departments = blank(DEPARTMENT, DEPARTMENTS)
    departments["resolution"] = resolution
    firm = blank(FIRM, 1)
    firm["season"] = season
    firm["base_reference"] = base_reference
    firm["entry_base"] = entry_base
    firm["vacancies"] = vacancies
    for coupling in COUPLINGS:
        firm[coupling] = coupled
    bare = Firm(
        start=start,
        people=people,
        accounts=empty_accounts(n),
        teams=blank(TEAM, int(people["team"].max(initial=0)) + 1),
        departments=departments,
        firm=firm,
        practices=practice_records(),
        burn_in=burn_in,
        names=names,
    )
    return with_surroundings(
        bare, coaching=coaching, support_capacity=support_capacity, standard=standard,
        dismissal_months=dismissal_months, grace_months=grace_months,
        replacement_cost=replacement_cost, market=market)


def with_surroundings(
    firm: Firm,
    *,
    coaching: float,
    support_capacity: float,
    standard: float,
    dismissal_months: int,
    grace_months: int,
    replacement_cost: float,
    market: float | Sequence[float],
) -> Firm:
    """The same people in other surroundings: the facts of `assemble` that say nothing of who is
    there at the start."""
    teams, departments, row = firm.teams.copy(), firm.departments.copy(), firm.firm.copy()
    teams["coaching"] = coaching
    departments["capacity"] = support_capacity * firm.people.shape[-1] / DEPARTMENTS
    row["target"] = standard
    row["dismissal_months"] = dismissal_months
    row["grace"] = grace_months
    row["replacement_cost"] = replacement_cost
    row["market"], row["market_years"] = (
        (0.0, market_by_year(market)) if isinstance(market, Sequence) else (market, 0.0))
    return replace(firm, teams=teams, departments=departments, firm=row)


def market_by_year(years: Sequence[float]) -> NDArray[np.float64]:
    """(MARKET_YEARS,) log labour market: the given years, the last of which goes on. ValueError
    for no year or too many."""
    if not 1 <= len(years) <= MARKET_YEARS:
        raise ValueError(f"{len(years)} years of labour market; expected 1 to {MARKET_YEARS}")
    rest = MARKET_YEARS - len(years)
    return np.array([*years, *[years[-1]] * rest], dtype=np.float64)


def empty_accounts(n: int) -> NDArray[np.void]:
    """(n, ACCOUNTS) free places, each with the uid of its next account."""
    accounts = blank(ACCOUNT, n, ACCOUNTS)
    accounts["id"] = np.arange(n * ACCOUNTS).reshape(n, ACCOUNTS)
    return accounts
