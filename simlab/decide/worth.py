"""What a policy is worth in money, when it has paid for itself, and what doing nothing costs.

Counted are all cost items of the model (pay, training, support, help, replacement, conditions)
and, where the user has stated a margin, business at that margin. Business of customers lost with
a leaver is missing from business already and is never counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Fan, Interval, fan_of, interval_of
from simlab.decide.outcomes import HEADLINE
from simlab.decide.terms import Terms

Monthly = NDArray[np.float64]
"""(draw, policy, month, outcome) expectations: means over the replicates of a draw."""


@dataclass(frozen=True)
class Worth:
    """Of `policy` above `against` over the period, money; expectations over draws."""

    policy: str
    against: str
    net: Interval
    positive: float
    """Share of draws in which it is worth more than it costs."""
    running: Fan
    """Net value added up to each month."""
    paid_back: float
    """Share of draws in which all that was spent is back by the end of the period."""
    payback: Interval | None
    """Months until it is back for good, over these draws (0: never spent more); None where there
    are none."""
    counted: tuple[str, ...]
    """Outcomes that went in."""


@dataclass(frozen=True)
class Idle:
    """What going on as under the baseline costs over the period, expectations over draws."""

    policy: str
    headline: Interval
    replacement_cost: Interval
    """Money for replacing those who leave, whatever the kind of exit."""
    lost_business: Interval
    """Business that customers lost with a leaver would have brought until the end of the period,
    had they stayed: the most that it can be."""
    total: Interval | None
    """Replacement and lost business at the stated margin; None without one."""


def worth(
    monthly: Monthly, order: Mapping[str, int], names: tuple[str, ...], baseline: str, terms: Terms
) -> tuple[Worth, ...]:
    """Every policy against the baseline; none where costs were not simulated."""
    if "cost" not in names:
        return ()
    counted = ["cost"]
    value = -monthly[..., names.index("cost")]
    if terms.margin is not None and "business" in names:
        counted.append("business")
        value = value + terms.margin * monthly[..., names.index("business")]
    return tuple(
        _worth(policy, baseline, value[:, p] - value[:, order[baseline]], tuple(counted))
        for policy, p in order.items() if policy != baseline)


def _worth(
    policy: str, against: str, gain: NDArray[np.float64], counted: tuple[str, ...]
) -> Worth:
    """`gain` (draw, month)."""
    running = gain.cumsum(axis=1)
    months = payback_months(running)
    back = np.isfinite(months)
    return Worth(
        policy=policy, against=against, net=interval_of(running[:, -1]),
        positive=float((running[:, -1] > 0).mean()), running=fan_of(policy, "net_value", running),
        paid_back=float(back.mean()),
        payback=interval_of(months[back]) if back.any() else None, counted=counted)


def payback_months(running: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draw,) months after which `running` (draw, month) net value stays at or above zero until
    the end: 0 where it never was below, infinity where it ends below."""
    below = running < 0
    last = running.shape[1] - below[:, ::-1].argmax(axis=1)
    months = np.where(below.any(axis=1), last, 0).astype(float)
    months[below[:, -1]] = np.inf
    return months


def idle(
    monthly: Monthly, order: Mapping[str, int], names: tuple[str, ...], baseline: str, terms: Terms
) -> Idle | None:
    """Of the baseline; None where its figures were not simulated."""
    if not {HEADLINE, "replacement_cost", "lost_business"} <= set(names):
        return None
    own = monthly[:, order[baseline]]
    replacing = own[..., names.index("replacement_cost")].sum(axis=1)
    left = np.arange(own.shape[1])[::-1]
    lost = own[..., names.index("lost_business")] @ left
    return Idle(
        policy=baseline, headline=interval_of(own[..., names.index(HEADLINE)].sum(axis=1)),
        replacement_cost=interval_of(replacing), lost_business=interval_of(lost),
        total=None if terms.margin is None else interval_of(replacing + terms.margin * lost))
