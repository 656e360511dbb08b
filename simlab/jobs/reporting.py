"""Gather what a lab holds into a report page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simlab.errors import LabError
from simlab.jobs.calibrating import load_fit
from simlab.jobs.checking import load_check
from simlab.jobs.common import code_version, now, read_json, write_out
from simlab.jobs.records import data_used
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.report.page import Contents, NoChange, render


def report(
    lab: Lab, lang: str, *, scenario: str | None = None, out: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the report of `lab` in `lang` and return its path.

    It shows the comparison of `scenario` (default: the latest), the latest forecast and the
    calibration; what the lab does not have is left out and said to be missing. Written to the
    file or folder `out`, or to the lab's ``reports``.
    """
    progress = progress or Progress()
    progress.advance("report", 0, 1)
    page = render(contents(lab, scenario), lang)
    name = f"report-{lang}.html"
    if out is not None:
        target = out if out.suffix in {".html", ".htm"} else out / name
        path = write_out(target.parent, {target.name: page})[0]
    else:
        with lab.writing():
            path = lab.write(f"reports/{name}", page.encode())
    progress.advance("report", 1, 1)
    return path


def contents(lab: Lab, scenario: str | None = None) -> Contents:
    """What the report of `lab` shows."""
    compared = latest_comparison(lab, scenario)
    forecast = _latest(stored(lab, "forecasts/*/forecast.json"))
    rolled = _latest(stored(lab, "rolling/*/rolling.json"))
    searched = latest_search(lab, scenario)
    moved = _latest([tree for tree in stored(lab, "sensitivity/*.json")
                     if compared is None or tree["scenario"] == compared["scenario"]])
    replayed = _latest(stored(lab, "events/*/event.json"))
    stressed = latest_stress(lab, scenario or (compared["scenario"] if compared else None))
    return Contents(
        created=now().replace("T", " ").removesuffix("+00:00") + " UTC",
        question=compared["question"] if compared else "",
        titles=compared["titles"] if compared else {},
        data=data_used(lab), fit=load_fit(lab), check=load_check(lab),
        forecast=None if forecast is None else NoChange(
            [_all_staff(row) for row in forecast["rows"]], forecast["futures"]),
        comparison=compared["comparison"] if compared else None,
        answers=stored_answers(lab),
        rolling=rolled, optimisation=searched, event=replayed,
        sensitivity=moved, stress=stressed,
        totals=compared["options"].get("totals") if compared else None,
        provenance=_provenance({
            "comparison": compared, "forecast": forecast, "rolling forecast": rolled,
            "search": searched, "past change": replayed, "sensitivity": moved,
            "stress test": stressed}),
    )


def stored_answers(lab: Lab) -> Mapping[str, Any] | None:
    """The grid of questions that the lab holds; None where it was not asked."""
    return _latest(stored(lab, "answers/grid.json"))


def latest_search(lab: Lab, scenario: str | None = None) -> Mapping[str, Any] | None:
    """The stored search of `scenario`, or the latest; None where there is none."""
    return _latest([tree for tree in stored(lab, "optimisations/*.json")
                    if scenario in (None, tree["scenario"])])


def latest_stress(lab: Lab, scenario: str | None = None) -> Mapping[str, Any] | None:
    """The stored stress test of `scenario`, or the latest; None where there is none."""
    return _latest([tree for tree in stored(lab, "stress/*.json")
                    if scenario is None or tree["scenario"] == scenario])


def latest_comparison(lab: Lab, scenario: str | None = None) -> Mapping[str, Any] | None:
    """The stored comparison of `scenario`, or the latest; None where there is none at all."""
    found = stored(lab, "comparisons/*.json")
    if scenario is None:
        return _latest(found)
    for tree in found:
        if tree["scenario"] == scenario:
            return tree
    known = ", ".join(sorted(tree["scenario"] for tree in found)) or "-"
    raise LabError("no_comparison_named", name=scenario, known=known)


def stored(lab: Lab, pattern: str) -> list[Mapping[str, Any]]:
    """The JSON files of the lab that match `pattern`; unreadable ones are left out."""
    paths = sorted(lab.path.glob(pattern))
    trees = [read_json(lab, str(path.relative_to(lab.path))) for path in paths]
    return [tree for tree in trees if isinstance(tree, dict) and "made" in tree]


def _latest(trees: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return max(trees, key=lambda tree: str(tree["made"]), default=None)


def _all_staff(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix("all_"): value for key, value in row.items()
            if not key.startswith("present_")}


def _provenance(made: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    rows: dict[str, Any] = {"simlab": code_version()}
    for name, tree in made.items():
        if tree is None:
            continue
        rows[f"{name}: made"] = tree["made"]
        for part in ("inputs", "options"):
            for key, value in tree[part].items():
                if value is not None and value != {}:
                    rows[f"{name}: {key}"] = _shown(value)
    compared = made["comparison"]
    if compared is not None:
        for key, value in compared["comparison"]["provenance"].items():
            rows[f"simulation: {key}"] = value
    return rows


def _shown(value: Any) -> Any:
    """A list or the labels of a filter as they are read."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    return ", ".join(value) if isinstance(value, list) else value
