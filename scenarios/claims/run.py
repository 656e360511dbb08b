"""A claim case run: what was claimed against what is simulated, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.claims.case import Case, Figure
from scenarios.claims.measures import MEASURES
from scenarios.claims.study import Measured, Study
from scenarios.claims.verdict import Judgement, Verdict, combine, judge
from simlab.parameters import prior_draws
from simlab.progress import Progress

Text = Mapping[str, str]


@dataclass(frozen=True)
class FigureResult:
    """One figure of a claim, over the simulated futures."""

    name: str
    says: Text
    unit: str
    claimed: float | None
    band: tuple[float | None, float | None] | None
    """None at an edge: open on that side."""
    no_effect: float | None
    beside: bool
    median: float
    lower: float
    """5% of the futures lie below."""
    upper: float
    """5% of the futures lie above."""
    futures: int
    undefined: int
    """Futures in which the figure has no value."""
    judgement: Judgement | None
    """None for a figure that is shown beside the claim without a band."""
    prior_inside: float | None
    """Probability of the band over the prior; where the futures are the prior's, `inside`."""
    reason: Text | None
    """Why it cannot be tested here, where that is so."""


@dataclass(frozen=True)
class CaseResult:
    """A claim and what the lab makes of it."""

    name: str
    title: Text
    claim: Text
    form: Text
    ours: tuple[Text, ...]
    figures: tuple[FigureResult, ...]
    together: float
    """Share of futures in which every figure of the claim is in its band at once."""
    verdict: Verdict
    draws: int
    replicates: int
    people: int
    months: int
    parameters: bool
    """Parameters of the model take part; else there is one future, and nothing to draw."""
    calibrated: bool
    """Over a lab's posterior; else over the prior."""
    seed: int

    def to_json(self) -> dict[str, Any]:
        """As plain dictionaries, lists and numbers; what is not a number becomes None."""
        tree: dict[str, Any] = _plain(asdict(self))
        return tree


def run(
    case: Case,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    posterior: NDArray[np.float64] | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CaseResult:
    """Simulate a case and judge it.

    Futures are `draws` draws of the prior (default: as many as the case says), or the rows of
    `posterior` (draw, parameter) where a lab's is given; the prior's probability of each band is
    then given beside. A case in which no parameter takes part has one future. The result depends
    on the arguments alone (except times that were measured).
    """
    progress = progress or Progress()
    count = (draws or case.draws) if case.parameters else 1
    posterior = posterior if case.parameters else None
    copies = replicates or case.replicates

    def measured(rows: NDArray[np.float64]) -> list[Measured]:
        study = Study(case, rows, copies, seed, threads, progress)
        return [_measure(study, figure) for figure in case.figures]

    rows = prior_draws(count, seed) if posterior is None else posterior
    found = measured(rows)
    before = found if posterior is None else measured(prior_draws(len(posterior), seed))
    results = tuple(
        _result(figure, now, prior)
        for figure, now, prior in zip(case.figures, found, before, strict=True)
    )
    together = _together(case.figures, found)
    claimed = [r for r in results if not r.beside and r.judgement is not None]
    return CaseResult(
        name=case.name, title=case.title.model_dump(), claim=case.claim.model_dump(),
        form=case.form.model_dump(), ours=tuple(words.model_dump() for words in case.ours),
        figures=results, together=together,
        verdict=combine([r.judgement.verdict for r in claimed if r.judgement], together),
        draws=len(rows), replicates=copies, people=case.firm.people, months=case.months,
        parameters=case.parameters, calibrated=posterior is not None, seed=seed,
    )


def _measure(study: Study, figure: Figure) -> Measured:
    measure = MEASURES[figure.measure]
    found = measure.function(study, figure, measure.options.model_validate(figure.options))
    study.progress.check()
    return found


def _result(figure: Figure, found: Measured, prior: Measured) -> FigureResult:
    known = found.values[np.isfinite(found.values)]
    lower, median, upper = np.quantile(known, (0.05, 0.5, 0.95)) if len(known) else [math.nan] * 3
    judgement = _judged(figure, found)
    before = _judged(figure, prior)
    return FigureResult(
        name=figure.name, says=figure.says.model_dump(), unit=figure.unit,
        claimed=figure.claimed, band=figure.band, no_effect=figure.no_effect,
        beside=figure.beside, median=float(median), lower=float(lower), upper=float(upper),
        futures=len(found.values), undefined=len(found.values) - len(known),
        judgement=judgement, prior_inside=None if before is None else before.inside,
        reason=found.reason,
    )


def _judged(figure: Figure, found: Measured) -> Judgement | None:
    if figure.band is None:
        return None
    return judge(found.values, figure.edges, figure.no_effect, found.attainable)


def _together(figures: Sequence[Figure], found: Sequence[Measured]) -> float:
    """Share of futures with every figure of the claim in its band. A figure over all futures at
    once counts as the same in each of them."""
    inside: NDArray[np.bool_] = np.ones(1, bool)
    for figure, measured in zip(figures, found, strict=True):
        if figure.beside or figure.band is None:
            continue
        lower, upper = figure.edges
        inside = inside & (measured.values >= lower) & (measured.values <= upper)
    return float(inside.mean())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
