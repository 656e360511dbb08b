"""The page as it first appears: what to do on the left, what is known of the calibration on the
right, a past change to replay below."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from calibration.calibrate import FEW_EXITS, LEAST_MONTHS
from calibration.stored import StoredTables
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.aggregates import calibrated_on_totals
from simlab.jobs.calibrating import TABLES, calibrated_with, load_fit
from simlab.jobs.records import data_used, panel_or_none
from simlab.jobs.unfinished import interrupted
from simlab.lab import Lab
from simlab.panel import month_name, month_number
from simlab.practice import NAMES as PRACTICES
from simlab.report import wording
from simlab.report.contents import DataUsed
from simlab.ui.components import card, failed, heading, job_card, no_data, start_button
from simlab.ui.components.jobs import notice
from simlab.ui.owner import owner
from simlab.ui.pages.calibration import replay, results
from simlab.ui.pages.calibration.charts import moment, say
from simlab.ui.visit import Visit

KINDS = ("calibrate", "check", "rolling")
"""Kinds of jobs that the upper part of the page starts."""
EFFORTS = {"quick": 2000, "usual": 10_000}
"""Simulated records of a calibration started from the page."""
HELD_BACK = (0, 6, 12)
"""How many last months can be kept back from a calibration."""
PAST_MONTHS = 12
"""How many past months are forecast where the record has them."""


def page(visit: Visit) -> Any:
    """Controls, and all that the lab knows of its calibration."""
    return html.Div([
        heading(visit, "calibration", dmc.Anchor(
            visit.text("page.calibration.replay.title"), href="#calibration-replay", size="sm")),
        dmc.Grid([
            dmc.GridCol(_controls(visit), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(view(visit), id="calibration-view"),
                        span={"base": 12, "md": 8}),
        ], gutter="md"),
        *replay.section(visit, effort_choice(visit, "calibration-replay-effort")),
    ])


def view(visit: Visit) -> Any:
    """What is known: of a calibration on records, of those on totals, and what went wrong."""
    lab = visit.lab
    used, made = data_used(lab), calibrated_with(lab)
    shown: list[Any] = [*_interrupted(visit), *_refused(visit, made)]
    try:
        fit = None if made is None else load_fit(lab)
        if fit is not None and made is not None:
            shown += results.view(visit, fit, made, used)
        elif used is not None:
            shown += _not_yet(visit, used)
    except LabError as error:  # of another version of the model
        shown.append(failed(visit, error))
    for practice in PRACTICES:
        tree = calibrated_on_totals(lab, practice)
        if tree is not None:
            shown.append(results.on_totals(visit, tree))
    return dmc.Stack(shown or [no_data(
        say(visit, "none_title"), say(visit, "none"),
        dmc.Anchor(say(visit, "to_data"), href=visit.link("data")))], gap="md")


def _not_yet(visit: Visit, used: DataUsed) -> list[Any]:
    lang = visit.lang
    few = [] if used.exits >= FEW_EXITS else [caution(few_exits(used, lang))]
    return [*few, no_data(say(visit, "not_yet_title"), say(
        visit, "not_yet", people=wording.number(used.people, lang),
        exits=wording.number(used.exits, lang), first=wording.month(used.first_month, lang),
        last=wording.month(used.last_month, lang)))]


def few_exits(used: DataUsed, lang: str) -> str:
    """What so few exits will mean, said before any work is done."""
    code = "few_exits" if used.exits else "no_exits"
    return text(f"caution.{code}", lang, exits=used.exits, least=FEW_EXITS,
                until=wording.month(used.last_month, lang))


def caution(said: str) -> Any:
    """Something to bear in mind."""
    return dmc.Alert(said, color="caution", variant="light", p="sm")


def _interrupted(visit: Visit) -> list[Any]:
    """A calibration that was begun and not finished, unless one is at work now."""
    mark = interrupted(visit.lab, StoredTables(visit.lab.path / TABLES))
    busy = any(job.kind == "calibrate" for job in visit.runner.jobs(None, only_open=True))
    if mark is None or busy:
        return []
    return [caution(say(
        visit, "unfinished", until=wording.month(mark["until"], visit.lang),
        started=moment(mark["started"]), kept=wording.number(mark["kept"], visit.lang),
        simulations=wording.number(mark["simulations"], visit.lang)))]


def _refused(visit: Visit, made: Mapping[str, Any] | None) -> list[Any]:
    """Why the latest calibration did not succeed, where none has since."""
    ended = [job for job in visit.runner.jobs(owner())
             if job.kind in ("calibrate", "totals") and not job.open]
    last = max(ended, key=lambda job: job.created, default=None)
    if last is None or last.state not in ("failed", "lost") or last.error is None:
        return []
    if made is not None and _seconds(made["made"]) > last.created:
        return []
    said = say(visit, "ended_failed", what=visit.text(f"job.kind.{last.kind}"))
    return [notice(f"{said}\n{last.error.explain(visit.lang)}", error=True)]


def _seconds(iso: str) -> float:
    return datetime.datetime.fromisoformat(iso).timestamp()


def _controls(visit: Visit) -> Any:
    months = _months(visit.lab)
    return html.Div(card(
        say(visit, "do"), "",
        dmc.Select(
            id="calibration-held-back", label=say(visit, "hold_back"), value="0",
            description=say(visit, "hold_back_note"), allowDeselect=False,
            comboboxProps={"shadow": "md"},
            data=[{"value": str(n), "label": say(
                visit, "hold_back_0" if n == 0 else "hold_back_n", months=n)}
                for n in HELD_BACK if n == 0 or n <= months - LEAST_MONTHS]),
        effort_choice(visit, "calibration-effort"),
        start_button("calibration", "calibrate", say(visit, "calibrate")),
        start_button("calibration", "check", say(visit, "check"), variant="light"),
        dmc.Text(say(visit, "check_note"), size="xs", c="dimmed"),
        start_button("calibration", "rolling", say(visit, "rolling"), variant="light"),
        dmc.Text(say(visit, "rolling_note", months=PAST_MONTHS), size="xs", c="dimmed"),
        job_card(visit, "calibration", KINDS),
        html.Div(id="calibration-notice", role="status"),
    ), className="lab-sticky")


def effort_choice(visit: Visit, name: str) -> Any:
    """How many simulated records a calibration may take."""
    return dmc.Select(
        id=name, label=say(visit, "effort"), value=next(iter(EFFORTS)), allowDeselect=False,
        comboboxProps={"shadow": "md"},
        data=[{"value": key, "label": say(visit, f"effort_{key}", simulations=wording.number(
            simulations, visit.lang))} for key, simulations in EFFORTS.items()])


def _months(lab: Lab) -> int:
    panel = panel_or_none(lab)
    return 0 if panel is None else panel.months


def arguments(lab: Lab, kind: str, held_back: str, effort: str) -> dict[str, Any]:
    """Of a job. Past months are forecast by the calibration where it has not seen them, else learnt
    anew for each. LabError ``no_records``."""
    panel = panel_or_none(lab)
    if panel is None:
        raise LabError("no_records", path=lab.path)
    last = panel.start + panel.months - 1
    if kind == "calibrate":
        return {"until": month_name(last - int(held_back)), "simulations": EFFORTS[effort]}
    if kind == "check":
        return {}
    made = calibrated_with(lab)
    if made is None:
        raise LabError("not_calibrated", path=lab.path)
    unseen = last - month_number(made["until"])
    if unseen > 0:
        return {"months": min(PAST_MONTHS, unseen)}
    months = min(PAST_MONTHS, panel.months // 3)
    return {"start": month_name(last - months + 1), "months": months, "recalibrate": True}
