"""Rival priors, each made from the registry by one rule on roles and grades of evidence.

An answer that holds under one of them only is an answer about the prior. `PRIORS` are

- ``registry``: each prior as the registry states it;
- ``literature``: what somebody has published, and no more: an effect that rests on an assumption
  and that records cannot move is zero;
- ``skeptical``: what is published is shrunk towards zero, by a third where a trial says so and by
  a half where a correlation does (publication bias); an assumed effect is centred at zero, and as
  likely to be larger than the registry's as the skeptical prior of Spiegelhalter, Freedman,
  Parmar (1994, J. R. Statist. Soc. A 157:357) holds the hoped-for effect of a treatment to be: 5%
  on each side, before the cut to the bounds;
- ``flat``: every value between the bounds is as likely as any other.

The local records of a firm are never shrunk, and what the registry switches off stays off.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from simlab.errors import LabError
from simlab.parameters import REGISTRY, Parameter

TRIALS = ("local trial", "published trial")
"""Grades that may set the strength of a policy."""
LOCAL = ("local trial", "local observation")
_SHRUNK = {"published trial": 2 / 3, "published correlation": 1 / 2}
_NORMAL_95 = 1.6448536269514722
"""95% quantile of the standard normal."""
_WIDE = 1000.0
"""SD over the width between the bounds: a normal so wide is level between them to 1 in 10^7."""
HELD = 1e-6
"""SD of a parameter held at a value, as the registry writes it."""


def switched_off(parameter: Parameter) -> bool:
    """Whether the registry holds the parameter at one value."""
    return parameter.sd <= HELD


def _as_stated(parameter: Parameter) -> Parameter:
    return parameter


def _literature(parameter: Parameter) -> Parameter:
    assumed = parameter.effect and parameter.grade == "assumption"
    if assumed and not parameter.calibrated:
        return replace(parameter, mean=0.0, sd=HELD)
    return parameter


def _skeptical(parameter: Parameter) -> Parameter:
    if not parameter.effect or parameter.grade in LOCAL or parameter.mean == 0:
        return parameter
    if parameter.grade in _SHRUNK:
        return replace(parameter, mean=parameter.mean * _SHRUNK[parameter.grade])
    return replace(parameter, mean=0.0, sd=abs(parameter.mean) / _NORMAL_95)


def _flat(parameter: Parameter) -> Parameter:
    width = parameter.upper - parameter.lower
    return replace(parameter, mean=(parameter.lower + parameter.upper) / 2, sd=_WIDE * width)


_RULES: dict[str, Callable[[Parameter], Parameter]] = {
    "registry": _as_stated, "literature": _literature, "skeptical": _skeptical, "flat": _flat,
}
PRIORS: tuple[str, ...] = tuple(_RULES)
"""Names of the priors, the registry's own first."""


def registry_under(
    prior: str, registry: tuple[Parameter, ...] = REGISTRY
) -> tuple[Parameter, ...]:
    """The parameters of `registry`, in its order, with the priors called `prior`.

    Pass it to `simlab.parameters.prior_draws`. LabError ``unknown_prior``.
    """
    if prior not in _RULES:
        raise LabError("unknown_prior", name=prior, known=", ".join(PRIORS))
    rule = _RULES[prior]
    return tuple(p if switched_off(p) else rule(p) for p in registry)


def steepest_slope(correlation: float, share: float = 0.2) -> float:
    """The largest fall or rise of the monthly log hazard per SD of a state that a published
    `correlation` with leaving within a year allows, where a `share` of people leave in a year.

    r / sqrt(p (1 - p) (1 - r^2)) is about the yearly log-odds per SD; the monthly slope is about
    1.12 times smaller. Published correlations are marginal: what else goes with the state is in
    them, so they bound the slope of a hazard that holds the other states as well.
    """
    yearly = abs(correlation) / math.sqrt(share * (1 - share) * (1 - correlation**2))
    return yearly / 1.12
