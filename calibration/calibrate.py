"""From a firm's panel to draws of the model's parameters, with what speaks for and against them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import simlab
from calibration import posterior as amortised
from calibration.reference import (
    CALIBRATED,
    Box,
    Table,
    fingerprint_of,
    kept,
    renamed,
    simulate_table,
)
from calibration.summaries import Summariser, label
from simlab.errors import LabError
from simlab.i18n import text
from simlab.panel import STILL_HERE, Panel, month_name
from simlab.parameters import INDEX, NAMES, REGISTRY
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]

ESTIMATED, PARTLY = 0.25, 0.05
"""Contraction from which a parameter counts as estimated from the data, or partly informed."""
FEW_EXITS = 30
"""Exits below which leaving rests on assumptions and nobody gets a score of their own."""
LEAST_MONTHS = 3
DRAWS = 1000
"""Posterior draws handed out."""
LEVELS = ("rating_2", "size_level", "activity_level", "exit_level")
"""Parameters that set a level against all that moves it: learnt given the others, so that what
they jointly produce (the exit rate, the share of idle months) stays as narrow as the data say."""
_FIRST_ROUND = 0.4
_ONE_ROUND = 1000
"""Up to so many simulations all come from the whole prior."""
_CHECK_PANELS = 100

CHECKED = (
    "exit_rate/all", "exit_rate/tenure_0", "exit_rate/tenure_1_2", "exit_rate/tenure_3_5",
    "exit_rate/tenure_6_11", "exit_rate/tenure_12_23", "exit_rate/tenure_24_up",
    "exit_rate/base_low", "exit_rate/base_high",
    "exit_next/results_low", "exit_next/results_high", "exit_next/rating_1", "exit_next/rating_4",
    "exit_next/idle_3_up",
    "no_business/tenure_0", "no_business/tenure_3_5", "no_business/tenure_24_up",
    "no_business/exit_month", "no_business/month_before", "no_business/after_idle",
    "log_business/level", "log_business/spread", "log_business/between", "log_business/again_1",
    "refund/share", "rating_share/rating_1", "rating_share/rating_4", "rating_change/up",
    "rating_change/down", "rating_first/one",
)
"""Summaries that a reader can picture, shown in the posterior predictive check."""


@dataclass(frozen=True)
class ParameterRow:
    """A parameter before and after the data; intervals hold 90%."""

    name: str
    prior_mean: float
    prior_lower: float
    prior_upper: float
    mean: float
    lower: float
    upper: float
    contraction: float
    """1 - posterior variance / prior variance, not below 0 here."""
    informed: str
    """``estimated``, ``partly`` or ``assumed``: a key of the texts ``informed.*``."""

    def said(self, lang: str = "en") -> str:
        """How far the data speak, in words: 'estimated from your data' or 'assumed'."""
        return text(f"informed.{self.informed}", lang)


@dataclass(frozen=True)
class Check:
    """An observed summary against simulations from the posterior (90% interval)."""

    name: str
    observed: float
    lower: float
    median: float
    upper: float

    @property
    def inside(self) -> bool:
        """Whether the observed value lies in the interval."""
        return self.lower <= self.observed <= self.upper

    def label(self, lang: str = "en") -> str:
        """The summary in plain words."""
        return label(self.name, lang)


@dataclass(frozen=True)
class Range:
    """Where an observed summary lies among simulations from the prior."""

    name: str
    observed: float
    score: float
    """Distance from the median in units of half the central 68%."""
    share_below: float
    set_aside: bool
    """True where the model hardly ever goes there: the posterior does not look at it, since
    a regression would have to guess beyond what it was taught."""


@dataclass(frozen=True)
class Learnt:
    """The amortised posterior: what it says of any record of the same people.

    It was taught by parameters from the prior cut to `box`, and answers under that prior.
    """

    amortised: amortised.Amortised
    box: Box
    used: NDArray[np.bool_]
    """(K,) summaries it looks at; the others are set aside (`Range.set_aside`)."""

    def draws(self, summaries: Matrix, n: int, seed: int) -> Matrix:
        """(n, parameter) draws in natural units given a record's (K,) `summaries`."""
        return self.box.constrain(self.amortised.draw(summaries[self.used], n, seed))


@dataclass(frozen=True)
class Calibration:
    """What a calibration found."""

    posterior: Posterior
    learnt: Learnt
    parameters: tuple[ParameterRow, ...]
    checks: tuple[Check, ...]
    ranges: tuple[Range, ...]
    cautions: tuple[tuple[str, dict[str, Any]], ...]
    """(key of the texts ``caution.*``, its values): what to bear in mind."""
    seconds: dict[str, float] = field(default_factory=dict)

    def warnings(self, lang: str = "en") -> list[str]:
        """The cautions as sentences."""
        return [_caution(code, values, lang) for code, values in self.cautions]


def calibrate(
    panel: Panel,
    *,
    until: int | None = None,
    simulations: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> Calibration:
    """Calibrate the model on what was known of `panel` at the end of month `until` (months
    since year 0; the last month of the record unless given).

    `simulations` panels of the same people are simulated; `cache` is a folder for their
    summaries, so that the same call again need not simulate. The same data, seed and version
    give the same result with any number of threads. Raises LabError ``until_outside``,
    ``nothing_observed``, ``too_few_simulations``; `Cancelled` where `progress` was cancelled.
    """
    progress = progress or Progress()
    known = known_until(panel, until)
    last = known.start + known.months - 1
    if simulations < amortised.LEAST:
        raise LabError("too_few_simulations", simulations=simulations, least=amortised.LEAST)
    if not known.observed.any():
        raise LabError("nothing_observed", until=month_name(last))
    clock = _Clock()
    summariser = Summariser.like(known)
    observed = summariser.of_panel(known)
    data = fingerprint_of(known)

    def table(box: Box, n: int, part: int) -> Table:
        key = f"{data} {seed} {part} {n} {box.lower.tolist()} {box.upper.tolist()}"
        theta = box.prior_draws(n, _seed(seed, part))
        return kept(cache, key, lambda: simulate_table(
            known, summariser, theta, seed=_seed(seed, part), threads=threads, progress=progress))

    learnt, distance = _learn(table, observed, simulations, seed, progress, clock)
    theta = learnt.draws(observed, DRAWS, _seed(seed, 3))
    posterior = Posterior(
        names=NAMES,
        draws=theta,
        prior=Box.whole().prior_draws(DRAWS, _seed(seed, 4)),
        provenance={
            "version": simlab.__version__,
            "data": data,
            "until": month_name(last),
            "seed": seed,
            "simulations": simulations,
        },
    )
    checks = _predictive_checks(known, summariser, observed, posterior, seed, threads, progress)
    clock.lap("check")
    ranges = tuple(
        Range(name, float(observed[k]), float(distance.score[k]), float(distance.share_below[k]),
              bool(distance.flagged[k]))
        for k, name in enumerate(summariser.names)
    )
    return Calibration(posterior, learnt, parameter_rows(posterior), checks, ranges,
                       _cautions(known, ranges, checks), clock.seconds)


def known_until(panel: Panel, until: int | None) -> Panel:
    """`panel` as known at the end of month `until`; LabError ``until_outside`` where that is
    not in the record or leaves fewer than `LEAST_MONTHS`."""
    first, last = panel.start, panel.start + panel.months - 1
    month = last if until is None else until
    if not first + LEAST_MONTHS - 1 <= month <= last:
        raise LabError("until_outside", until=month_name(month), first=month_name(first),
                       last=month_name(last), earliest=month_name(first + LEAST_MONTHS - 1))
    return panel.until(month - first)


def parameter_rows(posterior: Posterior) -> tuple[ParameterRow, ...]:
    """The contraction table: every parameter of the registry, in its order."""
    contraction = posterior.contraction()
    rows = []
    for k, parameter in enumerate(REGISTRY):
        before, after = posterior.prior[:, k], posterior.draws[:, k]
        gained = max(float(contraction[k]), 0.0) if parameter.calibrated else 0.0
        informed = "assumed"
        if gained >= PARTLY:
            informed = "estimated" if gained >= ESTIMATED else "partly"
        low, high = np.quantile(before, [0.05, 0.95])
        lower, upper = np.quantile(after, [0.05, 0.95])
        rows.append(ParameterRow(
            parameter.name, float(before.mean()), float(low), float(high),
            float(after.mean()), float(lower), float(upper), gained, informed,
        ))
    return tuple(rows)


class _Clock:
    """Seconds between laps, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


def _learn(
    table: Callable[[Box, int, int], Table], observed: Matrix, simulations: int, seed: int,
    progress: Progress, clock: _Clock,
) -> tuple[Learnt, amortised.Distance]:
    """The posterior, and where the record lies among prior simulations."""
    rounds = 1 if simulations <= _ONE_ROUND else 2
    levels = [INDEX[name] for name in LEVELS]
    whole = Box.whole()
    size = simulations if rounds == 1 else round(_FIRST_ROUND * simulations)
    first = table(whole, size, 1)
    clock.lap("reference")
    distance = amortised.distance(observed, first.summaries)
    used = ~distance.flagged
    telling = renamed(progress, "fit")
    telling.advance("", 0, rounds)
    fitted = amortised.fit(
        whole.unconstrain(first.theta), first.summaries[:, used], _seed(seed, 5), CALIBRATED,
        levels)
    clock.lap("fit")
    if rounds == 1:
        telling.advance("", 1, 1)
        return Learnt(fitted, whole, used), distance
    box = whole.around(Learnt(fitted, whole, used).draws(observed, DRAWS, _seed(seed, 6)))
    second = table(box, simulations - size, 2)
    clock.lap("reference")
    inside = box.holds(first.theta)
    theta = np.vstack([second.theta, first.theta[inside]])
    summaries = np.vstack([second.summaries, first.summaries[inside]])
    telling.advance("", 1, rounds)
    fitted = amortised.fit(
        box.unconstrain(theta), summaries[:, used], _seed(seed, 7), CALIBRATED, levels)
    telling.advance("", 2, rounds)
    clock.lap("fit")
    return Learnt(fitted, box, used), distance


def _predictive_checks(
    panel: Panel, summariser: Summariser, observed: Matrix, posterior: Posterior,
    seed: int, threads: int | None, progress: Progress,
) -> tuple[Check, ...]:
    """`CHECKED` summaries of the record against panels simulated from posterior draws."""
    theta = posterior.draws[:_CHECK_PANELS]
    made = simulate_table(panel, summariser, theta, seed=_seed(seed, 8), threads=threads,
                          progress=progress, stage="check").summaries
    checks = []
    for name in CHECKED:
        if name in summariser.names:
            k = summariser.names.index(name)
            low, middle, high = np.quantile(made[:, k], [0.05, 0.5, 0.95])
            checks.append(Check(name, float(observed[k]), float(low), float(middle), float(high)))
    return tuple(checks)


def _cautions(
    panel: Panel, ranges: tuple[Range, ...], checks: tuple[Check, ...]
) -> tuple[tuple[str, dict[str, Any]], ...]:
    cautions: list[tuple[str, dict[str, Any]]] = []
    exits = int((panel.exited < STILL_HERE).sum())
    if exits < FEW_EXITS:
        until = month_name(panel.start + panel.months - 1)
        cautions.append(("few_exits", {"exits": exits, "until": until, "least": FEW_EXITS}))
    aside = sorted((r for r in ranges if r.set_aside), key=lambda r: -abs(r.score))
    if aside:
        names = [r.name for r in aside[:3]]
        cautions.append(
            ("outside_model", {"count": len(aside), "total": len(ranges), "names": names}))
    missed = sum(not c.inside for c in checks)
    expected = round(0.1 * len(checks))
    if missed > 2 * expected + 1:
        cautions.append(
            ("poor_fit", {"count": missed, "total": len(checks), "expected": expected}))
    return tuple(cautions)


def _caution(code: str, values: dict[str, Any], lang: str) -> str:
    told = dict(values)
    if "names" in told:
        told["names"] = ("；" if lang == "zh" else "; ").join(label(n, lang) for n in told["names"])
    return text(f"caution.{code}", lang, **told)


def _seed(seed: int, part: int) -> int:
    """A seed of its own for each part of the work."""
    return int(np.random.SeedSequence([seed, part]).generate_state(1)[0])
