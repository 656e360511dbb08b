"""Simulated staffs whose every exit is counted: the other side of published aggregates.

A staff is followed from an empty house: people join at a steady pace, age, leave or retire for
`BUILD_UP` years, so that who is there, how long they have served and how old they are follow from
the parameters themselves; then it is observed for `WINDOW` years, each under a labour market of
its own. Nothing of a real person is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import truncnorm

from simlab.engine.firm import assemble
from simlab.engine.lives import Lives, follow
from simlab.engine.ties import NOBODY
from simlab.panel import STILL_HERE
from simlab.policy import Policy
from simlab.practice import NAMES as PRACTICES
from simlab.progress import Progress
from simlab.world import ROSTER, Exit, Firm, Status, blank

Matrix = NDArray[np.float64]

BUILD_UP, WINDOW = 30, 9
"""Years before the observed ones, by which a career of the longest kind has nearly run, and
observed years."""
JOINING = 12
"""People who join in a year: at 7% leaving, about 130 at work. More staffs teach more than larger
ones for the same work."""
AGES = (25, 80)
"""Ages in years that are told apart; younger and older ones count with the first and the last."""
SERVICE = 41
"""Years of service told apart: 0, 1, ... and 40 or more."""
KINDS = ("voluntary", "involuntary", "other", "retirement")
"""Kinds of exit, in the order of `simlab.world.Exit`."""
_HIRE_SPREAD = 6.0
"""SD in years of the age at joining."""
_MARKET_SD, _MARKET_MEMORY = 0.2, 0.6
"""Yearly log labour markets of simulated staffs: SD, correlation from year to year. Wide enough
to hold the ups and downs of quits in US health care since 2000."""


@dataclass(frozen=True)
class Fact:
    """A fact of the staff that is learnt beside the parameters: normal prior within bounds."""

    name: str
    mean: float
    sd: float
    lower: float
    upper: float


FACTS = (
    Fact("hire_age", 36.0, 4.0, 26.0, 50.0),
    Fact("retirement_age", 64.0, 4.0, 52.0, 78.0),
    Fact("retirement_spread", 5.0, 2.5, 1.0, 12.0),
)
"""Mean age at joining, mean and SD of the age at retirement, in years: weak priors."""


@dataclass(frozen=True)
class Counts:
    """What was counted in S simulated staffs over the window."""

    exits: Matrix
    """(S, WINDOW, kind) exits a year."""
    people: Matrix
    """(S, WINDOW) mean headcount."""
    market: Matrix
    """(S, WINDOW) log labour market."""
    by_service: Matrix
    """(S, SERVICE, kind) exits by full years of service."""
    by_age: Matrix
    """(S, age, kind) exits by year of age, from `AGES`[0] on."""
    at_age: Matrix
    """(S, age) person-years lived at that age."""

    def rows(self, chosen: NDArray[Any]) -> Counts:
        """The chosen staffs."""
        return Counts(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def flat(self) -> Matrix:
        """(S, figure) all that was counted, a row a staff; see `Counts.of_flat`."""
        return np.hstack([getattr(self, field.name).reshape(len(self.people), -1)
                          for field in fields(self)])

    @classmethod
    def of_flat(cls, rows: Matrix) -> Counts:
        """The inverse of `flat`."""
        shapes = [getattr(_nothing_counted(0), field.name).shape[1:] for field in fields(cls)]
        parts = np.split(rows, np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1], axis=1)
        return cls(*(part.reshape(len(rows), *shape)
                     for part, shape in zip(parts, shapes, strict=True)))

    def with_more(self, other: Counts) -> Counts:
        """These staffs and the others."""
        return Counts(*(np.concatenate([getattr(self, field.name), getattr(other, field.name)])
                        for field in fields(self)))


def draw_facts(n: int, seed: int, facts: tuple[Fact, ...] = FACTS) -> Matrix:
    """(n, fact) independent draws of their priors."""
    uniform = np.random.default_rng(seed).random((n, len(facts)))
    columns = [
        truncnorm.ppf(uniform[:, k], (f.lower - f.mean) / f.sd, (f.upper - f.mean) / f.sd,
                      loc=f.mean, scale=f.sd)
        for k, f in enumerate(facts)
    ]
    return np.stack(columns, axis=1)


def draw_markets(n: int, seed: int, years: int = WINDOW) -> Matrix:
    """(n, years) labour markets of simulated staffs: a stationary autoregression about 0."""
    rng = np.random.default_rng(seed)
    path = np.empty((n, years))
    path[:, 0] = rng.standard_normal(n)
    fresh = np.sqrt(1 - _MARKET_MEMORY**2)
    for year in range(1, years):
        path[:, year] = _MARKET_MEMORY * path[:, year - 1] + fresh * rng.standard_normal(n)
    return np.clip(_MARKET_SD * path, -1.0, 1.0)


def count_exits(
    theta: Matrix, facts: Matrix, market: Matrix, *, practice: str, policy: Policy, seed: int,
    threads: int | None = None, progress: Progress | None = None, first: int = 0,
) -> Counts:
    """Simulate one staff per row of `theta` (S, parameter), `facts` (S, fact) and `market`
    (S, WINDOW) under `policy`, and count who leaves. `first` is the number of the first row in a
    longer series. Same input and seed, same counts with any number of threads. Raises `Cancelled`.
    """
    size, months = len(theta), 12 * (BUILD_UP + WINDOW)
    arrives = np.sort(np.arange(JOINING * (BUILD_UP + WINDOW)) * 12 // JOINING)
    found = _nothing_counted(size)
    found.market[:] = market
    careers = {}

    def prepare(row: int) -> Firm:
        joined, retires = _careers(arrives, facts[row], np.random.default_rng([seed, first + row]))
        careers[row] = joined
        return _house(arrives, retires, market[row], practice)

    def count(row: int, lives: Lives) -> None:
        _count(found, row, arrives, careers.pop(row), lives.exited, lives.kind)

    follow(prepare, theta, [policy], months, count, seed=seed, stage="staffs", threads=threads,
           progress=progress, first=first)
    return found


def _careers(
    arrives: NDArray[np.int64], facts: Matrix, rng: np.random.Generator
) -> tuple[Matrix, NDArray[np.int64]]:
    """(n,) age at joining in years, and the month of reaching one's own retirement age."""
    hire_age, retirement_age, spread = facts
    normal = rng.standard_normal((2, len(arrives)))
    joined = np.clip(hire_age + _HIRE_SPREAD * normal[0], AGES[0], retirement_age - 1)
    years = np.maximum(retirement_age + spread * normal[1] - joined, 1.0)
    return joined, arrives + np.ceil(12 * years).astype(np.int64)


def _house(
    arrives: NDArray[np.int64], retires: NDArray[np.int64], market: Matrix, practice: str
) -> Firm:
    """The staff as a firm: one team of people who do not influence one another, no vacancies since
    who joins is given, and dismissal where results stay below standard."""
    n = len(arrives)
    people = blank(ROSTER, n)
    people["slot"] = np.arange(n)
    people["status"] = Status.AWAITED
    people["practice"] = PRACTICES.index(practice)
    people["arrives"] = arrives
    people["entered"] = arrives
    people["retires"] = retires
    people["ties"] = NOBODY
    people["base"] = 1.0
    people["grade"] = 1
    return assemble(
        people, 0, season=0.0, base_reference=1.0, entry_base=1.0, coaching=0.5,
        support_capacity=0.4, resolution=0.7, standard=0.35, dismissal_months=4,
        grace_months=6, replacement_cost=3.0, market=[0.0] * BUILD_UP + market.tolist(),
        coupled=False, vacancies=False,
    )


def _count(
    found: Counts, row: int, arrives: NDArray[np.int64], joined: Matrix,
    exited: NDArray[np.int32], kind: NDArray[np.int8],
) -> None:
    first, months = 12 * BUILD_UP, 12 * (BUILD_UP + WINDOW)
    gone = (exited < STILL_HERE) & (exited >= first)
    which = kind[gone].astype(np.int64) - Exit.VOLUNTARY
    month = exited[gone].astype(np.int64)
    served = (month - arrives[gone]) // 12
    np.add.at(found.exits[row], ((month - first) // 12, which), 1.0)
    np.add.at(found.by_service[row], (np.minimum(served, SERVICE - 1), which), 1.0)
    np.add.at(found.by_age[row], (_age_place(joined[gone], month - arrives[gone]), which), 1.0)
    last = np.minimum(exited, months - 1)
    for year in range(WINDOW):
        begin = first + 12 * year
        lived = np.clip(np.minimum(last + 1, begin + 12) - np.maximum(arrives, begin), 0, 12) / 12
        found.people[row, year] = lived.sum()
        place = _age_place(joined, begin + 6 - arrives)
        np.add.at(found.at_age[row], place, lived)


def _age_place(joined: Matrix, months: NDArray[np.int64]) -> NDArray[np.int64]:
    age = np.floor(joined + months / 12).astype(np.int64)
    return np.asarray(np.clip(age, AGES[0], AGES[1]) - AGES[0])


def _nothing_counted(size: int) -> Counts:
    ages = AGES[1] - AGES[0] + 1
    return Counts(
        exits=np.zeros((size, WINDOW, len(KINDS))), people=np.zeros((size, WINDOW)),
        market=np.zeros((size, WINDOW)), by_service=np.zeros((size, SERVICE, len(KINDS))),
        by_age=np.zeros((size, ages, len(KINDS))), at_age=np.zeros((size, ages)),
    )
