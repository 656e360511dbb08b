"""The measures a claim case can name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scenarios.claims import exports, firms, paired, persons, scorer
from scenarios.claims.case import CaseData
from scenarios.claims.study import Measured


@dataclass(frozen=True)
class Measure:
    """A plain function (study, figure, options) -> Measured, and what its options are."""

    function: Callable[..., Measured]
    options: type[CaseData]

    @property
    def says(self) -> str:
        """What it measures: the first paragraph of its docstring."""
        return " ".join((self.function.__doc__ or "").split("\n\n")[0].split())


MEASURES: dict[str, Measure] = {
    "share_of_staff": Measure(paired.share_of_staff, paired.Events),
    "rate": Measure(paired.rate, paired.Rate),
    "rate_ratio": Measure(paired.rate_ratio, paired.Rate),
    "rate_difference": Measure(paired.rate_difference, paired.Rate),
    "odds_ratio": Measure(paired.odds_ratio, paired.Part),
    "paired_sign": Measure(paired.paired_sign, paired.Rate),
    "share_of_firms": Measure(firms.share_of_firms, firms.Firms),
    "typical_cut": Measure(firms.typical_cut, firms.Firms),
    "win_risk_ratio": Measure(persons.win_risk_ratio, persons.Contrast),
    "base_win_rate": Measure(persons.base_win_rate, persons.Contrast),
    "reached_satisfaction": Measure(persons.reached_satisfaction, persons.Satisfaction),
    "mean_satisfaction": Measure(persons.mean_satisfaction, persons.Satisfaction),
    "course_gain": Measure(persons.course_gain, persons.Satisfaction),
    "recovery": Measure(persons.recovery, persons.Script),
    "recovery_gain": Measure(persons.recovery_gain, persons.Script),
    "stays_gain": Measure(persons.stays_gain, persons.Script),
    "helped_share": Measure(persons.helped_share, persons.Script),
    "selection_rank": Measure(persons.selection_rank, persons.Profile),
    "score_ratio": Measure(scorer.score_ratio, scorer.Returned),
    "bonus_ratio": Measure(scorer.bonus_ratio, scorer.Returned),
    "machine_seconds": Measure(exports.machine_seconds, exports.Faults),
    "manual_decisions": Measure(exports.manual_decisions, exports.Faults),
    "cells_mended": Measure(exports.cells_mended, exports.Faults),
    "not_testable": Measure(exports.not_testable, exports.Untested),
}
