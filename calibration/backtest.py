"""Out of time: forecasts of months not used for calibration, beside simple baselines.

Everything a method sees at an origin comes from `Panel.until(origin)`; baselines learn from
origins whose outcome window ends by the cut-off. A row is a person-month: someone with a record
in the origin month who has not left by its end. The outcome is an exit in the next `horizon`
months; who disappears inside the window without an exit is left out, for every method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from calibration.scores import Score, score
from simlab.engine.replay import forecast
from simlab.errors import LabError
from simlab.panel import Panel, month_name
from simlab.parameters import NAMES
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]

METHODS = (
    "simlab", "prior_only", "no_efficacy", "base_rate", "tenure_curve", "logistic",
    "gradient_boosting",
)
FEATURES = (
    "log_tenure", "newcomer", "rated", "rating_2", "rating_3", "rating_4", "idle_months",
    "recent_business", "log_base", "grade",
)
_BANDS = np.array([1, 3, 6, 12, 24])


@dataclass(frozen=True)
class PersonMonths:
    """Rows at risk at one or more origins."""

    person: NDArray[np.int64]
    """(n,) row of the person in the whole panel."""
    origin: NDArray[np.int64]
    """(n,) column of the origin."""
    left: NDArray[np.bool_]
    """(n,) exit within the horizon."""
    features: Matrix
    """(n, len(FEATURES)), known at the end of the origin month."""


def person_months(panel: Panel, origins: Sequence[int], horizon: int) -> PersonMonths:
    """Everyone at risk at the `origins` (columns) whose outcome `panel` knows."""
    parts = []
    for origin in origins:
        at_risk = panel.observed[:, origin] & (panel.exited > origin)
        left = panel.exited <= origin + horizon
        known = left | (panel.last >= origin + horizon)
        rows = np.flatnonzero(at_risk & known)
        parts.append((rows, np.full(len(rows), origin), left[rows], features(panel, origin)[rows]))
    person, column, left, x = (np.concatenate(p) for p in zip(*parts, strict=True))
    return PersonMonths(person, column, left, x)


def features(panel: Panel, origin: int) -> Matrix:
    """(n, len(FEATURES)) of all people of `panel` from nothing later than `origin`; rows of
    people not yet seen hold zeros."""
    known = panel.until(origin)
    tenure = known.tenure()[:, origin]
    rating = _completed_rating(known)
    base = np.where(np.isfinite(known.base[:, origin]), known.base[:, origin], 1.0)
    business = np.where(known.observed, known.business, 0.0)
    idle = np.zeros(len(tenure))
    for column in range(origin + 1):
        worked = known.observed[:, column]
        spell = np.where(business[:, column] > 0, 0.0, idle + 1)
        idle = np.where(worked, spell, idle)
    recent = business[:, max(origin - 2, 0):].astype(np.float64).sum(axis=1) / np.maximum(base, 1.0)
    x = np.column_stack([
        np.log1p(tenure), tenure < 3, rating > 0, rating == 2, rating == 3, rating == 4,
        np.log1p(idle), np.arcsinh(recent), np.log(np.maximum(base, 1.0)),
        known.grade[:, origin],
    ]).astype(np.float64)
    out = np.zeros((len(panel.person), x.shape[1]))
    out[panel.first <= origin] = x
    return out


def _completed_rating(known: Panel) -> NDArray[np.int64]:
    """(n,) rating of the last quarter complete at the panel's end in which one was rated."""
    column = np.arange(known.months)
    complete = known.months - (known.start + known.months) % 3
    rated = (known.rating > 0) & (column < complete)
    last = known.months - 1 - rated[:, ::-1].argmax(axis=1)
    rating = np.take_along_axis(known.rating, last[:, None], axis=1)[:, 0]
    return np.where(rated.any(axis=1), rating, 0).astype(np.int64)


def backtest(
    panel: Panel,
    posterior: Posterior,
    *,
    cutoff: int,
    horizons: Sequence[int] = (1, 3),
    draws: int = 30,
    copies: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    methods: Sequence[str] = METHODS,
) -> tuple[Score, ...]:
    """Forecast exits after month `cutoff` (months since year 0) from each month's end.

    `posterior` must come from outcomes to `cutoff`. At each later origin the records up to it
    are replayed under `draws` of the posterior's parameters, which stay as they are. Origins
    run from `cutoff` to the last whose window is inside the record. Raises LabError
    ``horizon_outside`` where a horizon has no origin.
    """
    first = cutoff - panel.start
    scores: list[Score] = []
    simulated: dict[str, dict[int, Matrix]] = {}
    for method in methods:
        if method in _SIMULATED:
            chosen = _SIMULATED[method](posterior, draws)
            simulated[method] = _replayed(panel, chosen, range(first, panel.months - 1),
                                          max(horizons), copies, seed, threads, progress)
    for horizon in horizons:
        origins = range(first, panel.months - horizon)
        if first < 0 or not len(origins):
            raise LabError("horizon_outside", first=month_name(cutoff), horizon=horizon,
                           last=month_name(panel.start + panel.months - 1))
        test = person_months(panel, origins, horizon)
        known = panel.until(first)
        train = person_months(known, range(first - horizon + 1), horizon)
        for method in methods:
            if method in _SIMULATED:
                by_origin = simulated[method]
                p = np.array([by_origin[t][i, horizon - 1]
                              for i, t in zip(test.person, test.origin, strict=True)])
            else:
                with threadpool_limits(1):
                    p = _LEARNT[method](train, test)
            scores.append(score(method, horizon, test.person, test.left, p, seed))
    return tuple(scores)


def _replayed(
    panel: Panel, draws: Matrix, origins: Sequence[int], horizon: int, copies: int, seed: int,
    threads: int | None, progress: Progress | None,
) -> dict[int, Matrix]:
    """(person, horizon) mean probability to have left within 1..horizon months, by origin."""
    found = {}
    for origin in origins:
        known = panel.until(origin)
        made = forecast(known, draws, horizon=horizon, copies=copies, seed=seed,
                        threads=threads, progress=progress)
        whole = np.flatnonzero(panel.first <= origin)
        p = np.full((len(panel.person), horizon), np.nan)
        p[whole[made.row]] = made.left_by.mean(axis=0)
        found[origin] = p
    return found


def _without_efficacy(posterior: Posterior, draws: int) -> Matrix:
    theta = posterior.draws[:draws].copy()
    theta[:, NAMES.index("efficacy_exit")] = 0.0
    return theta


_SIMULATED: dict[str, Callable[[Posterior, int], Matrix]] = {
    "simlab": lambda posterior, draws: posterior.draws[:draws],
    "prior_only": lambda posterior, draws: posterior.prior[:draws],
    "no_efficacy": _without_efficacy,
}


def _base_rate(train: PersonMonths, test: PersonMonths) -> Matrix:
    return np.full(len(test.left), train.left.mean())


def _tenure_curve(train: PersonMonths, test: PersonMonths) -> Matrix:
    def band(rows: PersonMonths) -> NDArray[np.int64]:
        tenure = np.expm1(rows.features[:, 0])
        return np.searchsorted(_BANDS, np.round(tenure), side="right")

    count = np.bincount(band(train), minlength=len(_BANDS) + 1)
    left = np.bincount(band(train), weights=train.left, minlength=len(_BANDS) + 1)
    rate = (left + 2 * train.left.mean()) / (count + 2)
    return np.asarray(rate[band(test)])


def _logistic(train: PersonMonths, test: PersonMonths) -> Matrix:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    return np.asarray(model.fit(train.features, train.left).predict_proba(test.features)[:, 1])


def _gradient_boosting(train: PersonMonths, test: PersonMonths) -> Matrix:
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=40,
        early_stopping=False, random_state=0)
    return np.asarray(model.fit(train.features, train.left).predict_proba(test.features)[:, 1])


_LEARNT: dict[str, Callable[[PersonMonths, PersonMonths], Matrix]] = {
    "base_rate": _base_rate,
    "tenure_curve": _tenure_curve,
    "logistic": _logistic,
    "gradient_boosting": _gradient_boosting,
}
