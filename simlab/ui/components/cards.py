"""Surfaces, headings, numbers and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.report import wording
from simlab.ui.components.help import help_tip
from simlab.ui.components.pins import pinnable
from simlab.ui.visit import Visit


def heading(visit: Visit, page: str, *beside: Any, badges: Sequence[Any] = ()) -> Any:
    """The page's title and the question it answers; `beside` stands at the right."""
    return dmc.Group([
        html.Div([
            dmc.Title(visit.text(f"page.{page}.title"), order=1, size="h2"),
            dmc.Text(visit.text(f"page.{page}.question"), c="dimmed"),
            *([dmc.Group(list(badges), gap="xs", mt=8)] if badges else []),
        ]),
        *([dmc.Group(list(beside), gap="sm")] if beside else []),
    ], justify="space-between", align="flex-start", mb="lg", className="lab-heading")


def card(title: str, note: str, *content: Any, badge: Any = None, name: str | None = None) -> Any:
    """A titled surface. Without a title or a note, that line is left out."""
    head = [dmc.Group([dmc.Title(title, order=2, size="h4"),
                       *([badge] if badge is not None else [])],
                      justify="space-between", align="flex-start", gap="xs")] if title else []
    lines = [dmc.Text(note, size="sm", c="dimmed")] if note else []
    return dmc.Paper(dmc.Stack([*head, *lines, *content], gap="xs"), p="lg", className="lab-card",
                     **({} if name is None else {"id": name}))


def number_card(
    visit: Visit, label: str, value: str, *, unit: str, n: str, period: str, formula: str,
    interval: Mapping[str, float] | None = None, signed: bool = False, badge: Any = None,
    term: str | None = None, name: str | None = None, pin: bool = True,
) -> Any:
    """One number with all that it needs to be read: unit, 90% interval (``lower``, ``upper``; none
    for a count of what was observed), n, period and formula. `term` explains the label. With a
    `name`, its id, it can be pinned; `pin` as of `chart_card`."""
    lines = [] if interval is None else [dmc.Text(visit.text(
        "ui.range", lower=wording.number(interval["lower"], visit.lang, signed=signed),
        upper=wording.number(interval["upper"], visit.lang, signed=signed)), size="sm")]
    attributes, pins = pinnable(visit, name) if name and pin else ({}, [])
    return dmc.Paper(dmc.Stack([
        dmc.Group([
            dmc.Group([dmc.Text(label, size="sm", c="dimmed"),
                       *([help_tip(visit, term)] if term else []),
                       *([badge] if badge is not None else [])], gap=4, className="lab-label"),
            *pins], justify="space-between", align="flex-start", wrap="nowrap", gap=4),
        dmc.Group([html.Span(value, className="lab-big"),
                   dmc.Text(unit, size="sm", c="dimmed")], gap=6, align="baseline"),
        *lines,
        dmc.Text(f"{period} · {n}", size="xs", c="dimmed"),
        dmc.Text(formula, size="xs", c="dimmed"),
    ], gap=2), p="lg", className="lab-card lab-number",
        **({} if name is None else {"id": f"{visit.pinned}{name}"}), **attributes)


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], *, narrow: bool = False) -> Any:
    """A small table of texts and components; scrolls inside itself where the page is narrow."""
    return dmc.TableScrollContainer(
        dmc.Table([
            dmc.TableThead(dmc.TableTr([dmc.TableTh(cell) for cell in header])),
            dmc.TableTbody([dmc.TableTr([dmc.TableTd(cell) for cell in row]) for row in rows]),
        ], verticalSpacing="xs", className="lab-table"),
        minWidth=320 if narrow else 640, type="native", tabIndex=0)
