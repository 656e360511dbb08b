"""From a firm's panel to draws of the model's parameters, with what speaks for and against them."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import simlab
from calibration import informed
from calibration.cross_check import CrossCheck, cross_check, require_sbi
from calibration.drift import Drift, drift
from calibration.features import LEAST, Distance
from calibration.reference import Tables, fingerprint_of, seed_of, simulate_table
from calibration.rounds import DRAWS, Clock, Found, Learnt, learn
from calibration.stored import StoredTables
from calibration.summaries import Summariser, label
from simlab.errors import LabError
from simlab.i18n import text
from simlab.panel import STILL_HERE, Panel, month_name, month_number
from simlab.parameters import NAMES, REGISTRY
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]
Method = Literal["amortised", "sbi"]
"""How the posterior is learnt: by the lab's own nets, or by those and a second time with `sbi`."""

ESTIMATED, PARTLY = 0.25, 0.05
"""Contraction from which a parameter counts as estimated from the data, or partly informed."""
FEW_EXITS = 30
"""Exits below which leaving rests on assumptions and nobody gets a score of their own."""
LEAST_MONTHS = 3
CHECK_PANELS = 100
"""Records simulated from posterior draws for the posterior predictive check."""

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
    lacking: tuple[str, ...] = ()
    """Columns ``table.column`` that would let the data speak of a parameter that calibration
    moves in other firms, and whose absence leaves it to its prior here."""

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
class Month:
    """Exits of one month of the record beside those of records simulated from the posterior."""

    month: str
    observed: int
    mean: float
    p05: float
    p25: float
    p75: float
    p95: float


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
class Calibration:
    """What a calibration found."""

    posterior: Posterior
    learnt: Learnt
    parameters: tuple[ParameterRow, ...]
    checks: tuple[Check, ...]
    months: tuple[Month, ...]
    """Every month known: what was observed beside the records that were simulated for `checks`."""
    ranges: tuple[Range, ...]
    cautions: tuple[tuple[str, dict[str, Any]], ...]
    """(key of the texts ``caution.*``, its values): what to bear in mind."""
    drift: Drift | None = None
    """What the former posterior foretold of the months since, where one was given."""
    beside: CrossCheck | None = None
    """The posterior learnt a second way, where that was asked for."""
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
    rounds: int | None = None,
    cache: StoredTables | Path | None = None,
    former: Posterior | None = None,
    fresh: bool = False,
    method: Method = "amortised",
    prior: str = "registry",
) -> Calibration:
    """Calibrate the model on what was known of `panel` at the end of month `until` (months
    since year 0; the last month of the record unless given).

    `simulations` panels of the same people are simulated in `rounds` (see `rounds.sizes`), a
    further one narrowing the search once more. `cache` keeps their summaries part by part, so
    that a stopped call goes on where it was and the same call again need not simulate.
    `former`, a posterior given fewer months of the same firm, spares the first round where its
    box holds (see `rounds.learn`) unless `fresh`, and is held against the months since. With
    `method` ``sbi`` the posterior is learnt a second way beside. `prior` names the prior to begin
    from (`simlab.parameters.priors`). The same data, seed, former
    posterior and version give the same result with any number of threads.

    Raises LabError ``until_outside``, ``nothing_observed``, ``too_few_simulations``,
    ``record_outside_model``, ``no_exits_known`` (where the model would have made some),
    ``sbi_missing``; ValueError where `former` knew as much as this; `Cancelled` where
    `progress` was cancelled.
    """
    progress = progress or Progress()
    known = known_until(panel, until)
    _refuse(known, simulations, former, method)
    clock = Clock()
    summariser = Summariser.like(known)
    observed = summariser.of_panel(known)
    stored = StoredTables(cache) if isinstance(cache, Path) else cache
    tables = Tables(known, summariser, fingerprint_of(known), seed, threads, progress, stored,
                    prior)
    begin = None if fresh else former
    found = _learnt(tables, observed, simulations, rounds, clock, begin)
    posterior = _posterior(tables, found, begin)
    checks, months = _predictive_checks(tables, observed, posterior)
    clock.lap("check")
    ranges = _ranges(summariser, observed, found.distance)
    beside = None
    if method == "sbi":
        beside = cross_check(found, posterior.draws, seed=seed, progress=progress)
        clock.lap("cross_check")
    moved = None
    if former is not None:
        moved = drift(known, former, CHECKED, seed=seed, threads=threads, progress=progress)
        clock.lap("drift")
    cautions = _cautions(known, ranges, checks)
    if begin is not None and not found.continued:
        cautions += (("restarted", {"since": begin.provenance["until"]}),)
    if moved is not None and moved.verdict != "held":
        cautions += _drifted(moved)
    return Calibration(posterior, found.learnt, parameter_rows(posterior, known.recorded),
                       checks, months, ranges, cautions, moved, beside, clock.seconds)


def _refuse(
    known: Panel, simulations: int, former: Posterior | None, method: Method
) -> None:
    """What cannot be calibrated on, or with, is refused before the work."""
    last = known.start + known.months - 1
    if simulations < LEAST:
        raise LabError("too_few_simulations", simulations=simulations, least=LEAST)
    if not known.observed.any():
        raise LabError("nothing_observed", until=month_name(last))
    if former is not None and month_number(str(former.provenance["until"])) >= last:
        raise ValueError("the former posterior knew all of these months")
    if method == "sbi":
        require_sbi()


def _learnt(
    tables: Tables, observed: Matrix, simulations: int, rounds: int | None, clock: Clock,
    former: Posterior | None,
) -> Found:
    """What the rounds end with; LabError ``no_exits_known`` where the model would have made
    some."""
    known = tables.panel
    try:
        return learn(tables, observed, simulations, rounds, clock,
                     None if former is None else former.draws)
    except LabError as error:
        if error.code == "record_outside_model" and not _exits(known):
            raise LabError("no_exits_known", people=len(known.person), months=known.months,
                           until=month_name(known.start + known.months - 1)) from None
        raise


def _posterior(tables: Tables, found: Found, former: Posterior | None) -> Posterior:
    """Draws given the record, and of the prior, with where they come from."""
    known = tables.panel
    return Posterior(
        names=NAMES,
        draws=found.draw(DRAWS, seed_of(tables.seed, "draw")),
        prior=tables.whole.prior_draws(DRAWS, seed_of(tables.seed, "prior")),
        provenance={
            "version": simlab.__version__,
            "data": tables.data,
            "until": month_name(known.start + known.months - 1),
            "seed": tables.seed,
            "prior": tables.prior,
            "simulations": found.simulated,
            "rounds": found.rounds,
            "continued_from": former.provenance["until"]
            if former is not None and found.continued else None,
        },
    )


def _ranges(
    summariser: Summariser, observed: Matrix, distance: Distance
) -> tuple[Range, ...]:
    return tuple(
        Range(name, float(observed[k]), float(distance.score[k]), float(distance.share_below[k]),
              bool(distance.flagged[k]))
        for k, name in enumerate(summariser.names)
    )


def known_until(panel: Panel, until: int | None) -> Panel:
    """`panel` as known at the end of month `until`; LabError ``until_outside`` where that is
    not in the record or leaves fewer than `LEAST_MONTHS`."""
    first, last = panel.start, panel.start + panel.months - 1
    month = last if until is None else until
    if not first + LEAST_MONTHS - 1 <= month <= last:
        raise LabError("until_outside", until=month_name(month), first=month_name(first),
                       last=month_name(last), earliest=month_name(first + LEAST_MONTHS - 1))
    return panel.until(month - first)


def parameter_rows(posterior: Posterior, recorded: Set[str]) -> tuple[ParameterRow, ...]:
    """The contraction table of a posterior given a record with these columns
    (`Panel.recorded`): every parameter of the registry, in its order."""
    moved, rests = informed.calibrated(recorded), informed.resting(recorded)
    contraction = posterior.contraction()
    rows = []
    for k, parameter in enumerate(REGISTRY):
        before, after = posterior.prior[:, k], posterior.draws[:, k]
        gained = max(float(contraction[k]), 0.0) if moved[k] else 0.0
        spoken = "assumed"
        if gained >= PARTLY:
            spoken = "estimated" if gained >= ESTIMATED else "partly"
        low, high = np.quantile(before, [0.05, 0.95])
        lower, upper = np.quantile(after, [0.05, 0.95])
        rows.append(ParameterRow(
            parameter.name, float(before.mean()), float(low), float(high),
            float(after.mean()), float(lower), float(upper), gained, spoken,
            rests.get(parameter.name, ()),
        ))
    return tuple(rows)


def _predictive_checks(
    tables: Tables, observed: Matrix, posterior: Posterior
) -> tuple[tuple[Check, ...], tuple[Month, ...]]:
    """`CHECKED` summaries of the record, and its exits by month, against panels simulated from
    posterior draws."""
    theta, summariser = posterior.draws[:CHECK_PANELS], tables.summariser
    exits = np.zeros((len(theta), tables.panel.months))

    def count(row: int, made: Panel) -> None:
        exits[row] = _exits_by_month(made)

    made = simulate_table(
        tables.panel, summariser, theta, seed=seed_of(tables.seed, "check"),
        threads=tables.threads, progress=tables.progress, stage="check", besides=count).summaries
    checks = []
    for name in CHECKED:
        if name in summariser.names:
            k = summariser.names.index(name)
            low, middle, high = np.quantile(made[:, k], [0.05, 0.5, 0.95])
            checks.append(Check(name, float(observed[k]), float(low), float(middle), float(high)))
    return tuple(checks), _months(tables.panel, exits)


def _months(panel: Panel, exits: Matrix) -> tuple[Month, ...]:
    """The months of a record beside (record, month) `exits` of simulated ones."""
    quantiles = np.quantile(exits, [0.05, 0.25, 0.75, 0.95], axis=0)
    return tuple(
        Month(month_name(panel.start + m), int(seen), float(exits[:, m].mean()),
              *(float(value) for value in quantiles[:, m]))
        for m, seen in enumerate(_exits_by_month(panel)))


def _exits_by_month(panel: Panel) -> NDArray[np.int64]:
    """(month,) known exits."""
    left = panel.exited[panel.exited < panel.months]
    return np.bincount(left, minlength=panel.months)


def _exits(panel: Panel) -> int:
    """Known exits."""
    return int((panel.exited < STILL_HERE).sum())


def _cautions(
    panel: Panel, ranges: tuple[Range, ...], checks: tuple[Check, ...]
) -> tuple[tuple[str, dict[str, Any]], ...]:
    cautions: list[tuple[str, dict[str, Any]]] = []
    exits = _exits(panel)
    until = month_name(panel.start + panel.months - 1)
    if exits == 0:
        cautions.append(("no_exits", {"until": until}))
    elif exits < FEW_EXITS:
        cautions.append(("few_exits", {"exits": exits, "until": until, "least": FEW_EXITS}))
    beyond = {r.name: r.observed for r in ranges if r.set_aside}
    if "exit_rate/all" in beyond:
        share = f"{100 * beyond['exit_rate/all']:.1f}"
        cautions.append(("exits_outside_model", {"share": share}))
    if "log_business/level" in beyond:
        cautions.append(("results_outside_model", {}))
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


def _drifted(moved: Drift) -> tuple[tuple[str, dict[str, Any]], ...]:
    total = moved.total
    return ((f"drifted_{moved.verdict}", {
        "since": moved.since, "until": moved.until, "observed": round(total.observed),
        "lower": round(total.lower), "upper": round(total.upper), "count": len(moved.outside),
        "total": len(moved.summaries), "usual": round(moved.usual),
    }),)


def _caution(code: str, values: dict[str, Any], lang: str) -> str:
    told = dict(values)
    if "names" in told:
        told["names"] = ("；" if lang == "zh" else "; ").join(label(n, lang) for n in told["names"])
    return text(f"caution.{code}", lang, **told)
