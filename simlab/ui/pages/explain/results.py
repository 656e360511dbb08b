"""Causes and channels of a comparison, and two lives side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.report import figures, stories, wording
from simlab.ui.components import Source, chart_card, number_card
from simlab.ui.pages.compare.reading import Reading
from simlab.ui.pages.compare.sections.channels import by_channel
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def causes(visit: Visit, tree: Tree, policy: str) -> Any:
    """The largest cause, the waterfall, and the channels of `policy` where they were told apart."""
    return dmc.Stack([
        _largest(visit, tree),
        dmc.Text(say(visit, "meaning"), size="sm", c="dimmed", px=4),
        _waterfall(visit, tree, policy),
        *(by_channel(Reading(visit, tree), each, "explain-channels")
          for each in tree["comparison"].get("channels") or () if each["policy"] == policy),
    ], gap="md")


def _largest(visit: Visit, tree: Tree) -> Any:
    comparison, lang = tree["comparison"], visit.lang
    baseline = comparison["baseline"]
    found = figures.largest_cause(comparison, baseline)
    assert found is not None  # the page is drawn only where exits were counted by cause
    of_exits = {end: 100 * value for end, value in found["share"].items()}
    return number_card(
        visit, say(visit, "top", cause=visit.text(f"story.cause.{found['cause']}")),
        wording.number(of_exits["mean"], lang), unit=say(visit, "of_exits"),
        period=_period(visit, tree), interval=of_exits,
        n=say(visit, "top_n", count=wording.interval(found["count"], lang),
              whole=wording.interval(figures.voluntary(comparison, baseline), lang),
              n=wording.number(found["draws"], lang)),
        formula=say(visit, "top_formula", policy=wording.pick(tree["titles"][baseline], lang)),
        name="explain-top")


def _waterfall(visit: Visit, tree: Tree, policy: str) -> Any:
    comparison, lang = tree["comparison"], visit.lang
    titles = wording.strings(tree["titles"], lang)
    policies = (comparison["baseline"], policy)
    split = {name: figures.causes(comparison, name) for name in policies}
    whole = {name: figures.voluntary(comparison, name) for name in policies}
    rows = [[visit.text(f"story.cause.{cause}"),
             *(wording.interval(split[name][cause], lang) for name in policies)]
            for cause in split[policies[0]]]
    rows.append([visit.text("figure.causes_all"),
                 *(wording.interval(whole[name], lang) for name in policies)])
    return chart_card(
        visit, "explain-waterfall", say(visit, "waterfall"), say(visit, "waterfall_note"),
        figures.cause_waterfall(comparison, policies, lang, titles),
        header=[say(visit, "column.cause"), *(titles[name] for name in policies)], rows=rows,
        data=[{"policy": name, "cause": cause, **value} for name in policies
              for cause, value in (*split[name].items(), ("all", whole[name]))],
        source=Source.of(
            tree, formula=say(visit, "formula"), interval=say(visit, "interval"),
            n=say(visit, "futures", draws=comparison["draws"],
                  replicates=comparison["replicates"]),
            period=_period(visit, tree), unit=visit.text("unit.people")))


def lives(visit: Visit, told: Tree) -> Any:
    """A person's months under both policies side by side, from ``Told.to_json()``."""
    one, twin = told["stories"]
    return dmc.Stack([
        *(dmc.Text(line, size="sm", fw=600 if place < len(told["stories"]) else None)
          for place, line in enumerate(stories.endings(told, visit.lang))),
        dmc.TableScrollContainer(dmc.Table([
            dmc.TableThead(dmc.TableTr([dmc.TableTh(say(visit, "column.month")), *(
                dmc.TableTh(wording.pick(told["titles"][life["policy"]], visit.lang))
                for life in (one, twin))])),
            dmc.TableTbody([_month(visit, told, here, there) for here, there in zip_longest(
                one["months"], twin["months"])]),
        ], verticalSpacing="xs", className="lab-table"), minWidth=640, type="native", tabIndex=0),
    ], gap="xs", id="explain-lives", mt="sm")


def _month(visit: Visit, told: Tree, here: Tree | None, there: Tree | None) -> Any:
    month = (here or there or {})["month"]
    parts = [dmc.Text(say(visit, "parts_here"), size="xs", fw=600, c="caution")] \
        if month == told["parted"] else []
    return dmc.TableTr([
        dmc.TableTd(dmc.Stack([html.Span(wording.month(month, visit.lang)), *parts], gap=4)),
        *(dmc.TableTd(_lived(visit, told, life)) for life in (here, there))],
        style={"verticalAlign": "top"})


def _lived(visit: Visit, told: Tree, month: Tree | None) -> Any:
    """What happened in a month, then morale, chance and causes with their names."""
    if month is None:
        return dmc.Text(say(visit, "gone"), size="sm", c="dimmed")
    _, events, *said = stories.month_row(month, told["practice"], visit.lang)
    labels = stories.header(visit.lang)[2:]
    return dmc.Stack([
        dmc.Text(events, size="sm"),
        *(dmc.Text(say(visit, "figure_named", label=label, value=value), size="xs", c="dimmed")
          for label, value in zip(labels, said, strict=True)),
    ], gap=2)


def _period(visit: Visit, tree: Tree) -> str:
    months = tree["comparison"]["months"]
    return f"{wording.month(months[0], visit.lang)} – {wording.month(months[-1], visit.lang)}"


def say(visit: Visit, key: str, **values: Any) -> str:
    """A sentence of this page."""
    return visit.text(f"page.explain.{key}", **values)
