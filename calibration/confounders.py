"""What else moved in the months of a past change, and so cannot be told apart from it.

A before-and-after comparison holds the season, the market, a wave of hiring, other measures and
decisions made beforehand as well as the change (Shadish, Cook, Campbell 2002, ch. 2: history,
maturation, selection). Each is looked up in the record where the record can show it; what it
cannot show is said to be unknown, never taken to be absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, nbinom

from calibration.past_change import Group
from simlab.panel import Panel, month_name

LAG = 3
"""Months before the change in which another measure may still be at work in it."""
PAY_MOVED = 0.02
"""Change of the median log base pay that counts as one."""


@dataclass(frozen=True)
class Confounder:
    """One thing beside the change. `open`: the record cannot rule it out as what happened."""

    code: str
    """Texts ``confounder.<code>``."""
    open: bool
    values: dict[str, Any]


def confounders(
    panel: Panel, groups: Sequence[Group], *, column: int, months: int, base_factor: float,
    others: Sequence[tuple[int, dict[str, str]]],
) -> tuple[Confounder, ...]:
    """Everything looked for, open or not. `column` and `months`: the window in `panel`;
    `base_factor`: what the change itself does to base pay; `others`: month (since year 0) and
    title of what else is known to have happened."""
    return (
        _season(panel, column, months), _market(groups), _hiring(panel, column, months),
        *_pay(panel, column, months, base_factor), _decided(groups[0]), *_lost(groups),
        *_declared(panel, column, months, others))


def _season(panel: Panel, column: int, months: int) -> Confounder:
    """The same calendar months of an earlier year against the rest of that record."""
    same = np.isin(np.arange(column) % 12, np.arange(column, column + months) % 12)
    exits = np.array([(panel.exited == t).sum() for t in range(column)])
    heads = panel.employed[:, :column].sum(axis=0)
    if column < 12 or same.all() or not same.any() or not exits[~same].any():
        return Confounder("season_unknown", True, {})
    low, high = _ratio(int(exits[same].sum()), int(heads[same].sum()),
                       int(exits[~same].sum()), int(heads[~same].sum()))
    opened = not low <= 1.0 <= high
    return Confounder("season_moved" if opened else "season_still", opened,
                      {"lower": low, "upper": high})


def _market(groups: Sequence[Group]) -> Confounder:
    """Units without the change meet the same market and season."""
    rest = [group for group in groups if not group.changed]
    if not rest:
        return Confounder("market_unknown", True, {})
    low, high = np.quantile(rest[0].without.sum(axis=1), (0.05, 0.95))
    seen = int(rest[0].observed.sum())
    opened = not low <= seen <= high
    return Confounder("rest_moved" if opened else "rest_still", opened,
                      {"observed": seen, "lower": float(low), "upper": float(high),
                       "people": rest[0].people})


def _hiring(panel: Panel, column: int, months: int) -> Confounder:
    """Hires in the window against what the year before it foretells (a gamma prior of one hire
    a month, one month's worth, and Poisson hires: a negative binomial forecast)."""
    past = range(max(column - 12, 1), column)
    before = sum(int((panel.first == t).sum()) for t in past)
    during = int(((panel.first >= column) & (panel.first < column + months)).sum())
    exposure = len(past) + 1
    hires = nbinom(before + 1, exposure / (exposure + months))
    low, high = float(hires.ppf(0.05)), float(hires.ppf(0.95))
    opened = not low <= during <= high
    return Confounder("hiring_moved" if opened else "hiring_still", opened,
                      {"hires": during, "lower": int(low), "upper": int(high)})


def _pay(panel: Panel, column: int, months: int, base_factor: float) -> Iterator[Confounder]:
    """The median person's base pay in the window against the month before, beyond the change."""
    last = min(column + months, panel.months) - 1
    before, after = (_logs(panel.base[:, t]) for t in (column - 1, last))
    both = np.isfinite(before) & np.isfinite(after) & panel.observed[:, last]
    if not both.any():
        yield Confounder("pay_unknown", True, {})
        return
    moved = float(np.median(after[both] - before[both])) - float(np.log(base_factor))
    opened = abs(moved) > PAY_MOVED
    yield Confounder("pay_moved" if opened else "pay_still", opened,
                     {"change": float(np.expm1(moved))})


def _decided(group: Group) -> Confounder:
    """Exits decided before the change and happening after it."""
    share = group.on_notice / max(float(group.without.sum(axis=1).mean()), 1e-9)
    return Confounder("decided", share > 0.1, {"people": group.on_notice, "share": min(share, 1)})


def _lost(groups: Sequence[Group]) -> Iterator[Confounder]:
    lost = sum(group.lost for group in groups)
    if lost:
        yield Confounder("lost", True, {"people": lost})


def _declared(
    panel: Panel, column: int, months: int, others: Sequence[tuple[int, dict[str, str]]]
) -> Iterator[Confounder]:
    for month, title in others:
        place = month - panel.start
        if column - LAG <= place < column + months:
            yield Confounder("declared", True, {"title": title, "month": month_name(month)})


def _ratio(one: int, heads: int, other: int, rest: int) -> tuple[float, float]:
    """90% interval of the ratio of two Poisson rates, the second count above 0: given their sum,
    the first is binomial (Clopper, Pearson 1934)."""
    scale = rest / max(heads, 1)
    low = beta.ppf(0.05, one, other + 1) if one else 0.0
    high = beta.ppf(0.95, one + 1, other)
    return float(low / (1 - low) * scale), float(high / (1 - high) * scale)


def _logs(values: NDArray[np.float32]) -> NDArray[np.float64]:
    known = np.isfinite(values) & (values > 0)
    return np.log(values, where=known, out=np.full(len(values), np.nan)).astype(np.float64)
