"""What happens in a month: one file per behaviour, each a plain function over records.

A rule names what it needs as its arguments (see `ARGUMENTS`) and declares the random numbers it
draws by purpose. Its scope says what it may write:

- ``arrival``: a person who joins this month (only their own row);
- ``person``: a working person (their own row and accounts, nothing else);
- ``group``: team and department figures, reduced in row order;
- ``firm``: sequential work over all people, ties broken by row (slot) order.

Rules are compiled by numba, so they use the subset of Python that numba knows, and
`simlab.numeric` for exp and log.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

Scope = Literal["arrival", "person", "group", "firm"]
Purpose = str | tuple[str, int]
"""The name of a random number, or (name, k) for k of them."""
F = TypeVar("F", bound=Callable[..., None])

OWN = ("person", "accounts", "team", "practice", "seen", "draw", "account_draw")
SHARED = ("firm", "policy", "param")
WHOLE = ("people", "all_accounts", "teams", "departments", "practices", "outcomes")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "arrival": OWN + SHARED,
    "person": (*OWN, *SHARED, "departments"),
    "group": WHOLE + SHARED,
    "firm": WHOLE + SHARED,
}
"""Argument names that a rule of each scope may ask for."""


@dataclass(frozen=True)
class Rule:
    """A behaviour of the month."""

    name: str
    scope: Scope
    function: Callable[..., None]
    arguments: tuple[str, ...]
    draws: tuple[Purpose, ...]
    account_draws: tuple[Purpose, ...]

    @property
    def draw_type(self) -> np.dtype[np.void]:
        """Record of this rule's uniforms, a field per purpose."""
        return _record(self.draws)

    @property
    def account_draw_type(self) -> np.dtype[np.void]:
        """Record of one account's uniforms in this rule, a field per purpose."""
        return _record(self.account_draws)


def _record(purposes: tuple[Purpose, ...]) -> np.dtype[np.void]:
    fields = [(p, "f8") if isinstance(p, str) else (p[0], "f8", (p[1],)) for p in purposes]
    return np.dtype(fields)


def rule(
    scope: Scope, *, draws: tuple[Purpose, ...] = (), account_draws: tuple[Purpose, ...] = ()
) -> Callable[[F], F]:
    """Declare a function as a rule; it stays a plain function (see `as_rule`).

    Raises ValueError where an argument is not one of the scope's `ARGUMENTS`, or draws are
    declared but not asked for.
    """

    def declare(function: F) -> F:
        arguments = tuple(inspect.signature(function).parameters)
        unknown = [a for a in arguments if a not in ARGUMENTS[scope]]
        if unknown:
            raise ValueError(
                f"rule {function.__name__!r} of scope {scope!r} asks for {', '.join(unknown)}; "
                f"it may ask for {', '.join(ARGUMENTS[scope])}"
            )
        if bool(draws) != ("draw" in arguments) or bool(account_draws) != (
            "account_draw" in arguments
        ):
            raise ValueError(f"rule {function.__name__!r}: declared draws and arguments disagree")
        declared = Rule(function.__name__, scope, function, arguments, draws, account_draws)
        function.__dict__["rule"] = declared
        return function

    return declare


def as_rule(function: Callable[..., Any]) -> Rule:
    """The declaration of a function marked with `@rule`."""
    declared = function.__dict__.get("rule")
    if not isinstance(declared, Rule):
        raise TypeError(f"{function!r} is not a rule; mark it with @rule(scope)")
    return declared
