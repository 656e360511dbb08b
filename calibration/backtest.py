"""Out of time: forecasts from each month's end, scored on what came, beside simple baselines.

Everything a method sees at an origin comes from `Panel.until(origin)`. The origins roll forward
month by month. With fixed parameters every method learns once, from outcomes to the month before
the first one forecast, and later records only show where each person stands; recalibrated, every
method learns anew at each origin. Baselines learn from origins whose outcome window is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.baselines import (
    BASELINES,
    PersonMonths,
    learn_and_forecast,
    newcomer_exits,
    person_months,
)
from calibration.counts import Counted, CountScore, count_measures, count_score
from calibration.scores import (
    MEASURES,
    Difference,
    Point,
    Score,
    calibration_curve,
    differences,
    measured,
    resamples,
    score,
)
from simlab.engine.hindsight import hindsight
from simlab.engine.reliability import Corrections
from simlab.engine.replay import Forecast, forecast
from simlab.errors import LabError
from simlab.panel import Panel, month_name
from simlab.parameters import NAMES
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]

METHODS = ("simlab", *BASELINES)
VARIANTS = ("uncorrected", "prior_only", "no_efficacy")
"""The lab with something taken away, none of them corrected by hindsight."""
FUTURES = 1200
"""Sampled futures of each method at each origin, at least."""
GROUPS = ("present", "all")


@dataclass(frozen=True)
class RollingForecast:
    """How forecasts from each month's end turned out."""

    recalibrated: bool
    """False: parameters as calibrated on outcomes to `until`; true: learnt anew at each origin."""
    until: str
    """Month before the first one forecast."""
    last: str
    """Last month forecast."""
    people: int
    scores: tuple[Score, ...]
    counts: tuple[CountScore, ...]
    differences: tuple[Difference, ...]
    """The lab less each baseline."""
    curves: Mapping[str, tuple[Point, ...]]
    """Calibration curves at the first horizon, by method."""
    months: tuple[Mapping[str, float | str], ...]
    """``month``, then ``present_`` and ``all_`` observed, mean, p05, p25, p75, p95: exits
    forecast one month ahead."""
    steepness: tuple[float, ...]
    """By origin: what hindsight made of the log-odds of forecasts one month ahead."""


@dataclass
class _Origin:
    """What the lab says at one origin."""

    column: int
    mean: dict[str, Matrix]
    """By method: (person, horizon) chance to have left within 1..horizon; NaN where unknown."""
    leaves: NDArray[np.int8]
    """(future, person) month of the exit, 0 = none."""
    newcomers: NDArray[np.int64]
    """(future, horizon) exits of people hired later."""
    steepness: float


@dataclass(frozen=True)
class _Setting:
    panel: Panel
    first: int
    """Column of the first origin."""
    horizons: Sequence[int]
    draws: int
    copies: int
    seed: int
    threads: int | None
    progress: Progress
    posterior_at: Callable[[int], Posterior]
    recalibrated: bool
    last: int
    """Last column that may be forecast."""
    learnt: dict[int, Corrections] = field(default_factory=dict)
    """Corrections by the column that they look back from."""

    def knowledge(self, origin: int) -> int:
        """Column up to which methods learn for a forecast from `origin`."""
        return origin if self.recalibrated else self.first


def backtest(
    panel: Panel,
    posterior: Posterior | Callable[[int], Posterior],
    *,
    cutoff: int,
    until: int | None = None,
    horizons: Sequence[int] = (1, 3),
    draws: int = 30,
    copies: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    methods: Sequence[str] = METHODS,
) -> RollingForecast:
    """Forecast exits after month `cutoff` from each month's end up to month `until` (months since
    year 0; the record's last), and score them.

    `posterior` must come from outcomes to `cutoff`: it stays as it is at every origin. Or it is a
    function that calibrates on outcomes to a given month, and is called for each origin. Each
    origin's people are replayed under `draws` of it, in so many `copies`, and corrected by
    `hindsight` of what was known then. Raises LabError ``horizon_outside`` where a horizon has no
    origin; `Cancelled`.
    """
    first = cutoff - panel.start
    last = panel.months - 1 if until is None else until - panel.start
    for horizon in horizons:
        if first < 0 or not first <= last - horizon < panel.months - horizon:
            raise LabError("horizon_outside", first=month_name(cutoff), horizon=horizon,
                           last=month_name(panel.start + min(last, panel.months - 1)))
    fixed = isinstance(posterior, Posterior)
    setting = _Setting(
        panel, first, tuple(horizons), draws, copies, seed, threads, progress or Progress(),
        posterior if not isinstance(posterior, Posterior) else lambda _: posterior,
        not fixed, last)
    origins = [_replayed(setting, t, methods) for t in range(first, last - min(horizons) + 1)]
    weights = resamples(len(panel.person), seed)
    found = []
    for done, horizon in enumerate(horizons):
        setting.progress.advance("score", done, len(horizons))
        found.append(_scored(setting, origins, methods, horizon, weights))
    setting.progress.advance("score", len(horizons), len(horizons))
    return RollingForecast(
        recalibrated=not fixed, until=month_name(cutoff), last=month_name(panel.start + last),
        people=found[-1].people, scores=tuple(s for each in found for s in each.scores),
        counts=tuple(c for each in found for c in each.counts),
        differences=tuple(d for each in found for d in each.differences),
        curves=min(found, key=lambda each: each.horizon).curves,
        months=tuple(_monthly(setting, origins)), steepness=tuple(o.steepness for o in origins))


@dataclass(frozen=True)
class _Scored:
    """How all methods' forecasts of one horizon turned out."""

    horizon: int
    people: int
    scores: Sequence[Score]
    counts: Sequence[CountScore]
    differences: Sequence[Difference]
    curves: Mapping[str, tuple[Point, ...]]


def _scored(
    setting: _Setting, origins: Sequence[_Origin], methods: Sequence[str], horizon: int,
    weights: Matrix,
) -> _Scored:
    """Every method at this horizon, from all origins that it does not lead beyond the end."""
    scored = [o for o in origins if o.column + horizon <= setting.last]
    test = person_months(setting.panel, [o.column for o in scored], horizon)
    chances = {method: _chances(setting, method, scored, test, horizon) for method in methods}
    found = {method: measured(test.person, test.left, p, weights)
             for method, p in chances.items()}
    counted = {
        (method, group): count_measures(
            [_counted(setting, method, o, test, chances[method], horizon, group)
             for o in scored], weights)
        for method in methods if method not in VARIANTS for group in GROUPS}
    gaps: list[Difference] = []
    rivals = [m for m in methods if m in BASELINES]
    if "simlab" in methods and rivals:
        gaps += differences("person", horizon, found["simlab"], {m: found[m] for m in rivals},
                            MEASURES[:3])
        for group in GROUPS:
            gaps += differences(group, horizon, counted["simlab", group][0],
                                {m: counted[m, group][0] for m in rivals}, ("crps",),
                                centred=True)
    return _Scored(
        horizon, len(np.unique(test.person)),
        [score(method, horizon, test.left, chances[method], found[method]) for method in methods],
        [count_score(method, group, horizon, len(scored), each)
         for (method, group), each in counted.items()],
        gaps, {method: calibration_curve(test.person, test.left, p, weights)
               for method, p in chances.items()} if horizon == min(setting.horizons) else {})


def _replayed(setting: _Setting, origin: int, methods: Sequence[str]) -> _Origin:
    """The lab's forecasts from the end of month `origin`, under each variant asked for."""
    panel, known = setting.panel, setting.panel.until(origin)
    posterior = setting.posterior_at(panel.start + setting.knowledge(origin))
    horizon = min(max(setting.horizons), setting.last - origin)
    whole = np.flatnonzero(panel.first <= origin)

    def run(draws: Matrix, corrections: Corrections | None) -> tuple[Forecast, Matrix]:
        made = forecast(known, draws, horizon=horizon, copies=setting.copies, seed=setting.seed,
                        threads=setting.threads, progress=setting.progress,
                        corrections=corrections, paths=-(-FUTURES // max(len(draws), 1)))
        p = np.full((len(panel.person), horizon), np.nan)
        p[whole[made.row]] = made.left_by.mean(axis=0)
        return made, p

    draws = posterior.draws[: setting.draws]
    corrections = _corrections(setting, origin, draws)
    made, p = run(draws, corrections)
    mean = {"simlab": p}
    for method in VARIANTS:
        if method in methods:
            mean[method] = run(_varied(method, posterior, setting.draws), None)[1]
    leaves = np.zeros((len(made.leaves), len(panel.person)), np.int8)
    leaves[:, whole[made.row]] = made.leaves
    return _Origin(origin, mean, leaves, made.exits_all - made.exits,
                   float(corrections.present.estimate[0]))


def _corrections(setting: _Setting, origin: int, draws: Matrix) -> Corrections:
    knowledge = setting.knowledge(origin)
    if knowledge not in setting.learnt:
        setting.learnt[knowledge] = hindsight(
            setting.panel.until(knowledge), draws, copies=setting.copies, seed=setting.seed,
            threads=setting.threads, progress=setting.progress)
    return setting.learnt[knowledge]


def _varied(method: str, posterior: Posterior, draws: int) -> Matrix:
    theta = (posterior.prior if method == "prior_only" else posterior.draws)[:draws].copy()
    if method == "no_efficacy":
        theta[:, NAMES.index("efficacy_exit")] = 0.0
    return theta


def _chances(
    setting: _Setting, method: str, origins: Sequence[_Origin], test: PersonMonths, horizon: int
) -> Matrix:
    """(n,) chances of the rows of `test` by one method."""
    p = np.zeros(len(test.left))
    for origin in origins:
        mine = test.origin == origin.column
        if method not in BASELINES:
            p[mine] = origin.mean[method][test.person[mine], horizon - 1]
            continue
        known = setting.knowledge(origin.column)
        train = person_months(setting.panel.until(known), range(known - horizon + 1), horizon)
        p[mine] = learn_and_forecast(method, train, test.of(mine))
    return p


def _counted(
    setting: _Setting, method: str, origin: _Origin, test: PersonMonths, chances: Matrix,
    horizon: int, group: str,
) -> Counted:
    """Futures of one method at one origin: the lab's own, or everybody's luck by the chances of
    a baseline (the count is then Poisson-binomial)."""
    panel = setting.panel
    mine = test.origin == origin.column
    person = test.person[mine]
    size = len(origin.leaves)
    rng = np.random.default_rng([setting.seed, origin.column, horizon])
    if method == "simlab":
        leaves = origin.leaves[:, person]
        futures, more = (leaves > 0) & (leaves <= horizon), origin.newcomers
    else:
        futures = rng.random((size, len(person))) < chances[mine]
        known = panel.until(setting.knowledge(origin.column))
        more = newcomer_exits(panel.until(origin.column), known, horizon, size, rng)
    if group == "present":
        return Counted(futures, test.left[mine], person)
    end = origin.column + horizon
    hired = (panel.first > origin.column) & (panel.exited <= end)
    return Counted(futures, test.left[mine], person, more[:, :horizon].sum(axis=1),
                   np.flatnonzero(hired))


def _monthly(setting: _Setting, origins: Sequence[_Origin]) -> list[Mapping[str, float | str]]:
    """One row a month forecast one month ahead: what came, and the lab's futures of it."""
    rows: list[Mapping[str, float | str]] = []
    levels = {"p05": 0.05, "p25": 0.25, "p75": 0.75, "p95": 0.95}
    for origin in origins:
        test = person_months(setting.panel, [origin.column], 1)
        chances = np.zeros(len(test.left))
        row: dict[str, float | str] = {
            "month": month_name(setting.panel.start + origin.column + 1)}
        for group in GROUPS:
            each = _counted(setting, "simlab", origin, test, chances, 1, group)
            futures = each.futures.sum(axis=1) + (each.more if len(each.more) else 0)
            row[f"{group}_observed"] = float(each.left.sum() + len(each.newcomers))
            row[f"{group}_mean"] = float(futures.mean())
            for name, level in levels.items():
                row[f"{group}_{name}"] = float(np.quantile(futures, level))
        rows.append(row)
    return rows
