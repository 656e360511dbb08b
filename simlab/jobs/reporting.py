"""Gather what a lab holds into a report: a page, a paper, a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.calibrating import load_fit, posterior_fingerprint
from simlab.jobs.checking import load_check
from simlab.jobs.clients import client_of
from simlab.jobs.common import code_version, file_name, model_version, now, write_out
from simlab.jobs.records import data_used
from simlab.jobs.standing import status
from simlab.jobs.stored import (
    RESULTS,
    latest,
    latest_comparison,
    latest_courses,
    latest_event,
    latest_incentives,
    latest_rolling,
    latest_search,
    latest_sensitivity,
    latest_stress,
    stored,
    stored_answers,
)
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.report.contents import Contents, NoChange
from simlab.report.page import render
from simlab.report.pdf import printed
from simlab.report.workbook import workbook

Format = Literal["html", "pdf", "xlsx"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "xlsx")
_CALLED = {"rolling": "rolling forecast", "optimisation": "search", "event": "past change",
           "stress": "stress test"}


def report(
    lab: Lab, lang: str, *, scenario: str | None = None, file_format: Format = "html",
    out: Path | None = None, progress: Progress | None = None,
) -> Path:
    """Write the report of `lab` in `lang` and return its path.

    It shows the comparison of `scenario` (default: the latest), the latest forecast and the
    calibration; what the lab does not have is left out and said to be missing. Written to the
    file or folder `out`, or to the lab's ``reports``, where a record beside it says what it rests
    on. A PDF is the page as Chromium prints it. LabErrors ``unknown_language``,
    ``no_comparison_named``, ``no_browser``, ``not_printed``.
    """
    if lang not in LANGUAGES:
        raise LabError("unknown_language", name=lang, known=", ".join(LANGUAGES))
    progress = progress or Progress()
    progress.advance("report", 0, 1)
    parts = _parts(lab, scenario)
    shown = _contents(lab, parts)
    written = _written(shown, lang, file_format, progress)
    name = f"report-{file_name(scenario)}-{lang}" if scenario else f"report-{lang}"
    name = f"{name}.{file_format}"
    if out is not None:
        target = out if out.suffix in {f".{file_format}", ".htm"} else out / name
        path = write_out(target.parent, {target.name: written})[0]
    else:
        with lab.writing():
            path = lab.write(f"reports/{name}", written)
            lab.write_json(f"reports/{name}.json", _record(lab, parts, shown, lang, name))
    progress.advance("report", 1, 1)
    return path


def contents(lab: Lab, scenario: str | None = None) -> Contents:
    """What the report of `lab` shows."""
    return _contents(lab, _parts(lab, scenario))


def _parts(lab: Lab, scenario: str | None) -> dict[str, Mapping[str, Any]]:
    """The stored results that a report shows, by kind."""
    compared = latest_comparison(lab, scenario)
    of = scenario or (compared["scenario"] if compared else None)
    found = {
        "comparison": compared,
        "forecast": latest(stored(lab, "forecasts/*/forecast.json")),
        "rolling": latest_rolling(lab),
        "optimisation": latest_search(lab, scenario),
        "event": latest_event(lab),
        "sensitivity": latest_sensitivity(lab, of), "stress": latest_stress(lab, of),
        "incentives": latest_incentives(lab, of), "courses": latest_courses(lab, of),
        "answers": stored_answers(lab),
    }
    return {kind: tree for kind, tree in found.items() if tree is not None}


def _contents(lab: Lab, parts: Mapping[str, Mapping[str, Any]]) -> Contents:
    compared, forecast = parts.get("comparison"), parts.get("forecast")
    return Contents(
        created=now().replace("T", " ").removesuffix("+00:00") + " UTC",
        client=client_of(lab),
        question=compared["question"] if compared else "",
        titles=compared["titles"] if compared else {},
        data=data_used(lab), fit=load_fit(lab), check=load_check(lab),
        forecast=None if forecast is None else NoChange(
            [_all_staff(row) for row in forecast["rows"]], forecast["futures"]),
        comparison=compared["comparison"] if compared else None,
        over_prior=compared is not None and not compared["calibrated"],
        answers=parts.get("answers"), rolling=parts.get("rolling"),
        optimisation=parts.get("optimisation"), event=parts.get("event"),
        sensitivity=parts.get("sensitivity"), stress=parts.get("stress"),
        incentives=parts.get("incentives"), courses=parts.get("courses"),
        totals=compared["options"].get("totals") if compared else None,
        stale=_stale(lab, parts), provenance=_provenance(parts),
    )


def _written(shown: Contents, lang: str, file_format: Format, progress: Progress) -> bytes:
    if file_format == "xlsx":
        return workbook(shown, lang)
    page = render(shown, lang, paper=file_format == "pdf")
    return printed(page, progress) if file_format == "pdf" else page.encode()


def _named(kind: str, tree: Mapping[str, Any]) -> str:
    return str(tree[RESULTS[kind][1]])


def _stale(lab: Lab, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Kind of result -> what has changed since it was made; only those that are out of date."""
    causes = {(item.kind, item.name): item.stale for item in status(lab).items}
    found = {"calibration": causes.get(("calibration", "posterior"), ())} | {
        kind: causes.get((kind, _named(kind, tree)), ()) for kind, tree in parts.items()}
    return {kind: stale for kind, stale in found.items() if stale}


def _record(
    lab: Lab, parts: Mapping[str, Mapping[str, Any]], shown: Contents, lang: str, name: str
) -> dict[str, Any]:
    """What a report rests on, kept beside it."""
    compared = parts.get("comparison")
    return {
        "made": now(), "file": name, "lang": lang, "client": shown.client.name,
        "scenario": compared["scenario"] if compared else None,
        "title": compared["title"] if compared else None,
        "calibrated": bool(compared and compared["calibrated"]),
        "check": ((compared or {}).get("check") or {}).get("verdict"),
        "rests": {kind: {"name": _named(kind, tree), "made": tree["made"]}
                  for kind, tree in parts.items()},
        "inputs": {"data": None if shown.data is None else shown.data.fingerprint,
                   "calibration": posterior_fingerprint(lab), "model": model_version(),
                   "code": code_version()},
    }


def _all_staff(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix("all_"): value for key, value in row.items()
            if not key.startswith("present_")}


def _provenance(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rows: dict[str, Any] = {"simlab": code_version()}
    for kind, tree in parts.items():
        if "options" not in tree:
            continue
        name = _CALLED.get(kind, kind)
        rows[f"{name}: made"] = tree["made"]
        for part in ("inputs", "options"):
            for key, value in tree[part].items():
                if value is not None and value != {}:
                    rows[f"{name}: {key}"] = _shown(value)
    if "comparison" in parts:
        for key, value in parts["comparison"]["comparison"]["provenance"].items():
            rows[f"simulation: {key}"] = value
    return rows


def _shown(value: Any) -> Any:
    """A list or the labels of a filter as they are read."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value
