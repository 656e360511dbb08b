"""What a study runs: its points, and the chunks they are run in, each with an address.

A chunk takes a range of histories under the policies of points that share a firm and a horizon, so
that their common past is lived once. Every block of histories goes over all points before the next
one begins, and points come in a random order: a study that is cut off is balanced over policies
and draws.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
from pydantic import ValidationError

import scenarios
from scenarios.facts import SURROUNDINGS, FirmFacts, surroundings
from scenarios.study import Row, StudyFile
from simlab.decide.outcomes import named, outcome
from simlab.engine.chunks import Arrays, Chunk
from simlab.engine.ensemble import state
from simlab.engine.firm import with_surroundings
from simlab.engine.kernel import fingerprint as month_fingerprint
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import LabError
from simlab.jobs.common import count_option, fingerprint
from simlab.jobs.setting import Setting, policy_named
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies, field_problems, with_fields
from simlab.world import Firm

CHUNK_PERSON_MONTHS = 8_000_000
"""Work in one chunk at most: about two seconds, which is what a study that is killed loses."""
LEAST_PERSON_MONTHS = 1_000_000
"""Work in one chunk at least, where there is as much: beside it handing out does not show."""
CHUNK_ROWS = 60_000
"""Months of histories in one chunk at most: tens of megabytes while it is computed."""
BLOCKS = 8
"""Blocks of histories at least, where chunks do not become too small."""
_SHARED_PAST = 8
"""Policies in one chunk from which their common past hardly counts."""
_FIRMS = 4
_OF_THE_FIRM = "firm."


@dataclass(frozen=True)
class Point:
    """One setting of the factors under one of the study's policies."""

    number: int
    base: str
    """Name of the policy that the factors changed."""
    policy: Policy
    row: Row
    facts: FirmFacts
    months: int


@dataclass(frozen=True)
class Planned:
    """A chunk before it is run."""

    address: str
    """Hash of all that decides its figures: the name of its file."""
    block: int
    points: tuple[int, ...]
    """Numbers of the points of its policies, in their order."""
    draws: tuple[int, int]
    replicates: tuple[int, int]
    """Of both the first, and the one after the last."""

    @property
    def runs(self) -> int:
        """Histories under a policy."""
        return len(self.points) * (self.draws[1] - self.draws[0]) * (
            self.replicates[1] - self.replicates[0])

    def place(self, history: Any) -> tuple[Any, Any]:
        """Draw and replicate of the chunk's `history`, counted from 0, or of an array of them."""
        draw, replicate = np.divmod(history, self.replicates[1] - self.replicates[0])
        return self.draws[0] + draw, self.replicates[0] + replicate


def chosen_outcomes(names: Sequence[str]) -> tuple[str, ...]:
    """The outcomes named, or all; LabError ``unknown_outcome`` with the nearest names."""
    return tuple(dict.fromkeys(map(named, names))) or OUTCOMES


def points(study: StudyFile, scenario: scenarios.Scenario, *, recorded: bool) -> list[Point]:
    """All points, policies of a row of the design beside each other. LabError for a factor that is
    not known, or is out of its bounds; `recorded` people are who they are, whatever the facts."""
    begun = bases(study, scenario)
    for path in study.factors:
        _check_path(path, recorded)
    months = study.months or scenario.months
    found: list[Point] = []
    for row in study.rows():
        facts = _facts(scenario.facts, row, study.name)
        length = count_option("months", round(row.get("months", months)), 1, 120)
        levers = {path: value for path, value in row.items()
                  if path != "months" and not path.startswith(_OF_THE_FIRM)}
        found += [
            Point(len(found) + place, base.name,
                  with_fields(base, levers, source=f"{study.name}: {base.name}"), row, facts,
                  length)
            for place, base in enumerate(begun)]
    return found


def bases(study: StudyFile, scenario: scenarios.Scenario) -> list[Policy]:
    """The policies that the factors change; LabError ``policy_twice``."""
    found = ([policy_named(scenario, item) if isinstance(item, str) else item
              for item in study.policies] or list(scenario.policies.values()))
    if len({policy.name for policy in found}) != len(found):
        raise LabError("policy_twice", policies=", ".join(policy.name for policy in found))
    return found


def _check_path(path: str, recorded: bool) -> None:
    if not path.startswith(_OF_THE_FIRM):
        return  # a lever: `with_fields` knows them
    fact = path.removeprefix(_OF_THE_FIRM)
    known = [name for name in FirmFacts.model_fields if name not in ("practice", "season")]
    if fact not in known:
        near = get_close_matches(fact, known, n=3, cutoff=0.4) or known[:3]
        raise LabError("unknown_fact", fact=path, near=", ".join(_OF_THE_FIRM + n for n in near))
    if recorded and fact not in SURROUNDINGS:
        raise LabError("fact_of_records", fact=path,
                       free=", ".join(_OF_THE_FIRM + name for name in SURROUNDINGS))


def _facts(facts: FirmFacts, row: Row, source: str) -> FirmFacts:
    given = {path.removeprefix(_OF_THE_FIRM): value for path, value in row.items()
             if path.startswith(_OF_THE_FIRM)}
    try:
        return FirmFacts.model_validate(facts.model_dump() | given)
    except ValidationError as error:
        problems = field_problems(error, source, "firm")
        raise LabError("study_invalid", file=source, problems=problems) from None


class Plan:
    """A study in a setting: its points and chunks. Arrays are made when a chunk needs them."""

    def __init__(self, study: StudyFile, setting: Setting) -> None:
        """LabError for an outcome or a factor that is not known."""
        self.study, self.setting = study, setting
        self.outcomes = chosen_outcomes(study.outcomes)
        self.points = points(study, setting.study,
                             recorded=setting.people_from == "records")
        self._parameters = fingerprint(setting.drawn.rows)
        self._current = compile_policies([setting.study.current])
        self._firm = functools.lru_cache(maxsize=_FIRMS)(self._made_firm)
        self._facts_of: dict[str, str] = {}
        self.chunks = list(self._planned())

    @property
    def histories(self) -> int:
        """Of each point: draws x replicates."""
        return len(self.setting.drawn.rows) * self.study.replicates

    @property
    def runs(self) -> int:
        """Histories of all points."""
        return self.histories * len(self.points)

    def chunk(self, planned: Planned) -> Chunk:
        """The chunk itself, ready to be run."""
        chosen = [self.points[number] for number in planned.points]
        firm, staff, around = self._firm(_key(chosen[0].facts))
        averaged = tuple(outcome(name).over_months == "mean" for name in self.outcomes)
        return Chunk(
            staff=staff, parameters=self._parameters, around=around,
            policies=compile_policies([point.policy for point in chosen]),
            current=self._current, start=firm.start, burn_in=firm.burn_in,
            months=chosen[0].months, seed=self.setting.seed, draws=planned.draws,
            replicates=planned.replicates,
            kept=tuple(OUTCOMES.index(name) for name in self.outcomes),
            averaged=averaged if self.study.by == "total" else None)

    def held(self, name: str) -> Arrays:
        """The arrays that chunks call `name`."""
        if name == self._parameters:
            return (self._records,)
        firm, _, _ = self._firm(self._facts_of[name])
        return state(firm)[:2]

    @functools.cached_property
    def _records(self) -> Any:
        return as_records(self.setting.drawn.rows)

    def _made_firm(self, key: str) -> tuple[Firm, str, Arrays]:
        """The firm of these facts, the fingerprint of its staff, and what is around them."""
        facts = FirmFacts.model_validate_json(key)
        if self.setting.people_from == "records":
            firm = with_surroundings(self.setting.firm, **surroundings(facts))
        else:
            firm = replace(self.setting.study, facts=facts).firm(seed=self.setting.seed)
        staff = fingerprint([fingerprint(firm.people), fingerprint(firm.accounts)])
        self._facts_of.setdefault(staff, key)
        return firm, staff, state(firm)[2:]

    def _planned(self) -> Iterator[Planned]:
        groups = list(self._groups())
        size = self._histories_a_chunk(groups)
        cut = [part for group in groups for part in self._parts(group, size)]
        digests = [self._digest(part) for part in cut]
        for block, (draws, replicates) in enumerate(self._blocks(size)):
            for part, digest in zip(cut, digests, strict=True):
                yield Planned(fingerprint([digest, draws, replicates]), block,
                              tuple(point.number for point in part), draws, replicates)

    def _blocks(self, size: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Draws and replicates of each block of `size` histories: all draws with their first
        replicates, then with the next, or where that is too much, some of the draws at a time."""
        draws, replicates = len(self.setting.drawn.rows), self.study.replicates
        some, each = min(size, draws), max(size // draws, 1)
        for replicate in range(0, replicates, each):
            for draw in range(0, draws, some):
                yield ((draw, min(draw + some, draws)),
                       (replicate, min(replicate + each, replicates)))

    def _groups(self) -> Iterator[list[Point]]:
        """Points of one firm and horizon, rows of the design in a random order."""
        rows = len(self.points) // self._bases
        order = np.random.default_rng([self.study.seed, rows]).permutation(rows)
        groups: dict[tuple[str, int], list[Point]] = {}
        for row in order.tolist():
            for point in self.points[row * self._bases: (row + 1) * self._bases]:
                groups.setdefault((_key(point.facts), point.months), []).append(point)
        yield from groups.values()

    @property
    def _bases(self) -> int:
        return len({point.base for point in self.points})

    def _histories_a_chunk(self, groups: Sequence[Sequence[Point]]) -> int:
        """The same for all groups, so that a block holds the same histories of each."""
        work = max(self._people(group) * (self._burn_in + group[0].months
                                          * min(len(group), _SHARED_PAST)) for group in groups)
        rows = max(group[0].months * min(len(group), self._bases) for group in groups)
        wanted = max(-(-self.histories // BLOCKS), LEAST_PERSON_MONTHS // work)
        most = max(1, min(CHUNK_PERSON_MONTHS // work, CHUNK_ROWS // rows, self.histories))
        draws = len(self.setting.drawn.rows)
        # with several replicates a block can hold every draw
        return draws if self.study.replicates > 1 and wanted < draws <= most else min(wanted, most)

    def _parts(self, group: Sequence[Point], histories: int) -> Iterator[Sequence[Point]]:
        """A group cut into what fits one chunk; the policies of a row stay together if they can."""
        months = group[0].months
        size = min((CHUNK_PERSON_MONTHS // (self._people(group) * histories) - self._burn_in)
                   // months, CHUNK_ROWS // (histories * months))
        size = max(1, size // self._bases * self._bases or size)
        for first in range(0, len(group), size):
            yield group[first: first + size]

    def _digest(self, part: Sequence[Point]) -> str:
        """Of all that decides the figures of these points, but for the range of histories."""
        firm, staff, around = self._firm(_key(part[0].facts))
        return fingerprint({
            "kernel": month_fingerprint(), "staff": staff, "around": list(map(fingerprint, around)),
            "start": firm.start, "burn_in": firm.burn_in, "parameters": self._parameters,
            "current": fingerprint(self._current), "months": part[0].months,
            "policies": fingerprint(compile_policies([point.policy for point in part])),
            "points": [[point.number, point.base] for point in part],
            "seed": self.setting.seed,
            "outcomes": self.outcomes, "by": self.study.by})

    def _people(self, group: Sequence[Point]) -> int:
        people: int = (self.setting.firm.people.shape[-1]
                       if self.setting.people_from == "records" else group[0].facts.people)
        return max(people, 1)

    @property
    def _burn_in(self) -> int:
        return self.setting.firm.burn_in


def _key(facts: FirmFacts) -> str:
    return facts.model_dump_json()


def design_columns(chosen: Sequence[Point]) -> Mapping[str, list[Any]]:
    """The design, a row per point: number, policy, months, each factor, and in full, as JSON, the
    policy and the facts of the firm."""
    factors = [_flat(point.row) for point in chosen]
    return {
        "point": [point.number for point in chosen],
        "policy": [point.base for point in chosen],
        **{name: [each[name] for each in factors] for name in factors[0] if name != "months"},
        "months": [point.months for point in chosen],
        "policy_json": [point.policy.model_dump_json() for point in chosen],
        "firm_json": [_key(point.facts) for point in chosen],
    }


def _flat(row: Row) -> dict[str, Any]:
    """KPI weights as a column each."""
    flat: dict[str, Any] = {}
    for path, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{path}.{name}": part for name, part in value.items()}
        else:
            flat[path] = value
    return flat
