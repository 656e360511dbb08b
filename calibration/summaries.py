"""Summary statistics of a panel: what the amortised posterior looks at.

A `Summariser` holds what every simulated panel shares with the observed one (people, entry
dates, base pay, calendar) and turns the rest (business, ratings, exits) into a vector. Shares
and averages say how much; coefficients of auxiliary models (a discrete-time hazard, a model of
idle months, an autoregression of business, a model of ratings) say how things hang together.
They are never read as parameters of the model, only compared between real and simulated
panels (indirect inference: Gourieroux, Monfort, Renault 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration import measure
from simlab.i18n import text
from simlab.panel import STILL_HERE, Panel, season

_BAND_STARTS = np.array([0, 1, 3, 6, 12, 24])


@dataclass(frozen=True)
class Summariser:
    """Summaries of panels with the people, calendar and base pay of one observed panel.

    Only columns of that panel are used: cut it with `Panel.until` first.
    """

    names: tuple[str, ...]
    """K names ``family/group``; what the observed panel cannot say is left out."""
    _keep: NDArray[np.int64]
    _lost: NDArray[np.int64]
    """(n,) last column in which a person who stayed would be seen: someone who vanishes from the
    record is lost from sight in a simulated panel too, and a later exit is not known."""
    _facts: tuple[NDArray[np.generic], ...]

    @classmethod
    def like(cls, panel: Panel) -> Summariser:
        """The summariser for `panel` and for simulated panels of the same people."""
        months = panel.months
        calendar = (panel.start + np.arange(months)) % 12
        log_base, third = _pay(panel)
        tenure = panel.tenure()
        band = np.searchsorted(_BAND_STARTS, tenure, side="right") - 1
        facts = (
            panel.hired.astype(np.int32),
            panel.first.astype(np.int32),
            tenure.astype(np.int32),
            band.astype(np.int64),
            log_base,
            third,
            season(panel)[calendar],
            (calendar // 3).astype(np.int64),
            calendar % 3 == 2,
        )
        keep = [k for k, name in enumerate(measure.NAMES) if _known(name, panel)]
        lost = np.where(panel.exited < STILL_HERE, months - 1, panel.last).astype(np.int64)
        return cls(tuple(measure.NAMES[k] for k in keep), np.array(keep), lost, facts)

    def of(
        self,
        business: NDArray[np.float32],
        rating: NDArray[np.int8],
        exited: NDArray[np.int32],
        observed: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """(K,) summaries of one panel's arrays, each (n, T), `exited` (n,) as in `Panel`.

        Holds no Python lock while it counts: call it from several threads at once.
        """
        known = np.where(exited <= self._lost, exited, STILL_HERE).astype(np.int32)
        values: NDArray[np.float64] = measure.measure(
            *self._facts, business, rating, known, observed
        )
        return values[self._keep]

    def of_panel(self, panel: Panel) -> NDArray[np.float64]:
        """(K,) summaries of a whole panel of the same people."""
        return self.of(panel.business, panel.rating, panel.exited, panel.observed)


def label(name: str, lang: str = "en") -> str:
    """A summary's name in plain words, e.g. 'share leaving in a month: tenure 0 months'."""
    family, group = name.split("/")
    return text(
        "summary.label",
        lang,
        family=text(f"summary.family.{family}", lang),
        group=text(f"summary.group.{group}", lang),
    )


def _known(name: str, panel: Panel) -> bool:
    """Whether `panel` can say anything about the summary `name` at all."""
    family, group = name.split("/")
    if group in (*measure.THIRDS, "base", "by_base"):
        return bool(np.isfinite(panel.base).any())
    if group in measure.QUARTERS:
        calendar = (panel.start + np.arange(panel.months)) % 12 // 3
        return bool((calendar == measure.QUARTERS.index(group)).any())
    if family.startswith("rating_") or group.startswith("rating") or group == "unrated":
        return bool((panel.rating > 0).any())
    if not panel.observed.any():
        return family == "exit_rate"
    return True


def _pay(panel: Panel) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(n, T) centred log base pay, carried over gaps (0 = unknown), and its third: 0, 1, 2."""
    known = np.isfinite(panel.base) & (panel.base > 0)
    if not known.any():
        return np.zeros(panel.base.shape, np.float32), np.ones(panel.base.shape, np.int64)
    log_base = np.log(panel.base, where=known, out=np.full(panel.base.shape, np.nan, np.float32))
    centre = np.float32(np.nanmean(log_base[panel.observed & known], dtype=np.float64))
    filled = _carried(log_base - centre)
    low, high = np.quantile(filled[panel.observed & known], [1 / 3, 2 / 3])
    third = np.where(filled <= low, 0, np.where(filled <= high, 1, 2)).astype(np.int64)
    return filled, third


def _carried(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with NaN replaced by the value before, else by the first one after, else by 0."""
    out = values.copy()
    for column in range(1, out.shape[1]):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column - 1]
    for column in range(out.shape[1] - 2, -1, -1):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column + 1]
    return np.nan_to_num(out, nan=0.0)
