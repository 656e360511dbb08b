"""How long requests wait: the share still open after so many month ends, simulated or recorded.

Kaplan and Meier's product-limit estimator (1958) on counts by month end: requests that met their
k-th month end open, or were answered before it, and of them those answered. A request whose owner
left, or that the record ends with, is no longer at risk afterwards: it counts as far as it was
seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval, interval_of, quantiles_of

Z90 = 1.6448536269514722
"""Of a normal 90% interval."""
KNOWN = 0.9
"""Share of draws in which a month end must have been seen to be shown; the others are left out."""
Counts = NDArray[np.float64]
"""(..., month end)"""


@dataclass(frozen=True)
class Waiting:
    """Requests with one department, or with all of them."""

    department: str
    """Its name in the role pack or the records; ``all``, or ``rest`` for small ones together."""
    recorded: bool
    requests: float
    """How many there were: recorded, or expected a future."""
    mean: tuple[float, ...]
    """Share still open after 0, 1, 2, ... month ends, as far as any were seen so long."""
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    """90%: of draws where simulated, of sampling where recorded."""
    late: Interval | None
    """Share open past the SLA; None where none was seen so long."""


def still_open(met: Counts, answered: Counts) -> NDArray[np.float64]:
    """(..., 1 + month end) the share open after 0, 1, ... month ends: 0 once all are answered, NaN
    where those left were lost from sight before."""
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(met > 0, 1.0 - answered / met, np.nan)
    share = np.concatenate([np.ones((*met.shape[:-1], 1)), np.cumprod(kept, axis=-1)], axis=-1)
    return np.where((share == 0.0).cumsum(axis=-1) > 0, 0.0, share)


def simulated(department: str, met: Counts, answered: Counts, sla: int) -> Waiting:
    """Of counts (draw, replicate, month end) over the period; a draw's share is over its
    replicates together."""
    shares = still_open(met.sum(axis=1), answered.sum(axis=1))
    seen = int((np.isfinite(shares).mean(axis=0) >= KNOWN).sum())
    columns = [column[np.isfinite(column)] for column in shares[:, :seen].T]
    past = sla + 1
    return Waiting(
        department, False, float(met[..., 0].mean()),
        mean=tuple(float(column.mean()) for column in columns),
        **{name: tuple(float(quantiles_of(column, (level,))[0]) for column in columns)
           for name, level in (("lower", 0.05), ("upper", 0.95))},
        late=interval_of(columns[past]) if past < seen else None)


def recorded(department: str, met: Counts, answered: Counts, sla: int) -> Waiting:
    """Of counts (month end,); Greenwood's variance on the log-log scale (Kalbfleisch, Prentice
    1980), which keeps the interval within 0..1."""
    share = still_open(met, answered)
    seen = int(np.isfinite(share).sum())
    share, at_risk, gone = share[:seen], met[: seen - 1], answered[: seen - 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.cumsum(gone / (at_risk * (at_risk - gone)))) / np.log(share[1:])
        low, high = (share[1:] ** np.exp(sign * Z90 * spread) for sign in (-1.0, 1.0))
    lower = np.concatenate([[1.0], np.where(np.isfinite(low), low, share[1:])])
    upper = np.concatenate([[1.0], np.where(np.isfinite(high), high, share[1:])])
    past = sla + 1
    return Waiting(
        department, True, float(met[0]), tuple(share.tolist()), tuple(lower.tolist()),
        tuple(upper.tolist()),
        late=Interval(float(share[past]), float(lower[past]), float(upper[past]))
        if past < seen else None)


def counts(waited: NDArray[np.int64], answered: NDArray[np.bool_], ends: int) -> tuple[
        Counts, Counts]:
    """(month end,) met and answered, of requests that `waited` so many month ends (those of the
    months in which they were raised and `answered`, or last seen, included); from `ends` on none
    are told apart."""
    end = np.arange(1, ends + 1)
    met = (waited[:, None] >= end).sum(axis=0)
    gone = ((waited[:, None] == end) & answered[:, None]).sum(axis=0)
    return met.astype(np.float64), gone.astype(np.float64)
