"""What a lab holds, and what of it no longer fits what it was made from."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import scenarios
from calibration.stored import StoredTables
from simlab.errors import LabError
from simlab.jobs.aggregates import calibrated_on_totals
from simlab.jobs.batching import started_studies
from simlab.jobs.calibrating import TABLES, calibrated_with, posterior_fingerprint
from simlab.jobs.checking import mark
from simlab.jobs.common import fingerprint, model_version
from simlab.jobs.optimising import searched
from simlab.jobs.outlook import stored_outlook
from simlab.jobs.records import panel_or_none
from simlab.jobs.setting import inputs, lab_of_staff, policy_named
from simlab.jobs.stored import stored, stored_answers
from simlab.jobs.stressing import declared
from simlab.jobs.study_folder import StudyFolder
from simlab.jobs.unfinished import interrupted
from simlab.jobs.variation import EVENTS
from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel, month_name, month_number
from simlab.practice import NAMES as PRACTICES
from simlab.records import data_hash


@dataclass(frozen=True)
class Item:
    """One thing in the lab. `stale` lists the inputs that have changed since it was made:
    data, calibration, scenario, model."""

    kind: str
    name: str
    made: str
    stale: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """A lab at a glance."""

    path: str
    created: str
    records: Mapping[str, Any] | None
    items: tuple[Item, ...]
    unfinished: Mapping[str, Any] | None = None
    """A calibration that was begun and neither finished nor refused: ``started``, ``until``,
    ``simulations``, ``seed``, ``kept`` simulated records."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def status(lab: Lab) -> Standing:
    """What is in `lab`, and what is stale."""
    panel = panel_or_none(lab)
    digest = None if panel is None else data_hash(lab)
    records = None if panel is None else {
        "people": len(panel.person), "exits": int((panel.exited != STILL_HERE).sum()),
        "first_month": month_name(panel.start),
        "last_month": month_name(panel.start + panel.months - 1), "hash": digest,
    }
    items = [*_calibration(lab, digest, panel), *_totals(lab), *_forecasts(lab, digest),
             *_outlook(lab), *_comparisons(lab), *_searches(lab), *_stress(lab), *_studies(lab),
             *_sensitivity(lab), *_of_policies(lab), *_answers(lab), *_events(lab)]
    items += _reports(lab, digest, items)
    return Standing(str(lab.path), str(lab.description.get("created", "")), records, tuple(items),
                    interrupted(lab, StoredTables(lab.path / TABLES)))


def made_from_records(lab: Lab) -> tuple[Item, ...]:
    """What was made from the records as they are now, and would be out of date with others."""
    def apart(item: Item) -> bool:
        if item.name.startswith("totals_"):
            return True
        with contextlib.suppress(LabError):  # most are not named after a scenario
            return lab_of_staff(scenarios.load(item.name), lab) is None
        return False

    return tuple(item for item in status(lab).items
                 if "data" not in item.stale and not apart(item))


def _calibration(lab: Lab, digest: str | None, panel: Panel | None) -> list[Item]:
    made = calibrated_with(lab)
    if made is None:
        return []
    facts = {k: made[k] for k in ("until", "simulations", "seed", "resting") if k in made}
    facts["drift"] = made.get("drift")
    if panel is not None:
        facts["months_since"] = max(
            panel.start + panel.months - 1 - month_number(made["until"]), 0)
    return [Item("calibration", "posterior", str(made.get("made", "")),
                 calibration_changes(made, digest), facts | _check(lab, None))]


def calibration_changes(made: Mapping[str, Any], digest: str | None) -> tuple[str, ...]:
    """What has changed since a calibration on records was `made` (its stored description):
    ``data``, whose hash is now `digest`, and ``model``."""
    return _changed(made, {"data": digest, "model": model_version()})


def _totals(lab: Lab) -> list[Item]:
    found = {practice: calibrated_on_totals(lab, practice) for practice in PRACTICES}
    return [Item("calibration", f"totals_{practice}", tree["made"],
                 _changed(tree, {"model": model_version()}),
                 {k: tree[k] for k in ("source", "simulations", "seed")})
            for practice, tree in found.items() if tree is not None]


def _forecasts(lab: Lab, digest: str | None) -> list[Item]:
    present = {"data": digest, "model": model_version(),
               "calibration": posterior_fingerprint(lab)}
    return [Item("forecast", tree["start"], tree["made"], _changed(tree["inputs"], present),
                 {"months": tree["months"], "people": tree["people"]} | _check(lab, tree))
            for tree in stored(lab, "forecasts/*/forecast.json")] + [
        Item("rolling", tree["start"], tree["made"], rolling_changes(lab, tree),
             {"months": tree["months"], "people": tree["people"]})
        for tree in stored(lab, "rolling/*/rolling.json")]


def rolling_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of stored forecasts of past months have changed since they were made."""
    return _changed(tree["inputs"], {
        "data": data_hash(lab), "model": model_version(),
        "calibration": posterior_fingerprint(lab)})


def _answers(lab: Lab) -> list[Item]:
    tree = stored_answers(lab)
    if tree is None:
        return []
    return [Item("answers", tree["scenario"], tree["made"], comparison_changes(lab, tree),
                 {"draws": tree["options"]["draws"]})]


def _check(lab: Lab, tree: Mapping[str, Any] | None) -> dict[str, str]:
    """The mark of the present calibration, or of what was built on it (`tree`): as it stands now
    where it was built on the present one, else as it stood then."""
    if tree is not None and not tree.get("check"):
        return {}
    present = posterior_fingerprint(lab)
    if present is not None and (tree is None or tree["inputs"].get("calibration") == present):
        return {"check": mark(lab)["verdict"]}
    return {} if tree is None else {"check": tree["check"]["verdict"]}


def event_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of a replayed past change have changed since."""
    return _changed(tree["inputs"], {"data": data_hash(lab), "model": model_version()})


def _events(lab: Lab) -> list[Item]:
    return [Item("event", tree["name"], tree["made"], event_changes(lab, tree),
                 {"date": tree["date"], "months": tree["options"]["months"]})
            for tree in stored(lab, EVENTS)]


def _comparisons(lab: Lab) -> list[Item]:
    return [Item("comparison", tree["scenario"], tree["made"], comparison_changes(lab, tree),
                 {"policies": tree["options"]["policies"], "draws": tree["options"]["draws"]}
                 | _check(lab, tree))
            for tree in stored(lab, "comparisons/*.json")]


def _outlook(lab: Lab) -> list[Item]:
    tree = stored_outlook(lab)
    return [] if tree is None else [Item(
        "outlook", tree["scenario"], tree["made"], comparison_changes(lab, tree),
        {"months": len(tree["months"]), "draws": tree["draws"]} | _check(lab, tree))]


def _searches(lab: Lab) -> list[Item]:
    return [Item("optimisation", tree["scenario"], tree["made"], search_changes(lab, tree),
                 {"tried": tree["optimisation"]["tried"], "draws": tree["options"]["draws"]}
                 | _check(lab, tree))
            for tree in stored(lab, "optimisations/*.json")]


def search_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of a stored search have changed since it was made: as of a comparison, and
    whether something else would be searched now."""
    changed = comparison_changes(lab, tree)
    if "scenario" not in changed and tree["inputs"]["search"] != fingerprint(
            searched(scenarios.load(tree["source"]))):
        return (*changed, "search")
    return changed


def _studies(lab: Lab) -> list[Item]:
    found = []
    for state in started_studies(lab):
        tree = StudyFolder(Path(state.path)).describe()
        found.append(Item(
            "study", state.name, tree["made"], study_changes(lab, tree),
            {"runs": state.runs, "done": state.done, "failed": state.failed} | _check(lab, tree)))
    return found


def study_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of a study (its ``study.json``) have changed since it was begun: as of a
    comparison; one that asked for the prior does not mind a calibration."""
    return tuple(change for change in comparison_changes(lab, tree)
                 if change != "calibration" or tree["study"]["parameters"] == "posterior")


def _of_policies(lab: Lab) -> list[Item]:
    """What pay plans reward, which courses pay, where requests die, who or what is missing."""
    return [Item(kind, tree["name"], tree["made"],
                 policy_changes(lab, tree), {"draws": tree["options"]["draws"]} | _check(lab, tree))
            for kind in ("incentives", "courses", "support", "talent")
            for tree in stored(lab, f"{kind}/*.json")]


def policy_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of an answer about one policy have changed since it was made: as of a
    comparison, and whether the policy is another one now, or gone."""
    changed = comparison_changes(lab, tree)
    try:
        policy = policy_named(scenarios.load(tree["source"]), tree["options"]["policy"], lab)
    except LabError:
        return changed if "scenario" in changed else (*changed, "policy")
    return changed + _changed(tree["inputs"], {
        "policy": fingerprint(policy.model_dump(mode="json"))})


def _sensitivity(lab: Lab) -> list[Item]:
    return [Item("sensitivity", tree["scenario"], tree["made"], comparison_changes(lab, tree),
                 {"policies": tree["options"]["policies"], "draws": tree["options"]["draws"]}
                 | _check(lab, tree))
            for tree in stored(lab, "sensitivity/*.json")]


def _stress(lab: Lab) -> list[Item]:
    return [Item("stress", tree["scenario"], tree["made"], stress_changes(lab, tree),
                 {"policies": tree["options"]["policies"], "futures": tree["options"]["futures"]}
                 | _check(lab, tree))
            for tree in stored(lab, "stress/*.json")]


def stress_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of a stored stress test have changed since it was made."""
    changed = comparison_changes(lab, tree)
    if "scenario" in changed:  # its uncertainties say no more than that
        return changed
    present = {"uncertainties": declared(scenarios.load(tree["source"]))}
    return changed + _changed(tree["inputs"], present)


def comparison_changes(lab: Lab, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Which inputs of a stored comparison have changed since it was made."""
    try:
        study = scenarios.load(tree["source"])
    except LabError:  # its file is gone or no longer one: nothing to hold the rest against
        return ("scenario",)
    return _changed(tree["inputs"], inputs(lab, study))


def _reports(lab: Lab, digest: str | None, items: Sequence[Item]) -> list[Item]:
    """A report is out of date with anything that it shows, where a result that it shows was made
    anew, and where the calibration has been checked since."""
    present = {"data": digest and digest[:16], "model": model_version()}
    known = {(item.kind, item.name): item for item in items}
    found = []
    for tree in stored(lab, "reports/*.json"):
        shown = [(rests["made"], known.get((kind, rests["name"])))
                 for kind, rests in tree["rests"].items()]
        causes = [*_changed(tree["inputs"], present),
                  *(cause for _, item in shown if item for cause in item.stale),
                  *("results" for made, item in shown if item is None or item.made != made),
                  *("check" for _, item in shown if item and item.kind == "comparison"
                    and item.facts.get("check") != tree["check"])]
        found.append(Item("report", tree["file"], tree["made"], tuple(dict.fromkeys(causes)),
                          {key: value for key, value in tree.items() if value is not None}))
    return sorted(found, key=lambda item: item.made, reverse=True)


def _changed(then: Mapping[str, Any], present: Mapping[str, Any]) -> tuple[str, ...]:
    """A new version of the code with the same model makes nothing stale."""
    return tuple(key for key, value in present.items()
                 if key != "code" and then.get(key) != value)
