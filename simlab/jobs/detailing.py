"""Answers about one policy of a scenario, from the month told in more detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Protocol

import scenarios
from simlab.engine.detail import DETAILED
from simlab.engine.ensemble import Ensemble
from simlab.jobs.common import count_option, fingerprint
from simlab.jobs.setting import Setting, policy_named
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.progress import Progress


def detailed(
    setting: Setting, policies: Sequence[Policy], *, months: int, replicates: int, stage: str,
    progress: Progress,
) -> Iterator[Ensemble]:
    """One ensemble of one replicate after the other, so that months and figures of all of them are
    never held at once. Replicates are told as `stage`. Raises `Cancelled`."""
    progress.advance("compile", 0, 1)
    quiet = Progress()
    quiet.flag = progress.flag
    for replicate in range(replicates):
        yield setting.run(policies, months=months, first_replicate=replicate, progress=quiet,
                          month=DETAILED)
        progress.advance(stage, replicate + 1, replicates)


class Answer(Protocol):
    """About one policy, as a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def heading(self) -> Mapping[str, Any]:
        """Of `headed`."""

    @property
    def policy(self) -> str:
        """Its name."""


def asked(
    lab: Lab, scenario: str, policy: str | None, months: int | None, draws: int, replicates: int
) -> tuple[scenarios.Scenario, Policy, int]:
    """The scenario, the policy (the scenario's last one where none is named) and the months of a
    question, with its counts checked. LabErrors of `policy_named` and `count_option`."""
    study = scenarios.load(scenario)
    chosen = policy_named(study, policy or list(study.policies)[-1], lab)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    return study, chosen, months


def headed(setting: Setting, chosen: Policy) -> dict[str, Any]:
    """The heading of an answer, whose inputs name the policy as it was."""
    heading = setting.heading()
    heading["inputs"] |= {"policy": fingerprint(chosen.model_dump(mode="json"))}
    return heading


def as_kept(answer: Answer) -> dict[str, Any]:
    """`answer` as plain data, as the lab keeps it: the heading stands at the top; ``name`` tells it
    from others of its kind."""
    tree = {**asdict(answer), "name": f"{answer.heading['scenario']}.{answer.policy}"}
    return {**tree.pop("heading"), **tree}
