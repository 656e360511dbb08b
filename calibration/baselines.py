"""Plain statistical forecasts of exits to hold the lab's against, and what they learn from.

A row is a person-month: someone with a record in the origin month who has not left by its end.
The outcome is an exit in the next `horizon` months; who disappears inside the window without an
exit is left out, for every method.
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

from simlab.panel import Panel

Matrix = NDArray[np.float64]

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

    def of(self, rows: NDArray[np.bool_]) -> PersonMonths:
        """Some of the rows."""
        return PersonMonths(self.person[rows], self.origin[rows], self.left[rows],
                            self.features[rows])


def person_months(panel: Panel, origins: Sequence[int], horizon: int) -> PersonMonths:
    """Everyone at risk at the `origins` (columns) whose outcome `panel` knows."""
    parts = []
    for origin in origins:
        at_risk = panel.observed[:, origin] & (panel.exited > origin)
        left = panel.exited <= origin + horizon
        known = left | (panel.last >= origin + horizon)
        rows = np.flatnonzero(at_risk & known)
        parts.append((rows, np.full(len(rows), origin), left[rows], features(panel, origin)[rows]))
    if not parts:
        return PersonMonths(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool),
                            np.zeros((0, len(FEATURES))))
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

BASELINES = tuple(_LEARNT)


def learn_and_forecast(method: str, train: PersonMonths, test: PersonMonths) -> Matrix:
    """(n,) chances of the rows of `test` by the baseline `method`, learnt from `train`."""
    if not 0 < train.left.sum() < len(train.left):
        return np.full(len(test.left), train.left.mean() if len(train.left) else 0.0)
    with threadpool_limits(1):  # one order of summation, so the same bits every time
        return _LEARNT[method](train, test)


def newcomer_exits(
    panel: Panel, known: Panel, horizon: int, size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(size, horizon) exits a month of people hired after the end of `panel`, for all baselines:
    hires as in the last twelve months, leaving as hires did in `known`, by months since."""
    recent = np.arange(max(panel.months - 12, 1), panel.months)
    hires = np.array([(panel.first == t).sum() for t in recent])
    exits = np.zeros((size, horizon), np.int64)
    if not hires.size:
        return exits
    hired = np.flatnonzero(known.first > 0)
    share = []
    for k in range(horizon):
        column = known.first[hired] + k
        left = known.exited[hired] == column
        at_risk = (left | (known.last[hired] >= column)) & (column < known.months)
        share.append(left[at_risk].sum() / max(at_risk.sum(), 1))
    for h in range(horizon):
        here = rng.choice(hires, size=size)
        for k in range(horizon - h):
            gone = rng.binomial(here, share[k])
            exits[:, h + k] += gone
            here = here - gone
    return exits
