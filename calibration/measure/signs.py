"""What other tables say of people's months: how much, of whom, how lasting, and before exits.

One kind of summary for every monthly figure of `simlab.panel.SIGNS`. Months in which an exit
already decided upon may speak (`Panel.unmasked`) are left out, in real and in simulated records.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, logistic, persistence
from calibration.measure.frame import RECENT_CUT, Frame
from simlab.panel import SIGNS, STILL_HERE

KEY = "accounts.opened_on"
"""Without this column nobody is known to do key work."""
_SETTLED = 12
"""Months of tenure from which a person counts as settled."""
_MEMORY = 0.3
"""Weight of the newest month in the moving average of a figure that exits are set against."""
LEVELS = ("all", "settled_less_new", "results_high_less_low", "leavers_less_stayers", "between")

_jit: Any = numba.njit(nogil=True, cache=True)


@dataclass(frozen=True)
class Sign:
    """The summaries of one monthly figure."""

    field: str
    levels: tuple[str, ...] = LEVELS
    lags: tuple[int, ...] = ()
    """Months over which persistence is counted."""
    hazard: bool = False
    """Whether the figure's average enters a model of next month's exits."""
    key: bool = False
    """Whether it arises in key work only, so that only such months count."""

    @property
    def NEEDS(self) -> tuple[str, ...]:  # noqa: N802 - the same name as of a kind with a file
        """Columns of the records without which there is no such summary."""
        return (SIGNS[self.field], *((KEY,) if self.key else ()))

    @property
    def NAMES(self) -> tuple[str, ...]:  # noqa: N802
        """Names ``family/group`` in the order of `measure`."""
        return (
            *(f"{self.field}/{level}" for level in self.levels),
            *(f"{self.field}/again_{lag}" for lag in self.lags),
            *((f"exit_model/{self.field}",) if self.hazard else ()),
        )

    def measure(self, frame: Frame) -> NDArray[np.float64]:
        """The figure's summaries in the order of `NAMES`."""
        figure = self._figure(frame)
        lasting = persistence(figure)
        level = _levels(frame, figure) | {"between": lasting[1]}
        found = [level[name] for name in self.levels] + [lasting[1 + lag] for lag in self.lags]
        if self.hazard:
            found.append(_hazard(frame, figure))
        return np.array(found)

    def _figure(self, frame: Frame) -> NDArray[np.float64]:
        """(n, T) the figure where it may speak, NaN elsewhere."""
        held = frame.standing if self.field == "score" else getattr(frame.panel, self.field)
        figure = np.where(frame.employed, frame.panel.unmasked(held), np.nan).astype(np.float64)
        key_from = frame.panel.key_from
        if self.key and key_from is not None:
            figure[np.arange(frame.panel.months) < key_from[:, None]] = np.nan
        return figure


KINDS = (
    Sign("score", ("settled_less_new", "leavers_less_stayers", "between"), (1, 2, 3), hazard=True),
    Sign("absence", lags=(1,), hazard=True),
    Sign("pressure", lags=(1,), hazard=True),
    Sign("communication", ("all", "leavers_less_stayers", "between"), (1,), key=True),
    Sign("resources", ("all", "leavers_less_stayers", "between"), (1,), key=True),
    Sign("pulse", lags=(3,), hazard=True),
    Sign("raised", ("all", "leavers_less_stayers"), key=True),
    Sign("waiting", ("all", "leavers_less_stayers"), (1,), key=True),
    Sign("opened", ("all", "leavers_less_stayers", "between"), key=True),
    Sign("won", ("all", "results_high_less_low", "between"), key=True),
    Sign("lost", ("all", "leavers_less_stayers"), key=True),
    Sign("complaints", ("all", "leavers_less_stayers"), key=True),
)


def _mean(figure: NDArray[np.float64], where: NDArray[np.bool_], whole: float) -> float:
    chosen = figure[where & np.isfinite(figure)]
    return float(blend(chosen.sum(), len(chosen), whole))


def _levels(frame: Frame, figure: NDArray[np.float64]) -> dict[str, float]:
    known = np.isfinite(figure)
    whole = float(figure[known].mean()) if known.any() else 0.0
    settled = frame.facts.tenure >= _SETTLED
    left = np.broadcast_to((frame.exited < STILL_HERE)[:, None], known.shape)

    def less(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
        return _mean(figure, one, whole) - _mean(figure, other, whole)

    return {
        "all": whole,
        "settled_less_new": less(settled, ~settled),
        "results_high_less_low": less(
            frame.recent > RECENT_CUT, frame.recent < -RECENT_CUT),
        "leavers_less_stayers": less(left, ~left),
    }


def _hazard(frame: Frame, figure: NDArray[np.float64]) -> float:
    """Log-odds of leaving next month per standard deviation of the figure's moving average,
    given tenure and recent results."""
    known = np.isfinite(figure)
    if not known.any():
        return 0.0
    scaled = (figure - figure[known].mean()) / max(float(figure[known].std()), 1e-9)
    rows = exit_rows(frame.first, frame.last, frame.exited, scaled, frame.recent,
                     frame.facts.tenure, _MEMORY)
    return float(logistic(*rows, 4, 1.0)[3])


@_jit
def exit_rows(first, last, exited, scaled, recent, tenure, memory):  # type: ignore[no-untyped-def]
    """Rows of a model of next month's exits by tenure, recent results and the moving average of a
    standardised figure (n, T; NaN leaves it as it was)."""
    people, months = scaled.shape
    x = np.empty((people * months, 4))
    y = np.empty(people * months)
    rows = 0
    for i in range(people):
        average = 0.0
        for t in range(first[i], last[i]):
            if not math.isnan(scaled[i, t]):
                average += memory * (scaled[i, t] - average)
            x[rows, 0] = 1.0
            x[rows, 1] = math.log1p(tenure[i, t]) - 2.0
            x[rows, 2] = 5.0 * recent[i, t]
            x[rows, 3] = average
            y[rows] = 1.0 if exited[i] == t + 1 else 0.0
            rows += 1
    return x, y, rows
