"""Scenarios and policies by name or path."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from scenarios.facts import FirmFacts, scenario_firm
from scenarios.terms import TermsFile
from scenarios.uncertainty import Uncertainty, assumed, check
from simlab.errors import LabError
from simlab.panel import Panel, month_number
from simlab.policy import Policy, Threshold, field_problems, parse_policy
from simlab.policy.levers import BothLanguages
from simlab.policy.schema import json_schema
from simlab.policy.search import Search
from simlab.progress import Progress
from simlab.world import Firm


def _written_as(item: Any) -> str:
    return "name" if isinstance(item, str) else "policy"


NamedOrWritten = Annotated[
    Annotated[str, Tag("name")] | Annotated[Policy, Tag("policy")], Discriminator(_written_as)
]
"""A built-in policy by its name, or one written out."""


class ScenarioFile(BaseModel):
    """A scenario as it is written in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: BothLanguages
    question: BothLanguages
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    months: int = Field(ge=1, le=120)
    firm: FirmFacts
    burn_in: int = Field(default=12, ge=0, le=60)
    current: NamedOrWritten
    policies: tuple[NamedOrWritten, ...] = Field(min_length=1)
    baseline: str
    search: Search | None = None
    terms: TermsFile = TermsFile()
    uncertainties: tuple[Uncertainty, ...] = ()
    thresholds: tuple[Threshold, ...] = ()


def schema(lang: str = "en") -> dict[str, Any]:
    """JSON Schema of a scenario file."""
    return json_schema(ScenarioFile, lang)


@dataclass(frozen=True)
class Scenario:
    """A question: which of these policies, for this firm, over these months?"""

    name: str
    title: dict[str, str]
    question: dict[str, str]
    start: int
    """First month, months since year 0, where no record says when the firm stands."""
    months: int
    facts: FirmFacts
    burn_in: int
    """Months that a synthetic firm lives under `current` before month 0."""
    current: Policy
    """What holds until month 0."""
    policies: dict[str, Policy]
    baseline: str
    search: Search | None = None
    """Levers to search, and what a policy found must respect; None where none are declared."""
    terms: TermsFile = field(default_factory=TermsFile)
    """What policies are judged by beside the headline."""
    uncertainties: tuple[Uncertainty, ...] = ()
    """What may turn out otherwise; those of the lab where the file names none."""
    thresholds: tuple[Threshold, ...] = ()
    """What a policy is to keep to; may be empty."""

    def firm(
        self,
        panel: Panel | None = None,
        draws: NDArray[np.float64] | None = None,
        *,
        seed: int = 1,
        progress: Progress | None = None,
    ) -> Firm:
        """The starting firm: synthetic, or the people employed at the end of `panel` as they stand
        under each of the `draws`; the month after the record is then the first."""
        return scenario_firm(
            self.facts,
            self.start if panel is None else panel.start + panel.months,
            panel=panel,
            draws=draws,
            current=self.current,
            burn_in=self.burn_in,
            seed=seed,
            progress=progress,
        )


def names() -> tuple[str, ...]:
    """Built-in scenarios."""
    return _stems(resources.files(__package__))


def first_of(practice: str) -> str:
    """The built-in scenario that is offered first for staff of a practice."""
    return next((name for name in names() if load(name).facts.practice == practice), names()[0])


def policies() -> tuple[str, ...]:
    """Built-in policies."""
    return _stems(resources.files(__package__).joinpath("policies"))


def _stems(folder: Traversable) -> tuple[str, ...]:
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml")))


def policy(name_or_path: str) -> Policy:
    """A built-in policy, or one from a YAML file."""
    if name_or_path in policies():
        return parse_policy(_packaged("policies", name_or_path), name_or_path)
    if not name_or_path.endswith((".yaml", ".yml")):
        raise LabError("unknown_policy", name=name_or_path, known=", ".join(policies()))
    return parse_policy(read_yaml(Path(name_or_path), "policy_missing"), name_or_path)


def built_in(name: str) -> Scenario:
    """A scenario by its name alone, for names that anybody may have sent: never a file. LabError
    ``not_offered``."""
    if name not in names():
        raise LabError("not_offered", name=name, known=", ".join(names()))
    return load(name)


def load(name_or_path: str) -> Scenario:
    """A built-in scenario, or one from a YAML file; LabError names file and field."""
    if name_or_path in names():
        return _parse(_packaged("", name_or_path), name_or_path)
    if not name_or_path.endswith((".yaml", ".yml")):
        raise LabError("unknown_scenario", name=name_or_path, known=", ".join(names()))
    return _parse(read_yaml(Path(name_or_path), "scenario_missing"), name_or_path)


def _packaged(folder: str, name: str) -> Any:
    """What a packaged YAML file holds, for the caller alone."""
    return copy.deepcopy(_read_once(folder, name))


@functools.cache
def _read_once(folder: str, name: str) -> Any:
    """Parsing a file anew takes longer than a page should wait at each move of a lever."""
    path = resources.files(__package__).joinpath(folder, f"{name}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_yaml(path: Path, missing: str) -> Any:
    """What a YAML file holds; LabError ``not_yaml``, or `missing` where there is no such file."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError(missing, file=str(path)) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise LabError("not_yaml", file=str(path), detail=str(error)[:200]) from None


def _parse(data: Any, source: str) -> Scenario:
    fields = ScenarioFile.model_fields
    needed = {name for name, field in fields.items() if field.is_required()}
    if not isinstance(data, dict) or not needed <= set(data) <= set(fields):
        raise LabError("scenario_keys", file=source, expected=", ".join(fields))
    try:
        written = ScenarioFile.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, source)
        raise LabError("scenario_invalid", file=source, problems=problems) from None
    chosen = [
        as_policy(item, source, f"policies.{k}") for k, item in enumerate(written.policies)
    ]
    bundle = {p.name: p for p in chosen}
    if written.baseline not in bundle:
        known = ", ".join(bundle)
        raise LabError("scenario_baseline", file=source, name=written.baseline, known=known)
    check(written.uncertainties, written.firm, chosen, source)
    return Scenario(
        name=written.name,
        title=written.title,
        question=written.question,
        start=month_number(written.start),
        months=written.months,
        facts=written.firm,
        burn_in=written.burn_in,
        current=as_policy(written.current, source, "current"),
        policies=bundle,
        baseline=written.baseline,
        search=_searched(written, bundle, source),
        terms=written.terms,
        uncertainties=written.uncertainties or assumed(written.firm, chosen),
        thresholds=written.thresholds,
    )


def _searched(written: ScenarioFile, bundle: dict[str, Policy], source: str) -> Search | None:
    """The search with the policy that it starts from filled in."""
    search = written.search
    if search is None:
        return None
    search = search.model_copy(update={"start": search.start or written.baseline})
    if search.start not in bundle:
        raise LabError("search_start", file=source, name=search.start, known=", ".join(bundle))
    problems = tuple(search.problems(bundle[search.start], source))
    if problems:
        raise LabError("scenario_invalid", file=source, problems=problems)
    return search


def as_policy(item: str | Policy, source: str, field: str) -> Policy:
    """The policy that `field` of the file `source` names or writes out."""
    if not isinstance(item, str):
        return item
    if item not in policies() and not item.endswith((".yaml", ".yml")):
        known = ", ".join(policies())
        raise LabError("scenario_policy", file=source, field=field, name=item, known=known)
    return policy(item)
