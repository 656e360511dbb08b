"""The month: its rules in order. A new behaviour of the lab is one line here.

A researcher's own behaviour needs no edit: `MONTH.adding(...)` is a month with one rule, outcome,
state or parameter more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.engine.outcomes import OUTCOMES, record
from simlab.parameters import REGISTRY, Parameter
from simlab.rules import Rule, as_rule
from simlab.rules.enter import enter
from simlab.rules.feel import feel
from simlab.rules.hire import assign, hand_over, hire
from simlab.rules.learn import learn
from simlab.rules.leave import depart, leave
from simlab.rules.pay import pay
from simlab.rules.reduce import reduce
from simlab.rules.score import score
from simlab.rules.serve import serve
from simlab.rules.show import show
from simlab.rules.support import support
from simlab.rules.warn import give_help, warn
from simlab.rules.work import work
from simlab.world import PERSON


@dataclass(frozen=True)
class Month:
    """What happens in a month, in order, and the records it works on."""

    rules: tuple[Rule, ...]
    outcomes: tuple[str, ...] = OUTCOMES
    """Names of the month's figures, by their place on the last axis of results."""
    person: np.dtype[np.void] = PERSON
    """Record type of people."""
    parameters: tuple[Parameter, ...] = REGISTRY
    """Registry of the parameters that rules read."""

    def __post_init__(self) -> None:
        names = [declared.name for declared in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules share a name: {', '.join(twice)}")

    def adding(
        self,
        function: Callable[..., Any],
        *,
        after: str,
        fields: Sequence[tuple[str, str]] = (),
        parameters: Sequence[Parameter] = (),
    ) -> Month:
        """This month with one rule more (see `simlab.rules.rule`), right after the rule `after`.

        `fields` are further states of a person, (name, NumPy type), zero at the start. Whoever
        takes a seat later finds what the last one left there, so the rule sets them anew in the
        month of arrival. `parameters` join the registry. A rule of scope "outcome" adds an outcome
        of its own name. Raises ValueError for a name that is taken, or an unknown `after`.
        """
        declared = as_rule(function)
        names = [known.name for known in self.rules]
        if after not in names:
            raise ValueError(f"no rule {after!r} to follow; known: {', '.join(names)}")
        place = names.index(after) + 1
        outcomes = self.outcomes
        if declared.scope == "outcome":
            outcomes = (*outcomes, declared.name)
            if len(set(outcomes)) < len(outcomes):
                raise ValueError(f"outcome {declared.name!r} exists already")
        return replace(
            self,
            rules=(*self.rules[:place], declared, *self.rules[place:]),
            outcomes=outcomes,
            person=_with_fields(self.person, fields),
            parameters=_with_parameters(self.parameters, parameters),
        )

    def people(self, people: NDArray[np.void]) -> NDArray[np.void]:
        """People as this month's records: the same rows, the month's own states zero."""
        if people.dtype == self.person:
            return people
        rows = np.zeros(people.shape, self.person)
        for name in people.dtype.names or ():
            rows[name] = people[name]
        return rows


def _with_fields(
    person: np.dtype[np.void], fields: Sequence[tuple[str, str]]
) -> np.dtype[np.void]:
    if not fields:
        return person
    taken = set(person.names or ()).intersection(name for name, _ in fields)
    if taken:
        raise ValueError(f"a person has {', '.join(sorted(taken))} already")
    known: list[Any] = [(name, person.fields[name][0]) for name in person.names or ()]  # type: ignore[index]
    # in front: numba takes a record that only begins with another's fields for a kind of it
    return np.dtype(list(fields) + known, align=True)


def _with_parameters(
    registry: tuple[Parameter, ...], parameters: Sequence[Parameter]
) -> tuple[Parameter, ...]:
    taken = {p.name for p in registry}.intersection(p.name for p in parameters)
    if taken:
        raise ValueError(f"the registry has {', '.join(sorted(taken))} already")
    return (*registry, *parameters)


MONTH = Month(
    tuple(
        as_rule(function)
        for function in (
            # people act
            enter,
            work,
            serve,
            support,
            score,
            pay,
            learn,
            # group figures are reduced
            reduce,
            # people react
            feel,
            show,
            warn,
            # HR ranks and helps
            give_help,
            # people leave
            leave,
            depart,
            # the firm hands over, the month is recorded, people move and are hired
            hand_over,
            record,
            assign,
            hire,
        )
    )
)
"""Two phases: no rule sees another person's half-updated state."""
