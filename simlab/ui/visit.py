"""What a page knows of the request it answers: the lab, the reader, the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from simlab.i18n import text
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui.choices import Choices, choices
from simlab.ui.language import language


@dataclass(frozen=True)
class Served:
    """What one application serves: one lab, beside others at other addresses."""

    lab: Lab
    runner: Runner
    prefix: str = "/"
    """Path of the lab's pages; ends in a slash."""
    beside: Sequence[tuple[str, str]] = ()
    """(name, path) of every lab of this server, this one's too; empty where there is only one."""


@dataclass(frozen=True)
class Visit:
    """One reader at one page. Pages take nothing else, so that two labs are never mixed."""

    served: Served
    lang: str
    choices: Choices
    query: Mapping[str, str] = field(default_factory=dict)
    """What stands behind the ``?`` of the address: anybody may have written it."""
    pinned: str = ""
    """What ids of cards begin with where the page is drawn for a pinned card of it, beside cards
    of other pages; empty on the page itself."""

    @property
    def lab(self) -> Lab:
        """The lab the page is about."""
        return self.served.lab

    @property
    def runner(self) -> Runner:
        """Where long work is started."""
        return self.served.runner

    def link(self, page: str) -> str:
        """The address of a page of this lab."""
        return f"{self.served.prefix}{page}"

    def text(self, key: str, **values: Any) -> str:
        """A sentence in the reader's language."""
        return text(key, self.lang, **values)

    @property
    def money(self) -> str:
        """What amounts are in: the currency the reader named, else that of the records."""
        named = self.choices.currency
        return self.text("unit.money") if named == "records" else named


def visit(query: Mapping[str, str] | None = None) -> Visit:
    """Of the present request."""
    return Visit(current_app.extensions["simlab"], language(), choices(), query or {})
