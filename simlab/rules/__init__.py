"""What happens in a month: one file per behaviour, each a plain function over records.

A rule names what it needs as its arguments (see `ARGUMENTS`) and declares the random numbers it
draws by purpose. Its scope says what it may write:

- ``arrival``: a person who joins this month (only their own row);
- ``person``: a working person (their own row and accounts, nothing else);
- ``departure``: a person who leaves this month (their own row and accounts);
- ``group``: team and department figures, reduced in row order;
- ``firm``: sequential work over all people, ties broken by row (slot) order;
- ``outcome``: reads everything, writes nothing, returns the month's figure of its own name.

Rules are compiled by numba, so they use the subset of Python that numba knows, and
`simlab.numeric` for exp and log.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Scope = Literal["arrival", "person", "departure", "group", "firm", "outcome"]
Kind = Literal["uniform", "normal", "exponential"]


@dataclass(frozen=True)
class Purpose:
    """A named random number of a rule, or `count` of them (a tuple): uniform on (0, 1), standard
    normal or standard exponential, made from one uniform each by inversion."""

    name: str
    kind: Kind = "uniform"
    count: int = 1


def uniform(name: str, count: int = 1) -> Purpose:
    """Uniform numbers strictly between 0 and 1; a bare name means one of them."""
    return Purpose(name, "uniform", count)


def normal(name: str, count: int = 1) -> Purpose:
    """Standard normal numbers."""
    return Purpose(name, "normal", count)


def exponential(name: str, count: int = 1) -> Purpose:
    """Standard exponential numbers."""
    return Purpose(name, "exponential", count)


F = TypeVar("F", bound=Callable[..., Any])

OWN = ("person", "accounts", "team", "practice", "seen", "draw", "account_draw")
SHARED = ("firm", "policy", "param")
WHOLE = ("people", "all_accounts", "teams", "departments", "practices")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "arrival": OWN + SHARED,
    "person": (*OWN, *SHARED, "departments"),
    "departure": OWN + SHARED,
    "group": WHOLE + SHARED,
    "firm": (*WHOLE, *SHARED, "outcomes"),
    "outcome": WHOLE + SHARED,
}
"""Argument names that a rule of each scope may ask for."""


@dataclass(frozen=True)
class Rule:
    """A behaviour of the month."""

    name: str
    scope: Scope
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    draws: tuple[Purpose, ...]
    account_draws: tuple[Purpose, ...]


def rule(
    scope: Scope,
    *,
    draws: tuple[str | Purpose, ...] = (),
    account_draws: tuple[str | Purpose, ...] = (),
) -> Callable[[F], F]:
    """Declare a function as a rule; it stays a plain function (see `as_rule`).

    `draws` are the rule's random numbers, read as `draw.<name>`; `account_draws` those of each
    account, read as `account_draw[a].<name>`. Raises ValueError where an argument is not one of
    the scope's `ARGUMENTS`, or draws are declared but not asked for.
    """

    def declare(function: F) -> F:
        name = function.__name__
        arguments = tuple(inspect.signature(function).parameters)
        unknown = [a for a in arguments if a not in ARGUMENTS[scope]]
        if unknown:
            raise ValueError(
                f"rule {name!r} of scope {scope!r} asks for {', '.join(unknown)}; "
                f"it may ask for {', '.join(ARGUMENTS[scope])}"
            )
        if bool(draws) != ("draw" in arguments) or bool(account_draws) != (
            "account_draw" in arguments
        ):
            raise ValueError(f"rule {name!r}: declared draws and arguments disagree")
        own, of_accounts = _purposes(draws), _purposes(account_draws)
        function.__dict__["rule"] = Rule(name, scope, function, arguments, own, of_accounts)
        return function

    return declare


def _purposes(given: tuple[str | Purpose, ...]) -> tuple[Purpose, ...]:
    return tuple(uniform(p) if isinstance(p, str) else p for p in given)


def as_rule(function: Callable[..., Any]) -> Rule:
    """The declaration of a function marked with `@rule`."""
    declared = function.__dict__.get("rule")
    if not isinstance(declared, Rule):
        raise TypeError(f"{function!r} is not a rule; mark it with @rule(scope)")
    return declared
