"""Replay your last change: what changed, when and for whom; what was foretold, what happened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.errors import LabError
from simlab.jobs.events import LEAST_BEFORE
from simlab.jobs.own_events import LARGEST, latest_written, offered_policies, recorded_units
from simlab.jobs.records import panel_or_none
from simlab.jobs.standing import event_changes
from simlab.jobs.stored import latest_event
from simlab.panel import Panel, month_name
from simlab.report import event, wording
from simlab.report.figures.event import replayed
from simlab.ui.components import (
    Source,
    card,
    chart_card,
    job_card,
    no_data,
    stale_badge,
    start_button,
)
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]
JOB = "calibration-replay"
KINDS = ("backtest",)
"""Kinds of jobs that this part starts."""
PRACTICE = "sales"
"""The kind of staff that records hold."""
FIELDS = ("title", "date", "before", "after", "units", "left-out", "months", "others")
"""Of the form, in its order; ids are ``calibration-replay-<field>``."""


def section(visit: Visit, effort: Any) -> list[Any]:
    """The form and the latest result; nothing where there are no records to replay."""
    panel = panel_or_none(visit.lab)
    if panel is None:
        return []
    return [
        dmc.Title(say(visit, "title"), order=2, size="h3", mt="xl", mb="xs", px=4,
                  id="calibration-replay"),
        dmc.Grid([
            dmc.GridCol(_form(visit, panel, effort), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(result(visit), id="calibration-replayed"),
                        span={"base": 12, "md": 8}),
        ], gutter="md"),
        dcc.Download(id="calibration-replay-file"),
    ]


def _form(visit: Visit, panel: Panel, effort: Any) -> Any:
    policies = [{"value": name, "label": wording.pick(policy.title, visit.lang)}
                for name, policy in offered_policies(visit.lab, PRACTICE).items()]
    units = list(recorded_units(visit.lab))
    return card(
        say(visit, "what"), say(visit, "note"),
        dmc.TextInput(id=_id("title"), label=say(visit, "name")),
        dmc.Select(id=_id("date"), label=say(visit, "date"), searchable=True,
                   data=_dates(panel, visit.lang), comboboxProps={"shadow": "md"}),
        _policy(visit, "before", policies, "before_transition"),
        _policy(visit, "after", policies, None),
        dmc.Text([say(visit, "own_policy"), " ", dmc.Anchor(
            visit.text("page.scenario.title"), href=visit.link("scenario"), size="xs")],
            size="xs", c="dimmed"),
        *(dmc.MultiSelect(
            id=_id(name), label=say(visit, key), description=say(visit, f"{key}_note"), data=units,
            value=[], searchable=True, display=None if units else "none",
            comboboxProps={"shadow": "md"})
          for name, key in (("units", "units"), ("left-out", "left_out"))),
        dmc.NumberInput(id=_id("months"), label=say(visit, "months"), min=1, max=36,
                        allowDecimal=False, description=say(visit, "months_note")),
        dmc.Textarea(id=_id("others"), label=say(visit, "others"), autosize=True, minRows=2,
                     description=say(visit, "others_note")),
        html.Div(dmc.Textarea(
            id=_id("yaml"), label=say(visit, "yaml"), value=latest_written(visit.lab),
            autosize=True, minRows=4, maxRows=18, styles={"input": {
                "fontFamily": "monospace", "fontSize": 12, "whiteSpace": "pre"}}), lang="x-yaml"),
        dmc.Text(say(visit, "yaml_note"), size="xs", c="dimmed"),
        effort, start_button(JOB, "backtest", say(visit, "run")),
        dmc.Group([
            dmc.Button(say(visit, "download"), id=_id("download"), variant="subtle", size="xs"),
            # a label names the field of files for screen readers; the click is the label's own
            html.Label(dcc.Upload(
                html.Span(say(visit, "upload"), className="lab-open"), id=_id("upload"),
                accept=".yaml,.yml", max_size=LARGEST, disable_click=True)),
        ], gap="xs"),
        job_card(visit, JOB, KINDS), html.Div(id=_id("notice"), role="status"))


def _policy(visit: Visit, key: str, policies: list[dict[str, str]], value: str | None) -> Any:
    return dmc.Select(id=_id(key), label=say(visit, key), data=policies, value=value,
                      comboboxProps={"shadow": "md"})


def _dates(panel: Panel, lang: str) -> list[dict[str, str]]:
    """The months that have enough record before them and some after, the latest first."""
    return [{"value": name, "label": wording.month(name, lang)} for name in (
        month_name(panel.start + m) for m in range(panel.months - 1, LEAST_BEFORE - 1, -1))]


def _id(field: str) -> str:
    return f"calibration-replay-{field}"


def asked(values: Sequence[Any]) -> dict[str, Any] | None:
    """The form's `values` (of `FIELDS`) as `simlab.jobs.own_events.write_event` takes them; None
    while it is not filled in. LabError ``event_other`` for a line that does not say when."""
    title, date, before, after, units, left_out, months, others = values
    if not (title and date and before and after):
        return None
    return {"title": title, "date": date, "before": before, "after": after,
            "units": units or (), "left_out": left_out or (), "months": months or None,
            "others": [_other(line) for line in (others or "").splitlines() if line.strip()]}


def _other(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"\s*(\d{4}-(?:0[1-9]|1[0-2]))\s+(\S.*?)\s*", line)
    if found is None:
        raise LabError("event_other", line=line.strip()[:80])
    return found[1], found[2]


def result(visit: Visit) -> Any:
    """The past change that was replayed last."""
    tree = latest_event(visit.lab)
    if tree is None:
        return no_data(say(visit, "empty_title"), say(visit, "empty"))
    lang = visit.lang
    apart, ruled_out = event.beside(tree, lang)
    return dmc.Stack([
        card(event.heading(tree, lang), "", *stale_badge(event_changes(visit.lab, tree), lang),
             *(dmc.Text(line) for group in tree["groups"]
               for line in event.sentences(group, lang)), name="calibration-replay-said"),
        *(_group(visit, tree, group) for group in tree["groups"]),
        *([card(visit.text("event.apart"), "", _lines(apart), name="calibration-replay-apart")]
          if apart else []),
        *([card(visit.text("event.ruled_out"), "", _lines(ruled_out))] if ruled_out else []),
        card(say(visit, "learnt"), "", *(dmc.Text(line, size="sm") for line in (
            *event.learnt(tree, lang), *event.notes(tree, lang)))),
    ], gap="md")


def _lines(lines: Sequence[str]) -> Any:
    return dmc.List([dmc.ListItem(dmc.Text(line, size="sm")) for line in lines], spacing=4)


def _group(visit: Visit, tree: Tree, group: Tree) -> Any:
    """Those for whom the policy changed, or the others: forecast and what happened."""
    lang, options = visit.lang, tree["options"]
    data = [{"month": row["month"], "observed": row["observed"], **{
        f"{part}_{key}": value for part in ("without", "under")
        for key, value in row[part].items()}}
        for row in group["months"]]
    which = "changed" if group["changed"] else "others"
    return chart_card(
        visit, f"calibration-replay-{which}", event.caption(group, lang),
        say(visit, "chart_note"), replayed(group, lang), header=event.header(group, lang),
        rows=event.rows(group, lang), data=data, source=Source.of(
            {**tree, "calibrated": True}, formula=say(visit, "formula"),
            n=say(visit, "n", people=group["people"],
                  futures=options["draws"] * options["replicates"]),
            period=" – ".join(wording.month(group["months"][place]["month"], lang)
                              for place in (0, -1)),
            unit=visit.text("unit.people"), interval=say(visit, "interval")))


def say(visit: Visit, key: str, **values: Any) -> str:
    """A sentence of this part."""
    return visit.text(f"page.calibration.replay.{key}", **values)
