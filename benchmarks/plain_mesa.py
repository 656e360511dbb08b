"""The same month as an ordinary Mesa model: agents with attributes, rules in plain Python.

It exists to be timed against. The rules are the lab's own functions, uncompiled; agents are plain
objects, and each rule's random numbers come from the model's one generator, as Mesa models do.
"""

from __future__ import annotations

import math
from types import FunctionType, SimpleNamespace
from typing import Any

import mesa
import numpy as np

from simlab.engine.generate import LIVES
from simlab.engine.month import MONTH
from simlab.parameters import NAMES
from simlab.policy import Policy, compile_policies
from simlab.world import Firm, Status

PLAIN = {
    "uniform": "random", "normal": "standard_normal", "exponential": "standard_exponential",
}
"""NumPy's generator methods by kind of number."""


MATHS = {
    "exp": lambda x: math.exp(min(max(x, -700.0), 700.0)),
    "log": lambda x: math.log(max(x, 1e-300)),
}
"""What a plain Python model calls where the rules call `simlab.numeric`."""


def plain(function: Any, done: dict[int, Any]) -> Any:
    """A rule or helper as a plain Python function whose helpers are plain too."""
    function = getattr(function, "py_func", function)
    if id(function) in done:
        return done[id(function)]
    scope = dict(function.__globals__)
    copy = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    done[id(function)] = copy
    for name in function.__code__.co_names:
        if name in MATHS:
            scope[name] = MATHS[name]
        elif hasattr(scope.get(name), "py_func"):
            scope[name] = plain(scope[name], done)
    return copy


def as_object(record: np.void) -> SimpleNamespace:
    """A record as an object with attributes; nested arrays stay arrays."""
    values = {}
    for name in record.dtype.names or ():
        value = record[name]
        wide = np.int64 if np.issubdtype(value.dtype, np.integer) else np.float64
        values[name] = value.item() if np.ndim(value) == 0 else value.astype(wide)
    return SimpleNamespace(**values)


class PlainPerson(mesa.Agent):
    """A person as a Mesa agent with attributes."""

    def __init__(self, model: PlainFirm, row: np.void, accounts: list[SimpleNamespace]) -> None:
        super().__init__(model)
        self.accounts = accounts
        for name, value in vars(as_object(row)).items():
            setattr(self, name, value)

    def follow(self, declared: Any, function: Any) -> None:
        """Run one rule for this person."""
        arriving = self.status in (Status.ARRIVING, Status.AWAITED)
        if arriving != (declared.scope == "arrival") or self.status == Status.VACANT:
            return
        if declared.scope == "departure" and not self.left:
            return
        model = self.model
        random = model.rng.random
        given = {
            "person": self, "accounts": self.accounts, "team": model.teams[self.team],
            "practice": model.practices[self.practice], "seen": model.seen,
            "firm": model.firm, "policy": model.policy, "param": model.param,
            "departments": model.departments,
        }
        if declared.draws:
            draw = SimpleNamespace()
            for purpose in declared.draws:
                make = getattr(model.rng, PLAIN[purpose.kind])
                several = purpose.count if purpose.count > 1 else None
                setattr(draw, purpose.name, make(size=several))
            given["draw"] = draw
        if declared.account_draws:
            given["account_draw"] = [
                SimpleNamespace(**{p.name: random() for p in declared.account_draws})
                for _ in self.accounts
            ]
        function(**{name: given[name] for name in declared.arguments})


class PlainFirm(mesa.Model):
    """The firm as an ordinary Mesa model (person rules only; HR's rules are left out, which is to
    this version's advantage)."""

    def __init__(self, firm: Firm, policy: Policy, draw: np.ndarray, *, seed: int) -> None:
        super().__init__(rng=seed)
        self.firm = as_object(firm.firm[0])
        self.teams = [as_object(t) for t in firm.teams]
        self.departments = [as_object(d) for d in firm.departments]
        self.practices = [as_object(p) for p in firm.practices]
        self.policy = as_object(compile_policies([policy])[0])
        self.policy.weights = np.array(self.policy.weights)
        self.param = SimpleNamespace(**dict(zip(NAMES, draw.tolist(), strict=True)))
        self.seen = SimpleNamespace(stayed=0, has_business=0, business=0.0, rating=0)
        for row, accounts in zip(MONTH.people(firm.people), firm.accounts, strict=True):
            PlainPerson(self, row, [as_object(a) for a in accounts])
        done: dict[int, Any] = {}
        self.rules = [
            (r, plain(r.function, done)) for r in MONTH.rules if r.scope in LIVES
        ]
        self.elapsed = 0

    def step(self) -> None:
        """One month, rule by rule."""
        self.firm.month = self.elapsed
        self.firm.calendar = self.elapsed % 12
        for declared, function in self.rules:
            self.agents.do("follow", declared, function)
        self.elapsed += 1
