"""A stored comparison as one reader reads it: what every part of the answer is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simlab.decide.outcomes import outcome as described
from simlab.report import figures, wording
from simlab.ui.components import Source
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A comparison (``Compared.to_json()``) before the reader of a visit."""

    visit: Visit
    tree: Tree

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.visit.lang

    @property
    def comparison(self) -> Tree:
        """``Comparison.to_json()``."""
        found: Tree = self.tree["comparison"]
        return found

    @cached_property
    def titles(self) -> dict[str, str]:
        """Policy -> its title."""
        return wording.strings(self.tree["titles"], self.lang)

    @property
    def against(self) -> str:
        """The baseline."""
        return str(self.comparison["baseline"])

    @property
    def policies(self) -> list[str]:
        """Those held against the baseline."""
        return [name for name in self.comparison["policies"] if name != self.against]

    def effect(self, policy: str, outcome: str | None = None) -> Tree:
        """A policy against the baseline; in the headline unless another outcome is named."""
        return figures.find_effect(self.comparison, policy, self.against,
                                   outcome or self.comparison["headline"])

    def say(self, key: str, **values: Any) -> str:
        """A sentence of this page."""
        return self.visit.text(f"page.compare.{key}", **values)

    def pair(self, policy: str) -> str:
        """'A against B'."""
        return self.visit.text("figure.pair", policy=self.titles[policy],
                               against=self.titles[self.against])

    @property
    def period(self) -> str:
        """First to last month."""
        months = self.comparison["months"]
        return " – ".join(wording.month(months[place], self.lang) for place in (0, -1))

    @property
    def runs(self) -> str:
        """How many draws and replicates."""
        return self.say("futures", draws=self.comparison["draws"],
                        replicates=self.comparison["replicates"])

    def unit(self, outcome: str) -> str:
        """Of an outcome, in the reader's currency."""
        unit = described(outcome).unit
        return self.visit.money if unit == "money" else self.visit.text(f"unit.{unit}")

    def source(self, formula: str, unit: str, interval: str | None = "interval_draws",
               n: str | None = None) -> Source:
        """Of a figure or table; `interval` is a text of this page, `n` the runs unless said."""
        return Source.of(
            self.tree, formula=formula, n=n or self.runs, period=self.period, unit=unit,
            interval=None if interval is None else self.say(interval))
