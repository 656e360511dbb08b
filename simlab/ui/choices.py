"""What a reader chose in this browser: role, theme, turnover formula, name of the currency.

Each is a cookie that the page itself writes; the layouts are functions of them, so that a choice
holds on every page. A value that is none of those offered counts as not chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import has_request_context, request

from simlab.report.tokens import Scheme

OFFERED: dict[str, tuple[str, ...]] = {
    "role": ("strategist", "consultant", "researcher", "manager"),
    "theme": ("light", "dark"),
    "turnover": ("average", "closing"),
    "currency": ("records", "CNY", "USD", "EUR", "HKD"),
}
"""The first of each holds where nothing was chosen."""


@dataclass(frozen=True)
class Choices:
    """Of one reader."""

    role: str
    """Orders the navigation and says which page comes first; grants nothing."""
    theme: Scheme
    turnover: str
    """``average``: exits / average headcount; ``closing``: exits / (exits + closing headcount)."""
    currency: str
    """What the amounts of the records are called; nothing is converted."""


def cookie(name: str) -> str:
    """The name of the cookie that keeps a choice."""
    return f"simlab_{name}"


def choices() -> Choices:
    """Of the present request."""
    found = {name: _chosen(name) for name in OFFERED}
    return Choices(role=found["role"], theme=cast(Scheme, found["theme"]),
                   turnover=found["turnover"], currency=found["currency"])


def _chosen(name: str) -> str:
    value = request.cookies.get(cookie(name)) if has_request_context() else None
    return value if value in OFFERED[name] else OFFERED[name][0]
