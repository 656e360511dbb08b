"""Summary statistics of a panel: what the amortised posterior looks at.

A `Summariser` holds what every simulated panel shares with the observed one (people, entry
dates, base pay, calendar, teams, courses) and turns the rest into a vector. Shares and averages
say how much; coefficients of auxiliary models (a discrete-time hazard, a model of idle months,
autoregressions, a model of ratings) say how things hang together. They are never read as
parameters of the model, only compared between real and simulated panels (indirect inference:
Gourieroux, Monfort, Renault 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration import informed, measure
from calibration.measure.frame import QUARTERS, THIRDS
from simlab.i18n import text
from simlab.panel import Panel


@dataclass(frozen=True)
class Summariser:
    """Summaries of panels with the people, calendar and base pay of one observed panel.

    Only columns of that panel are used: cut it with `Panel.until` first.
    """

    names: tuple[str, ...]
    """K names ``family/group``; what the observed panel cannot say is left out."""
    calibrated: NDArray[np.bool_]
    """(parameter,) which parameters of the registry such panels can move."""
    _kinds: tuple[measure.Kind, ...]
    _keep: NDArray[np.int64]
    _facts: measure.Facts

    @classmethod
    def like(cls, panel: Panel) -> Summariser:
        """The summariser for `panel` and for simulated panels of the same people."""
        recorded = panel.recorded
        kinds = tuple(kind for kind in measure.KINDS if recorded.issuperset(kind.NEEDS))
        names = [name for kind in kinds for name in kind.NAMES]
        keep = [k for k, name in enumerate(names) if _known(name, panel)]
        return cls(tuple(names[k] for k in keep), informed.calibrated(recorded), kinds,
                   np.array(keep), measure.Facts.of(panel))

    def of_panel(self, panel: Panel) -> NDArray[np.float64]:
        """(K,) summaries of a whole panel of the same people.

        Holds Python's lock little while it counts: call it from several threads at once.
        """
        frame = measure.Frame(self._facts, panel)
        return measure.measure(frame, self._kinds)[self._keep]


def label(name: str, lang: str = "en") -> str:
    """A summary's name in plain words, e.g. 'share leaving in a month: tenure 0 months'."""
    family, group = name.split("/")
    return text(
        "summary.label",
        lang,
        family=text(f"summary.family.{family}", lang),
        group=text(f"summary.group.{group}", lang),
    )


_BY_AMOUNT = ("rating_attainment", "rating_mean", "rating_model")
"""Families of ratings that set them against business."""


def _known(name: str, panel: Panel) -> bool:
    """Whether `panel` can say anything about the summary `name` of a kind that it can count."""
    family, group = name.split("/")
    if group in (*THIRDS, "base", "by_base"):
        return bool(np.isfinite(panel.base).any())
    if group in QUARTERS:
        calendar = (panel.start + np.arange(panel.months)) % 12 // 3
        return bool((calendar == QUARTERS.index(group)).any())
    if group.startswith("rating") or group == "unrated":
        return bool((panel.rating > 0).any())
    if group.startswith("idle") or family in _BY_AMOUNT:
        return panel.amounts
    if group.startswith("results") or group.split("_")[-1] in ("low", "high"):
        return panel.amounts or panel.score is not None
    if not panel.observed.any():
        return family == "exit_rate"
    return True
