"""What is asked of a comparison, and which part of its answer is looked at: as the address says.

``?scenario=sales_transition&policies=move_only,pay_bridge&months=12&budget=2000000&section=money``.
A page that is loaded again, kept as a view or sent to somebody shows the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import scenarios
from simlab.decide.outcomes import HEADLINE
from simlab.decide.precision import ASKED
from simlab.errors import LabError
from simlab.jobs.replicating import MOST
from simlab.jobs.stored import latest_comparison
from simlab.lab import Lab
from simlab.report.comparing import DETAILED
from simlab.report.page import TABLE
from simlab.ui.pages.scenario.address import first_scenario, starts

DRAWS = 100
"""Draws offered at first: a run of a few seconds, fine enough to read."""
TERMS = ("at_most", "down_by", "budget", "margin")
FILTERS = ("unit", "site", "grade")
SECTIONS = ("chances", "months", "money", "channels", "groups", "evidence")


@dataclass(frozen=True)
class Asked:
    """A comparison that can be asked for."""

    scenario: str
    policies: tuple[str, ...]
    months: int
    draws: int = DRAWS
    precision: float = ASKED
    most: int = MOST
    terms: Mapping[str, float | None] = field(default_factory=dict)
    """Each of `TERMS`; None = it is not judged."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of `FILTERS`, the labels of the people whose exits are counted beside everybody's."""

    def arguments(self, lab: Lab) -> dict[str, Any]:
        """Of the job. LabError for fewer than two policies, or for a scenario or a policy that the
        lab does not offer."""
        scenarios.built_in(self.scenario)
        if len(self.policies) < 2:
            raise LabError("too_few_policies", count=len(self.policies))
        known = starts(self.scenario, lab)
        if strange := [name for name in self.policies if name not in known]:
            raise LabError("not_offered", name=", ".join(strange), known=", ".join(known))
        return {
            "scenario": self.scenario, "policies": list(self.policies), "months": self.months,
            "draws": self.draws, "precision": self.precision, "most": self.most,
            "terms": dict(self.terms),
            "only": {name: list(values) for name, values in self.only.items() if values}}

    def said(self) -> dict[str, str]:
        """As the address says it; what is not asked for is left out."""
        numbers = {"months": self.months, "draws": self.draws, "precision": self.precision,
                   "most": self.most, **self.terms}
        return {"scenario": self.scenario, "policies": ",".join(self.policies),
                **{name: f"{value:.12g}" for name, value in numbers.items() if value is not None},
                **{name: json.dumps(list(values), ensure_ascii=False)
                   for name, values in self.only.items() if values}}


@dataclass(frozen=True)
class Look:
    """Which part of an answer is open."""

    section: str = SECTIONS[0]
    outcome: str = HEADLINE
    """Of the fans by month."""
    course: str = "running"
    """``running``: months added up; ``monthly``: each for itself."""
    division: str = ""
    """Of the effects by group; the first there is where it is empty."""

    def said(self) -> dict[str, str]:
        """As the address says it: what differs from how the page first appears."""
        return {name: value for name, value in vars(self).items()
                if value != getattr(Look(), name)}


_LOOKS = {"section": SECTIONS, "outcome": TABLE, "course": ("running", "monthly"),
          "division": DETAILED}


def address(asked: Asked, look: Look) -> str:
    """What stands behind the page's path."""
    return "?" + urlencode({**asked.said(), **look.said()}, quote_via=quote)


def read_look(query: Mapping[str, str]) -> Look:
    """Which part of the answer an address asks for; LabError ``address_choice``."""
    found = {name: query[name] for name in _LOOKS if name in query}
    for name, value in found.items():
        if value not in _LOOKS[name]:
            raise LabError("address_choice", field=name, value=str(value)[:80],
                           known=", ".join(_LOOKS[name]))
    return Look(**found)


def read(query: Mapping[str, str], lab: Lab) -> Asked:
    """What an address asks for. Without one, what was last compared; with no more than a scenario,
    what was last asked of that. LabErrors for anything in it that there is not."""
    name = query.get("scenario")
    if name is None:
        latest = latest_comparison(lab)
        name = latest["scenario"] if latest and latest["scenario"] in scenarios.names() \
            else first_scenario(lab)
    study = scenarios.built_in(name)
    if "policies" not in query:
        return begun(study, lab)
    numbers = {key: _number(query, key) for key in ("months", "draws", "precision", "most", *TERMS)}
    given = {key: value for key, value in numbers.items() if value is not None}
    counts = {key: int(given[key]) for key in ("months", "draws", "most") if key in given}
    return Asked(
        **({"months": study.months} | counts), scenario=name,
        policies=tuple(each for each in query["policies"].split(",") if each),
        precision=given.get("precision", ASKED), terms={key: numbers[key] for key in TERMS},
        only={key: _labels(query, key) for key in FILTERS})


def begun(study: scenarios.Scenario, lab: Lab) -> Asked:
    """What was last asked of a scenario; where nothing was, all of its own policies."""
    stored = stored_comparison(lab, study.name)
    if stored is None:
        terms = study.terms.model_dump()
        return Asked(study.name, tuple(study.policies), study.months,
                     terms={key: terms[key] for key in TERMS})
    options, comparison = stored["options"], stored["comparison"]
    reached = comparison["precision"] or {}
    return Asked(
        study.name, tuple(options["policies"]), options["months"], options["draws"],
        precision=reached.get("asked") or ASKED, most=max(reached.get("cap") or MOST, 2),
        terms={key: comparison["terms"][key] for key in TERMS},
        only={key: tuple(options.get("only", {}).get(key, ())) for key in FILTERS})


def stored_comparison(lab: Lab, scenario: str) -> Mapping[str, Any] | None:
    """The lab's comparison of a scenario; None where there is none."""
    try:
        return latest_comparison(lab, scenario)
    except LabError:
        return None


def _number(query: Mapping[str, str], key: str) -> float | None:
    if key not in query:
        return None
    try:
        value = float(query[key])
    except (TypeError, ValueError):
        raise LabError("address_value", field=key) from None
    if not abs(value) <= 1e15:
        raise LabError("address_value", field=key)
    return value


def _labels(query: Mapping[str, str], key: str) -> tuple[str, ...]:
    try:
        found = json.loads(query.get(key, "[]"))
    except (TypeError, ValueError):
        raise LabError("address_value", field=key) from None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise LabError("address_value", field=key)
    return tuple(found)
