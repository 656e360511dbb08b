"""A chart with everything behind it: the figure, its table, its source, its downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html

from simlab.i18n import text
from simlab.report.figures import darkened
from simlab.ui.components.cards import table
from simlab.ui.components.marks import rests_on, source_badges
from simlab.ui.components.pins import pinnable
from simlab.ui.visit import Visit

FORMATS = ("csv", "json", "png")


@dataclass(frozen=True)
class Source:
    """Where a chart's numbers come from. A field that has no meaning for it is None, and shown as
    such."""

    formula: str
    """What was computed, in words."""
    n: str
    period: str
    unit: str
    interval: str | None = None
    made: str | None = None
    code: str | None = None
    """Version of this software."""
    data: str | None = None
    """Hash of the records."""
    seed: int | None = None
    rests: str | None = None
    """What stands beneath it: ``records`` or ``totals`` calibrated on, or the ``prior`` alone."""
    check: str | None = None
    """Verdict of the check of that calibration."""

    @classmethod
    def of(cls, tree: Mapping[str, Any], **said: Any) -> Source:
        """Of a stored result, which names its ``inputs``, ``options`` and when it was ``made``."""
        inputs, options = tree.get("inputs", {}), tree.get("options", {})
        rests = None
        if "calibrated" in tree:
            fitted = "totals" if options.get("totals") else "records"
            rests = fitted if tree["calibrated"] else "prior"
        return cls(made=tree.get("made"), code=inputs.get("code"), data=inputs.get("data"),
                   seed=options.get("seed"), rests=rests,
                   check=_verdict(tree.get("check")), **said)


def _verdict(mark: Mapping[str, Any] | None) -> str | None:
    verdict = (mark or {}).get("verdict")
    return None if verdict == "uncalibrated" else verdict


def graph(visit: Visit, figure: go.Figure, name: str) -> Any:
    """A figure that fills its card, in the reader's theme and currency, without a tool bar."""
    return dcc.Graph(
        id=name, figure=shown(visit, figure), className="lab-figure", responsive=True,
        style={"height": figure.layout.height},
        config={"displayModeBar": False, "scrollZoom": False})


def shown(visit: Visit, figure: go.Figure) -> go.Figure:
    """`figure` as this reader sees it."""
    unnamed = text("unit.money", visit.lang)
    if visit.money != unnamed:
        figure.for_each_yaxis(lambda axis: _renamed(axis, unnamed, visit.money))
        figure.for_each_xaxis(lambda axis: _renamed(axis, unnamed, visit.money))
    return darkened(figure) if visit.choices.theme == "dark" else figure


def _renamed(axis: Any, unnamed: str, money: str) -> None:
    if axis.title.text:
        axis.title.text = axis.title.text.replace(unnamed, money)


def chart_card(
    visit: Visit, name: str, title: str, note: str, figure: go.Figure | None, *,
    header: Sequence[str], rows: Sequence[Sequence[str]], data: Sequence[Mapping[str, Any]],
    source: Source, badge: Any = None, controls: Any = None, pin: bool = True,
) -> Any:
    """`figure` with its table (`header`, `rows`: as read), its numbers (`data`: unrounded, what a
    download holds) and its `source`. `name` is the graph's id; `controls` stand above it. What is
    read as a table alone has None for a figure.

    What it rests on stands on it and goes with every download: `badge`, and what `source` says of
    the calibration beneath. `pin` = False where the layout of the page does not draw it: a preview,
    a job's result that is not kept."""
    marks = [*([] if badge is None else [badge]), *source_badges(
        source.rests if badge is None else None,
        None if source.check == "passed" else source.check, visit.lang)]
    attributes, pins = pinnable(visit, name) if pin else ({}, [])
    own, name = name, f"{visit.pinned}{name}"
    above = [*([] if controls is None or visit.pinned else [controls]), *pins]
    shown = ("chart", "table", "source", "download")[figure is None:]
    return dmc.Paper(dmc.Stack([
        dmc.Group([
            html.Div([
                dmc.Group([dmc.Title(title, order=2, size="h4"), *marks], gap="xs"),
                dmc.Text(note, size="sm", c="dimmed"),
            ], className="lab-grow"),
            *([dmc.Group(above, gap="xs")] if above else []),
        ], justify="space-between", align="flex-start"),
        dmc.Tabs([
            *([] if figure is None else [
                dmc.TabsPanel(graph(visit, figure, name), value="chart", pt="xs")]),
            dmc.TabsPanel(html.Div(table(header, rows), id={"chart": name, "part": "table"}),
                          value="table", pt="xs", className="lab-tall"),
            dmc.TabsPanel(_source(visit, source), value="source", pt="xs"),
            dmc.TabsPanel(_downloads(visit, name, picture=figure is not None), value="download",
                          pt="xs"),
            dmc.TabsList([dmc.TabsTab(visit.text(f"ui.chart.{key}"), value=key) for key in shown],
                         mt="xs", justify="flex-end"),
        ], value=shown[0], variant="pills", inverted=True, className="lab-tabs",
            keepMounted=True),
        dcc.Store(id={"chart": name, "part": "data"},
                  data=downloaded(visit, own, data, source, badge)),
        dcc.Store(id={"chart": name, "part": "saved"}),
    ], gap="xs"), p="lg", className="lab-card lab-chart", **attributes)


def downloaded(
    visit: Visit, name: str, data: Sequence[Mapping[str, Any]], source: Source, badge: Any = None
) -> dict[str, Any]:
    """What the downloads of a chart are made of: its numbers, where they come from, what they
    rest on in words (``rests_on``), and the line under its picture (``stamp``)."""
    rests = [*_words(badge), *(said for each in source_badges(
        source.rests, source.check, visit.lang) for said in _words(each))]
    facts = {"code": source.code and f"simlab {source.code}", "seed": source.seed,
             "data": source.data and source.data[:16]}
    stamp = [*rests, *(
        visit.text("ui.chart.stamp", what=visit.text(f"ui.source.{key}"), value=value)
        for key, value in facts.items() if value is not None)]
    return {"name": name, "rows": list(data), "rests_on": rests, "stamp": " · ".join(stamp),
            "source": asdict(source)}


def _words(component: Any) -> list[str]:
    """The texts of a component, such as a badge or a group of them."""
    if component is None or isinstance(component, str):
        return [component] if component else []
    if isinstance(component, list | tuple):
        return [said for each in component for said in _words(each)]
    return _words(getattr(component, "children", None))


def register(app: Dash) -> None:
    """Attach the downloads of all charts; they happen in the browser."""
    app.clientside_callback(
        ClientsideFunction("simlab", "save_chart"),
        Output({"chart": MATCH, "part": "saved"}, "data"),
        *(Input({"chart": MATCH, "save": kind}, "n_clicks") for kind in FORMATS),
        State({"chart": MATCH, "part": "data"}, "data"), prevent_initial_call=True)


def _source(visit: Visit, source: Source) -> Any:
    said = asdict(source)
    if source.rests is not None:
        said["rests"] = rests_on(source.rests, visit.lang)
    if source.check is not None:
        said["check"] = visit.text(f"check.short.{source.check}")
    rows = [[visit.text(f"ui.source.{key}"),
             visit.text("ui.source.none") if value is None else str(value)]
            for key, value in said.items()]
    return dmc.Table(data={"body": rows}, className="lab-table lab-source", verticalSpacing=6)


def _downloads(visit: Visit, name: str, *, picture: bool) -> Any:
    # A table has no picture, but its button stays: all are inputs of one callback.
    return dmc.Group([
        dmc.Button(kind.upper(), id={"chart": name, "save": kind}, variant="default", size="sm",
                   display="none" if kind == "png" and not picture else None,
                   **{"aria-label": visit.text("ui.chart.save", kind=kind.upper())})
        for kind in FORMATS
    ], py="md")
