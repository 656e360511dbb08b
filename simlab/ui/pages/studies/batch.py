"""A batch of histories: a study written down, what it will take, how far it is, what it came to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
import yaml
from dash import dcc, html

from simlab.decide.outcomes import HEADLINE
from simlab.errors import LabError
from simlab.jobs.batching import StudyState, started_studies
from simlab.jobs.own_studies import LARGEST, find_study, version_of, written_studies
from simlab.jobs.standing import study_changes
from simlab.jobs.study_folder import StudyFolder
from simlab.report import studies as told
from simlab.report import wording
from simlab.report.figures.frame import with_unit
from simlab.ui.components import (
    Source,
    card,
    chart_card,
    failed,
    job_card,
    no_data,
    start_button,
    table,
)
from simlab.ui.owner import owner
from simlab.ui.pages.studies import results
from simlab.ui.pages.studies.results import say
from simlab.ui.visit import Visit

NAME = "batch"
JOB = "studies-batch"
KINDS = ("batch", "estimate")
"""Kinds of jobs that this part starts."""
FAILURES = 20
"""Failed runs shown, one a row."""
DOWNLOAD = "study"
"""Where each lab offers its studies: ``study/NAME.zip?as=csv``."""


def page(visit: Visit) -> Any:
    """The study that the address names, else the one that was begun last, else the first."""
    written = _known(visit)
    name = visit.query.get("study") or _latest(visit) or next(iter(written))
    if name not in written:
        wrong = failed(visit, LabError("unknown_study", name=name, known=", ".join(written)))
        name, shown = next(iter(written)), wrong
    else:
        shown = state(visit, name)
    return dmc.Grid([
        dmc.GridCol(_form(visit, name, written), span={"base": 12, "md": 4}),
        dmc.GridCol(html.Div(shown, id="studies-state"), span={"base": 12, "md": 8}),
    ], gutter="md")


def offered(visit: Visit) -> list[dict[str, str]]:
    """The studies to choose from."""
    return [{"value": name, "label": _title(visit, name)} for name in _known(visit)]


def _known(visit: Visit) -> dict[str, str]:
    """Name -> a study as it is written: those to be had by name, and what the lab ran of a file
    that lies elsewhere."""
    return {each.name: _as_run(each) for each in started_studies(visit.lab)} | dict(
        written_studies(visit.lab))


def _as_run(begun: StudyState) -> str:
    study = StudyFolder(Path(begun.path)).describe()["study"]
    said: str = yaml.safe_dump(study, sort_keys=False, allow_unicode=True)
    return said


def _latest(visit: Visit) -> str | None:
    begun = {each.name: StudyFolder(Path(each.path)).describe()["made"]
             for each in started_studies(visit.lab)}
    return max(begun, key=lambda name: str(begun[name]), default=None)


def _form(visit: Visit, name: str, written: Mapping[str, str]) -> Any:
    return html.Div(card(
        say(visit, "batch.what"), say(visit, "batch.note"),
        dmc.Select(
            id="studies-name", label=say(visit, "batch.study"), value=name, allowDeselect=False,
            comboboxProps={"shadow": "md"},
            data=offered(visit)),
        html.Div(dmc.Textarea(
            id="studies-written", value=written[name], autosize=True, minRows=8, maxRows=22,
            label=say(visit, "batch.written"), styles={"input": {
                "fontFamily": "monospace", "fontSize": 12, "whiteSpace": "pre"}}),
            lang="x-yaml"),
        dmc.Text(say(visit, "batch.written_note"), size="xs", c="dimmed"),
        dmc.Checkbox(id="studies-fresh", label=say(visit, "batch.fresh"), size="sm"),
        dmc.Group([
            start_button(JOB, "batch", say(visit, "batch.run")),
            start_button(JOB, "estimate", say(visit, "batch.estimate"), variant="default"),
        ], gap="xs"),
        dmc.Group([
            dmc.Button(say(visit, "batch.save"), id="studies-save", variant="subtle", size="xs"),
            # a label names the field of files for screen readers; the click is the label's own
            html.Label(dcc.Upload(
                html.Span(say(visit, "batch.upload"), className="lab-open"),
                id="studies-upload", accept=".yaml,.yml", max_size=LARGEST, disable_click=True)),
        ], gap="xs"),
        job_card(visit, JOB, KINDS),
        html.Div(id="studies-notice", role="status"),
        dcc.Store(id="studies-address"),
        dcc.Store(id="studies-version", data={"name": name, "version": version_of(written[name])}),
    ))


def state(visit: Visit, name: str) -> Any:
    """All studies with how far they are, and what the one called `name` came to."""
    begun = {each.name: each for each in started_studies(visit.lab)}
    return dmc.Stack([
        _list(visit, begun),
        *(_one(visit, begun[name]) if name in begun else [
            no_data(say(visit, "batch.empty_title"), say(visit, "batch.empty"))]),
    ], gap="md")


def _title(visit: Visit, name: str) -> str:
    with suppress(LabError):  # a file of the lab that no longer holds a study keeps its name
        return wording.pick(find_study(visit.lab, name).title, visit.lang)
    return name


def _list(visit: Visit, begun: Mapping[str, StudyState]) -> Any:
    names = list(dict.fromkeys([*written_studies(visit.lab), *begun]))
    running = {job.arguments["study"] for job in visit.runner.jobs(owner(), only_open=True)
               if job.kind == "batch"}
    header = [say(visit, f"batch.column.{key}")
              for key in ("study", "state", "runs", "failed", "size")]
    rows = []
    for name in names:
        found = begun.get(name)
        rows.append([
            dmc.Anchor(_title(visit, name) if found is None else wording.pick(
                found.title, visit.lang), size="sm",
                href=f"{visit.link('studies')}?part={NAME}&study={name}"),
            _state(visit, found, name in running),
            *([wording.MISSING] * 3 if found is None else [
                say(visit, "batch.done", done=f"{found.done:,}", runs=f"{found.runs:,}"),
                f"{found.failed:,}", f"{found.bytes / 1e6:,.1f} MB"])])
    return card(say(visit, "batch.all"), "", html.Div(
        table(header, rows), className="lab-wrapped"), name="studies-list")


def _state(visit: Visit, found: StudyState | None, running: bool) -> str:
    if running:
        return say(visit, "batch.state.running")
    if found is None:
        return say(visit, "batch.state.none")
    return say(visit, "batch.state.complete" if found.complete else "batch.state.part")


def _one(visit: Visit, found: StudyState) -> list[Any]:
    """The study itself: what it is about, how far, its failures, its figures, and the ways to
    have them."""
    tree, lang = found.to_json(), visit.lang
    described = StudyFolder(Path(found.path)).describe()
    fails = StudyFolder(Path(found.path)).failures().slice(0, FAILURES).to_pylist()
    return [
        results.heading(
            visit, described, study_changes(visit.lab, described),
            wording.pick(described["title"], lang),
            say(visit, "badge_policies", policies=len(found.policies)),
            say(visit, "batch.badge_points", points=wording.number(found.points, lang)),
            say(visit, "badge_draws", draws=wording.number(found.draws, lang),
                replicates=found.replicates), title=wording.pick(found.title, lang)),
        card(say(visit, "batch.progress"), "", *results.lines([
            told.extent(tree, lang), told.progress(tree, lang)]), _downloads(visit, found),
            name="studies-progress"),
        *([_failures(visit, fails, found.failed)] if fails else []),
        *([html.Div(levels(visit, tree, described), id="studies-levels")]
          if found.summary is not None else []),
        results.code_card(visit, _again(visit, found)),
    ]


def levels(visit: Visit, tree: results.Tree, described: results.Tree,
           outcome: str | None = None) -> Any:
    """What policies and factors come to in one outcome (default: the headline, where it was
    kept)."""
    lang, outcomes = visit.lang, tree["summary"]["outcomes"]
    shown = outcome or (HEADLINE if HEADLINE in outcomes else outcomes[0])
    header, rows = told.levels(tree, shown, lang)
    data = [{"factor": factor["name"], "level": level["level"], "points": level["points"],
             "runs": level["runs"], "outcome": name, **(level["outcomes"][name] or {}),
             **{f"difference_{part}": value
                for part, value in (level["differences"].get(name) or {}).items()}}
            for factor in tree["summary"]["factors"] for level in factor["levels"]
            for name in outcomes]
    return chart_card(
        visit, "studies-summary", say(visit, "batch.summary"), say(visit, "batch.summary_note"),
        told.figure(tree, shown, lang), header=header, rows=rows, data=data,
        controls=dmc.Select(
            id="studies-outcome", value=shown, allowDeselect=False, size="xs", w=220,
            data=[{"value": name, "label": wording.outcome_name(name, lang)} for name in outcomes],
            **{"aria-label": say(visit, "outcome")}),
        source=Source.of(
            described, formula=say(visit, "batch.formula"),
            unit=results.in_money(visit, with_unit(shown, lang)), period=say(visit, "batch.period"),
            n=told.extent(tree, lang), interval=visit.text("page.compare.interval_draws")))


def _failures(visit: Visit, fails: list[Mapping[str, Any]], count: int) -> Any:
    names = ("policy", "point", "draw", "replicate", "stage", "type", "message")
    return card(
        say(visit, "batch.failures", count=count), say(visit, "batch.failures_note"),
        html.Div(table([say(visit, f"batch.failure.{name}") for name in names],
                       [[str(fail[name]) for name in names] for fail in fails]), lang="x-trace"),
        start_button(JOB, "retry", say(visit, "batch.retry"), variant="default", size="xs"),
        name="studies-failures")


def _downloads(visit: Visit, found: StudyState) -> Any:
    return dmc.Group([
        dmc.Anchor(say(visit, f"batch.download.{form}"), size="sm", refresh=True,
                   href=f"{visit.link(DOWNLOAD)}/{found.name}.zip?as={form}")
        for form in ("parquet", "csv")], gap="md")


def _again(visit: Visit, found: StudyState) -> dict[str, str]:
    path = str(visit.lab.path)
    return {
        "command": shlex.join(["simlab", "batch", found.name, "--lab", path]),
        "python": "import pandas as pd\n\nimport simlab\n\n"
                  f"made = simlab.batch(simlab.Lab.open({path!r}), {found.name!r})\n"
                  "runs = pd.read_parquet(f\"{made.path}/runs\")\n"
                  "print(runs.groupby(\"policy\").mean(numeric_only=True).T)\n"}
