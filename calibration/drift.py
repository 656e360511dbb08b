"""Drift: what a former calibration predicted for the months since, beside what was observed.

Exits a month come from replaying everyone's own record to the end of the former months and
carrying them on, as a forecast then would have. Summaries of the new months come from simulated
records of all the people with the former posterior's parameters; people, entry dates and gaps are
those of the record. Those that it did not reproduce in the months it knew are left out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.reference import renamed, seed_of
from calibration.summaries import Summariser, label
from simlab.engine.ensemble import run_tasks
from simlab.engine.panels import simulated_panel
from simlab.engine.replay import forecast
from simlab.panel import STILL_HERE, Panel, month_name, month_number
from simlab.posterior import Posterior
from simlab.progress import Progress

DRAWS, PANELS = 40, 100
"""Posterior draws behind the exits, and simulated panels behind the summaries."""


@dataclass(frozen=True)
class Foretold:
    """A figure as foretold (mean and 90% interval) beside what was observed."""

    mean: float
    lower: float
    upper: float
    observed: float

    @property
    def inside(self) -> bool:
        """Whether the observed value lies in the interval."""
        return self.lower <= self.observed <= self.upper


@dataclass(frozen=True)
class Drift:
    """What the former posterior foretold of the months after `since` up to `until`."""

    since: str
    """Last month that the former posterior knew, '2016-12'."""
    until: str
    present: tuple[Foretold, ...]
    """Exits in each new month of those employed at the end of `since`."""
    everyone: tuple[Foretold, ...]
    """The same with people hired since, foretold from the hires of the last twelve months."""
    total: Foretold
    """Exits of everyone over all new months."""
    summaries: dict[str, Foretold]
    """Summaries of the new months by name, of those that fitted the former months."""
    usual: float
    """How many of them lie outside their intervals in a simulated record, in the mean."""
    most: float
    """No more do in 95% of the simulated records: summaries hang together, so many may miss at
    once."""
    misfit: tuple[str, ...]
    """Summaries that the former posterior did not reproduce in the months it knew: what it misses
    in the new ones is no news."""

    @property
    def outside(self) -> tuple[str, ...]:
        """Names of the summaries outside their interval, the farthest first."""
        away = {name: _distance(value) for name, value in self.summaries.items()}
        return tuple(sorted((n for n in away if not self.summaries[n].inside),
                            key=lambda n: -away[n]))

    @property
    def verdict(self) -> str:
        """``held``; ``exits``: exits in all lie outside their interval; ``elsewhere``: not they,
        but more summaries than in 95% of simulated records."""
        if not self.total.inside:
            return "exits"
        return "elsewhere" if len(self.outside) > self.most else "held"

    def months(self) -> tuple[str, ...]:
        """The new months."""
        first = month_number(self.since) + 1
        return tuple(month_name(first + k) for k in range(len(self.present)))

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        rows = zip(self.months(), self.present, self.everyone, strict=True)
        return {
            "since": self.since, "until": self.until, "verdict": self.verdict,
            "months": [{"month": month, "present": _plain(present), "all": _plain(everyone)}
                       for month, present, everyone in rows],
            "total": _plain(self.total),
            "summaries": [{"name": name, "label": {"en": label(name), "zh": label(name, "zh")},
                           **_plain(value)} for name, value in self.summaries.items()],
            "outside": len(self.outside), "usual": self.usual, "most": self.most,
            "misfit": list(self.misfit),
        }


def drift(
    panel: Panel, former: Posterior, names: tuple[str, ...], *, seed: int = 1,
    threads: int | None = None, progress: Progress | None = None,
) -> Drift:
    """Hold `former` against the months of `panel` after those it knew (its provenance's
    ``until``, which must end before the panel does), in exits a month and in the summaries
    `names`. Raises `Cancelled`."""
    progress = progress or Progress()
    since = str(former.provenance["until"])
    cut = month_number(since) - panel.start
    if not 0 <= cut < panel.months - 1:
        raise ValueError(f"no months after {since} in a record that ends "
                         f"{month_name(panel.start + panel.months - 1)}")
    present, everyone, total = _exits(panel, former, cut, seed, threads, progress)
    before, after = _summaries(panel, former, cut, names, seed, threads, progress)
    misfit = tuple(name for name, value in before.foretold().items() if not value.inside)
    fitted = after.without(misfit)
    missed = fitted.missed()
    return Drift(
        since=since, until=month_name(panel.start + panel.months - 1), present=present,
        everyone=everyone, total=total, summaries=fitted.foretold(), misfit=misfit,
        usual=float(missed.mean()), most=float(np.quantile(missed, 0.95)))


@dataclass(frozen=True)
class _Measured:
    """Summaries of the same months in simulated records (n, K) and in the real one (K,)."""

    names: tuple[str, ...]
    simulated: NDArray[np.float64]
    observed: NDArray[np.float64]

    @classmethod
    def of(
        cls, simulated: list[dict[str, float]], observed: dict[str, float], names: tuple[str, ...]
    ) -> _Measured:
        """Those of `names` that every record can show, and that differ between simulated ones."""
        held = [name for name in names if name in observed
                and all(name in one for one in simulated)
                and len({one[name] for one in simulated}) > 1]
        values = np.array([[one[name] for name in held] for one in simulated])
        return cls(tuple(held), values.reshape(len(simulated), len(held)),
                   np.array([observed[name] for name in held]))

    def without(self, names: tuple[str, ...]) -> _Measured:
        """All but `names`."""
        kept = [k for k, name in enumerate(self.names) if name not in names]
        return _Measured(tuple(self.names[k] for k in kept), self.simulated[:, kept],
                         self.observed[kept])

    def foretold(self) -> dict[str, Foretold]:
        """Each by name."""
        return {name: _foretold(self.simulated[:, k], self.observed[k])
                for k, name in enumerate(self.names)}

    def missed(self) -> NDArray[np.int64]:
        """(n,) how many lie outside their 90% intervals in each simulated record."""
        if not self.names:
            return np.zeros(1, np.int64)
        lower, upper = np.quantile(self.simulated, (0.05, 0.95), axis=0)
        return np.asarray(((self.simulated < lower) | (self.simulated > upper)).sum(axis=1))


def since_column(panel: Panel, first: int) -> Panel:
    """The months of `panel` from column `first` on, with the people seen in them; who was
    employed before comes as a delayed entry."""
    here = (panel.last >= first) & (panel.first < panel.months)
    changes: dict[str, Any] = {
        "start": panel.start + first,
        "hired": panel.hired[here] - first,
        "first": np.maximum(panel.first[here] - first, 0),
        "last": panel.last[here] - first,
        "leaving": {},
    }
    for name in ("exited", "noticed", "key_from"):  # columns, where there is one
        column = getattr(panel, name)
        if column is not None:
            changes[name] = np.where(column < STILL_HERE, column - first, STILL_HERE)[here]
    for field in dataclasses.fields(panel):
        value = getattr(panel, field.name)
        if field.name in changes:
            continue
        if isinstance(value, np.ndarray):
            changes[field.name] = value[here, first:] if value.ndim > 1 else value[here]
        elif isinstance(value, tuple) and value:
            changes[field.name] = tuple(v for v, k in zip(value, here, strict=True) if k)
    for name, value in changes.items():
        if isinstance(value, np.ndarray):
            changes[name] = value.astype(getattr(panel, name).dtype)
    return dataclasses.replace(panel, **changes)


def _exits(
    panel: Panel, former: Posterior, cut: int, seed: int, threads: int | None, progress: Progress,
) -> tuple[tuple[Foretold, ...], tuple[Foretold, ...], Foretold]:
    """Exits of those present and of everyone by month, and of everyone in all."""
    known = panel.until(cut)
    horizon = panel.months - 1 - cut
    draws = _choose(former, DRAWS, seed)
    ahead = forecast(known, draws, horizon=horizon, seed=seed_of(seed, "drift"),
                     threads=threads, progress=renamed(progress, "drift"))
    kept = np.flatnonzero(panel.first <= cut)
    there = np.zeros(len(panel.person), dtype=np.bool_)
    there[kept[ahead.row]] = True
    newcomer = panel.first > cut
    counted = [[int((panel.exited[group] == cut + 1 + h).sum()) for h in range(horizon)]
               for group in (there, there | newcomer)]
    present, everyone = (
        tuple(_foretold(made[:, h], seen[h]) for h in range(horizon))
        for made, seen in zip((ahead.exits, ahead.exits_all), counted, strict=True))
    return present, everyone, _foretold(ahead.exits_all.sum(axis=1), sum(counted[1]))


def _summaries(
    panel: Panel, former: Posterior, cut: int, names: tuple[str, ...], seed: int,
    threads: int | None, progress: Progress,
) -> tuple[_Measured, _Measured]:
    """Each of `names` that the former months can show, and that the new ones can."""
    draws = _choose(former, PANELS, seed + 1)
    def spans(whole: Panel) -> tuple[Panel, Panel]:
        return whole.until(cut), since_column(whole, cut + 1)

    made: list[list[dict[str, float]]] = [[{} for _ in draws] for _ in range(2)]

    def work(row: int) -> None:
        whole = simulated_panel(panel, draws[row], seed=seed_of(seed, "drift", row + 1))
        for span, rows in zip(spans(whole), made, strict=True):
            rows[row] = _summarised(span)

    run_tasks(work, range(len(draws)), "drift", threads, progress)
    before, after = (_Measured.of(rows, _summarised(span), names)
                     for span, rows in zip(spans(panel), made, strict=True))
    return before, after


def _summarised(panel: Panel) -> dict[str, float]:
    """Summaries of a record by name."""
    summariser = Summariser.like(panel)
    return dict(zip(summariser.names, summariser.of_panel(panel).tolist(), strict=True))


def _choose(posterior: Posterior, count: int, seed: int) -> NDArray[np.float64]:
    rows = np.random.default_rng(seed_of(seed, "drift")).permutation(len(posterior.draws))
    return posterior.draws[rows[:count]]


def _foretold(values: NDArray[Any], observed: float) -> Foretold:
    lower, upper = np.quantile(values, (0.05, 0.95))
    return Foretold(float(values.mean()), float(lower), float(upper), float(observed))


def _distance(value: Foretold) -> float:
    """How far outside, in widths of the interval."""
    width = max(value.upper - value.lower, 1e-12)
    return max(value.lower - value.observed, value.observed - value.upper) / width


def _plain(value: Foretold) -> dict[str, Any]:
    return dataclasses.asdict(value) | {"inside": value.inside}
