"""The verdict on a claim: a rule over simulated futures, fixed before any of them is run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

ENOUGH = 0.8
"""Share of futures that settles a verdict."""


class Verdict(StrEnum):
    """What the futures say of a claim."""

    AGREES = "agrees"
    WEAKER = "weaker"
    STRONGER = "stronger"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    CANNOT_HAPPEN = "cannot_happen"
    NOT_TESTED = "not_tested"


@dataclass(frozen=True)
class Judgement:
    """Shares of the futures, and the verdict they give. `inside` + `short` + `beyond` is below
    1 where the figure has no value in some futures (nothing happened to take a ratio of)."""

    inside: float
    """In the claim's band, edges included: the probability of the band."""
    short: float
    """On the near side of the band: less of an effect than claimed, or one of the other sign."""
    beyond: float
    """On the far side: more of an effect than claimed."""
    right_sign: float
    """On the claim's side of no effect; NaN for a claim of a level, which has no sign."""
    verdict: Verdict


def judge(
    values: NDArray[np.float64],
    band: tuple[float, float],
    no_effect: float | None,
    attainable: tuple[float, float] | None = None,
) -> Judgement:
    """Judge the claim that a figure lies in a `band`.

    `values` (future,) is the figure in each simulated future; a future is one draw of the
    parameters, the figure its expectation over that draw's replicates. `no_effect` is the value
    the figure has where the policy does nothing (1 of a ratio, 0 of a difference); None for a
    level, such as a share of the staff. The *near side* of the band is the one towards no
    effect (for a level: below), the *far side* the other one; no band holds `no_effect`. In
    this order:

    1. ``not_tested``: no future has a value.
    2. ``cannot_happen``: the band lies wholly outside `attainable`, the values that the model's
       structure allows whatever its parameters; or every future is exactly at
       `no_effect`: nothing in the model leads from the policy to this figure.
    3. ``agrees``: at least 80% of all futures are inside the band.
    4. ``weaker``: at least 80% of all futures are on its near side.
    5. ``stronger``: at least 80% of all futures are on its far side.
    6. ``not_distinguishable``: none of these; the futures lie on both sides of an edge.

    Futures without a value count in no share, so they can only take certainty away.
    """
    lower, upper = band
    known = values[np.isfinite(values)]
    inside = (known >= lower) & (known <= upper)
    rising = no_effect is None or lower > no_effect
    near = known < lower if rising else known > upper
    shares = [float(part.sum()) / max(len(values), 1) for part in (inside, near, ~inside & ~near)]
    sign = math.nan
    if no_effect is not None and len(values):
        ahead = known > no_effect if rising else known < no_effect
        sign = float(ahead.sum()) / len(values)
    verdict = _settle(known, band, no_effect, attainable, shares)
    return Judgement(shares[0], shares[1], shares[2], sign, verdict)


def _settle(
    known: NDArray[np.float64],
    band: tuple[float, float],
    no_effect: float | None,
    attainable: tuple[float, float] | None,
    shares: list[float],
) -> Verdict:
    lower, upper = band
    if not len(known):
        return Verdict.NOT_TESTED
    if attainable is not None and (attainable[1] < lower or attainable[0] > upper):
        return Verdict.CANNOT_HAPPEN
    if no_effect is not None and bool((known == no_effect).all()):
        return Verdict.CANNOT_HAPPEN
    settled = (Verdict.AGREES, Verdict.WEAKER, Verdict.STRONGER)
    for share, verdict in zip(shares, settled, strict=True):
        if share >= ENOUGH:
            return verdict
    return Verdict.NOT_DISTINGUISHABLE


def combine(verdicts: Iterable[Verdict], together: float) -> Verdict:
    """The verdict on a claim of several figures.

    One that cannot happen, or was not tested, decides for all. The claim agrees where at least
    80% of futures have every figure in its band at once (`together` is that share). Otherwise
    figures that agree on their own are left out; where the others say the same it is the
    verdict, else the claim as a whole is not distinguishable.
    """
    said = list(verdicts)
    for decides in (Verdict.CANNOT_HAPPEN, Verdict.NOT_TESTED):
        if decides in said:
            return decides
    if not said:
        return Verdict.NOT_TESTED
    if together >= ENOUGH:
        return Verdict.AGREES
    others = {verdict for verdict in said if verdict is not Verdict.AGREES}
    return others.pop() if len(others) == 1 else Verdict.NOT_DISTINGUISHABLE
