"""Tell one history of a lab's comparison again: what happened to one person, and to their twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import scenarios
from simlab.engine.ensemble import history_number
from simlab.engine.story import Story, tell
from simlab.errors import LabError
from simlab.jobs.arms import main_rows
from simlab.jobs.common import count_option
from simlab.jobs.setting import panel_of
from simlab.jobs.standing import comparison_changes
from simlab.jobs.stored import latest_comparison
from simlab.lab import Lab
from simlab.policy import parse_policy
from simlab.progress import Progress


@dataclass(frozen=True)
class Told:
    """The same person in the same history, with the same random numbers, under two policies."""

    stories: tuple[Story, Story]
    titles: Mapping[str, Mapping[str, str]]
    practice: str
    calibrated: bool
    """Parameters of the history come from the lab's posterior; else from the prior."""
    histories: int
    """How many the comparison holds; this is one of them."""
    people: int

    @property
    def parted(self) -> str | None:
        """The first month in which the two lives differ; None where they never do."""
        one, other = (story.months for story in self.stories)
        for here, there in zip(one, other, strict=False):
            if here != there:
                return here.month
        longer = max(one, other, key=len)
        return None if len(one) == len(other) else longer[min(len(one), len(other))].month

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "practice": self.practice, "calibrated": self.calibrated,
            "histories": self.histories, "parted": self.parted,
            "titles": {name: dict(title) for name, title in self.titles.items()},
            "stories": [story.to_json() for story in self.stories],
        }


def story(
    lab: Lab, person: str, history: int, *, scenario: str | None = None,
    policy: str | None = None, against: str | None = None, progress: Progress | None = None,
) -> Told:
    """The life of `person` (an id, or the seat as P1, P2, ...) in `history` (counted from 0) of
    the comparison of `scenario` (default: the latest) under `policy` (default: the first that is
    not the baseline) and under `against` (default: the baseline).

    The comparison must be current: where its inputs have changed, its histories are no longer
    those that the lab can run.
    """
    progress = progress or Progress()
    tree = latest_comparison(lab, scenario)
    if tree is None:
        raise LabError("nothing_compared", path=lab.path)
    if changed := comparison_changes(lab, tree):
        raise LabError("comparison_stale", name=tree["scenario"], causes=", ".join(changed))
    options = tree["options"]
    total = options["draws"] * options["replicates"]
    count_option("--history", history, 0, total - 1)
    against = _named(against or options["baseline"], options, "--against")
    others = [name for name in options["policies"] if name != against]
    policy = _named(policy or others[0], options, "--policy")
    study = scenarios.load(tree["source"])
    rows, calibrated = main_rows(lab, study.facts.practice, options["draws"], options["seed"],
                                 options.get("prior", "registry"))
    draw, replicate = divmod(history, options["replicates"])
    # the past of a draw does not depend on later draws
    firm = study.firm(panel_of(lab, study), rows[: draw + 1], seed=options["seed"],
                      progress=progress)
    slot = _seat(person, firm.names)
    stories = []
    for done, name in enumerate((policy, against)):
        progress.advance("story", done, 2)
        told = tell(
            firm, parse_policy(tree["definitions"][name], name), rows[draw], slot=slot,
            months=options["months"], history=int(history_number(draw, replicate)),
            seed=options["seed"], current=study.current, past=draw)
        stories.append(replace(told, history=history))  # as the comparison counts them
    progress.advance("story", 2, 2)
    return Told(stories=(stories[0], stories[1]), titles=tree["titles"],
                practice=study.facts.practice, calibrated=calibrated, histories=total,
                people=len(firm.names))


def _seat(person: str, names: tuple[str, ...]) -> int:
    """Where someone sits: by their id, or by seat as P1, P2, ..., since ids of records are long."""
    seats = {f"P{slot + 1}": slot for slot in range(len(names))}
    seats |= {name: slot for slot, name in enumerate(names)}
    if person not in seats:
        raise LabError("unknown_person", person=person, first=names[0], last=names[-1],
                       people=len(names))
    return seats[person]


def _named(name: str, options: Mapping[str, Any], option: str) -> str:
    if name not in options["policies"]:
        raise LabError("policy_not_compared", option=option, name=name,
                       known=", ".join(options["policies"]))
    return name
