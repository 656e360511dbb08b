"""Deep uncertainties: what may turn out otherwise than a scenario says, at odds nobody knows.

The words are those of robust decision making (Lempert, Popper, Bankes 2003, RAND MR-1626) and of
the EMA workbench. A *future* is a point: uncertainty -> the value it takes. What a future leaves
out stays as the scenario has it, so that the empty point is the scenario itself, and every future
is the scenario written with other facts, policies and parameters.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scenarios.facts import SURROUNDINGS, FirmFacts
from simlab.errors import LabError
from simlab.parameters import INDEX, REGISTRY
from simlab.policy import Policy, field_of, field_problems, levers, with_fields
from simlab.policy.levers import BothLanguages, refused

Point = Mapping[str, float]
"""A future: uncertainty -> its value."""
Draws = NDArray[np.float64]

_EFFECTS = "effects"
"""Target of all effects that the data did not inform; ``effects.GROUP`` of those of one role or
one grade of evidence."""


def _groups(effect: Any) -> tuple[str, str]:
    return str(effect.role), str(effect.grade).replace(" ", "_")


TARGETS: tuple[str, ...] = (
    *(f"firm.{fact}" for fact in SURROUNDINGS),
    *levers(),
    _EFFECTS,
    *dict.fromkeys(f"{_EFFECTS}.{group}" for p in REGISTRY if p.effect for group in _groups(p)),
    *(f"parameters.{p.name}" for p in REGISTRY),
)
"""What an uncertainty can move; of a policy's fields those that are numbers."""


class Level(BaseModel):
    """A value with a name: one column of the table of named futures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: BothLanguages
    value: float


class Uncertainty(BaseModel):
    """One thing that may turn out otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: BothLanguages
    target: str = Field(min_length=1)
    how: Literal["add", "multiply", "set"]
    range: tuple[float, float] | None = None
    levels: tuple[Level, ...] = ()

    @model_validator(mode="after")
    def _spans(self) -> Self:
        if self.range is None and len(self.levels) < 2:
            raise refused("no_range")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise refused("falling_range", lower=f"{self.range[0]:g}", upper=f"{self.range[1]:g}")
        if self.how == "multiply" and self.span[0] < 0:
            raise refused("negative_multiplier", least=f"{self.span[0]:g}")
        return self

    @property
    def span(self) -> tuple[float, float]:
        """Its least and largest value."""
        values = [*(self.range or ()), *(level.value for level in self.levels)]
        return min(values), max(values)

    def at(self, share: float) -> float:
        """Its value at `share` (0 to 1) of the range, or of the levels where it has no range."""
        if self.range is not None:
            return self.range[0] + share * (self.range[1] - self.range[0])
        return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)].value

    def moved(self, before: Any, value: float) -> Any:
        """What `before` becomes where the uncertainty takes `value`."""
        if self.how == "set":
            return value
        return before + value if self.how == "add" else before * value


def _level(en: str, zh: str, value: float) -> Level:
    return Level(title={"en": en, "zh": zh}, value=value)


_STRENGTHS = (_level("half", "减半", 0.5), _level("half as strong again", "增强一半", 1.5))
DEFAULT: tuple[Uncertainty, ...] = (
    Uncertainty(
        name="labour_market", title={"en": "the labour market", "zh": "劳动力市场"},
        target="firm.market", how="add", range=(-0.5, 0.5),
        levels=(_level("weak", "疲软", -0.5), _level("hot", "火热", 0.5))),
    Uncertainty(
        name="transition_months", title={"en": "the length of the transition", "zh": "转型时长"},
        target="selection.ramp_months", how="multiply", range=(0.5, 1.5),
        levels=(_level("half", "减半", 0.5), _level("half as long again", "延长一半", 1.5))),
    Uncertainty(
        name="lever_effects",
        title={"en": "the strength of levers", "zh": "杠杆作用的强度"},
        target=f"{_EFFECTS}.policy", how="multiply", range=(0.5, 1.5), levels=_STRENGTHS),
    Uncertainty(
        name="associations",
        title={"en": "the strength of assumed associations", "zh": "假设关联的强度"},
        target=f"{_EFFECTS}.association", how="multiply", range=(0.5, 1.5), levels=_STRENGTHS),
)
"""What is uncertain where a scenario does not say. Every range is an assumption. How levers act
and how one thing goes with another are apart (`simlab.parameters.Role`): associations move the
level of leaving under every policy, levers only under the policies that pull them."""


def assumed(
    facts: FirmFacts, policies: Sequence[Policy], among: Sequence[Uncertainty] = DEFAULT
) -> tuple[Uncertainty, ...]:
    """The uncertainties of `among` that can be moved over their whole range."""
    found = []
    for each in among:
        # a policy whose transition takes a month cannot take half of one
        with contextlib.suppress(LabError):
            check([each], facts, policies, each.name)
            found.append(each)
    return tuple(found)


def chosen(declared: Sequence[Uncertainty], names: Sequence[str]) -> tuple[Uncertainty, ...]:
    """The uncertainties named, or all; LabError ``unknown_uncertainty`` with the nearest names."""
    known = {each.name: each for each in declared}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4) or list(known)
            raise LabError("unknown_uncertainty", name=name, near=", ".join(near))
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(declared)


def check(
    uncertainties: Sequence[Uncertainty], facts: FirmFacts, policies: Sequence[Policy], source: str
) -> None:
    """LabErrors naming what an uncertainty of the file `source` cannot move
    (``uncertainty_target`` with the nearest names), moves twice (``uncertainty_twice``), or moves
    out of its bounds (``uncertainty_outside``)."""
    for key in ("name", "target"):
        given = [getattr(each, key) for each in uncertainties]
        for value in given:
            if given.count(value) > 1:
                raise LabError("uncertainty_twice", file=source, part=key, value=value)
    for each in uncertainties:
        _check_target(each, policies, source)
        for value in each.span:
            _check_bounds(each, value, facts, policies, source)


def facts_in(facts: FirmFacts, uncertainties: Sequence[Uncertainty], point: Point) -> FirmFacts:
    """The facts of the firm in a future."""
    given = facts.model_dump()
    for each in uncertainties:
        space, _, name = each.target.partition(".")
        if space == "firm" and each.name in point:
            before, value = given[name], point[each.name]
            if isinstance(before, tuple):
                given[name] = tuple(each.moved(year, value) for year in before)
            else:
                after = each.moved(before, value)
                given[name] = round(after) if isinstance(before, int) else after
    return FirmFacts.model_validate(given)


def policies_in(
    policies: Sequence[Policy], uncertainties: Sequence[Uncertainty], point: Point
) -> list[Policy]:
    """Every policy as it is in a future; whole numbers stay whole."""
    def fields(policy: Policy) -> dict[str, Any]:
        moved = {}
        for each in uncertainties:
            if each.name in point and _space(each) == "policy":
                before = field_of(policy, each.target)
                after = each.moved(before, point[each.name])
                moved[each.target] = round(after) if isinstance(before, int) else after
        return moved

    return [with_fields(policy, fields(policy)) for policy in policies]


def draws_in(
    draws: Draws, informed: NDArray[np.bool_], uncertainties: Sequence[Uncertainty], point: Point
) -> Draws:
    """(draw, parameter) parameters in a future, within their bounds. `informed` (parameter,)
    are those that the data informed: ``effects`` leaves them alone."""
    changed = draws.copy()
    for each in uncertainties:
        if each.name in point and _space(each) in (_EFFECTS, "parameters"):
            for k in _moved(each, informed):
                bounds = REGISTRY[k].lower, REGISTRY[k].upper
                moved = each.moved(changed[:, k], point[each.name])
                changed[:, k] = np.clip(moved, *bounds)
    return changed


def latin_hypercube(
    uncertainties: Sequence[Uncertainty], count: int, seed: int
) -> list[dict[str, float]]:
    """`count` futures in which each uncertainty takes values from all over its range (McKay,
    Beckman, Conover 1979, Technometrics 21:239), in no order."""
    from scipy.stats import qmc  # slow to load, and only needed here

    shares = qmc.LatinHypercube(len(uncertainties), rng=np.random.default_rng(seed)).random(count)
    return [{each.name: each.at(float(share)) for each, share in zip(uncertainties, row,
                                                                     strict=True)}
            for row in shares]


def _space(uncertainty: Uncertainty) -> str:
    space = uncertainty.target.partition(".")[0]
    return space if space in ("firm", _EFFECTS, "parameters") else "policy"


def _moved(uncertainty: Uncertainty, informed: NDArray[np.bool_]) -> list[int]:
    """Places of the parameters that an uncertainty moves."""
    space, _, name = uncertainty.target.partition(".")
    if space == "parameters":
        return [INDEX[name]]
    return [k for k, p in enumerate(REGISTRY)
            if p.effect and not informed[k] and (not name or name in _groups(p))]


def _check_target(uncertainty: Uncertainty, policies: Sequence[Policy], source: str) -> None:
    target = uncertainty.target
    try:
        numbers = target in TARGETS or _space(uncertainty) == "policy"
        if _space(uncertainty) == "policy":
            numbers = all(type(field_of(policy, target)) in (int, float) for policy in policies)
    except LabError:
        numbers = False
    if not numbers:
        near = get_close_matches(target, TARGETS, n=3, cutoff=0.4) or TARGETS[:3]
        raise LabError("uncertainty_target", file=source, name=uncertainty.name, target=target,
                       near=", ".join(near))


def _check_bounds(
    uncertainty: Uncertainty, value: float, facts: FirmFacts, policies: Sequence[Policy],
    source: str,
) -> None:
    point = {uncertainty.name: value}
    wrong: tuple[LabError, ...] = ()
    try:
        facts_in(facts, [uncertainty], point)
        policies_in(policies, [uncertainty], point)
    except ValidationError as error:
        wrong = field_problems(error, source, "firm")
    except LabError as error:
        wrong = error.problems or (error,)
    if _space(uncertainty) == "parameters" and uncertainty.how == "set":
        parameter = REGISTRY[INDEX[uncertainty.target.partition(".")[2]]]
        if not parameter.lower <= value <= parameter.upper:
            wrong = (LabError("parameter_bounds", name=parameter.name, lower=parameter.lower,
                              upper=parameter.upper),)
    if wrong:
        raise LabError("uncertainty_outside", file=source, name=uncertainty.name, problems=wrong,
                       target=uncertainty.target, value=f"{value:g}")
