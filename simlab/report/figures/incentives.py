"""Figures of a pay plan: what it weighs beside where effort goes, pay against expectations, the
bonus by score. They take the dictionary of ``Incentives.to_json()``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.practice import kpis, pack, serves
from simlab.report.figures.frame import Tree, blank, draw_bands, month_axis
from simlab.report.tokens import LIGHT, POLICY_COLOURS
from simlab.report.wording import interval, month, number

SEGMENT_COLOURS = {"standard": POLICY_COLOURS[1], "key": POLICY_COLOURS[2]}
_TASK_COLOURS = POLICY_COLOURS[1:6]
_LINE, _BAR = 19, 30
"""Pixels of a line of text, and of a bar with the room around it."""
_WIDE = 46
"""Letters on a line of a phone."""


@dataclass(frozen=True)
class _Part:
    """A piece of a bar, in the colour of a task."""

    task: int
    share: float
    label: str
    """What stands above the bar."""
    said: str
    """What is said where one points at it."""
    weight: bool


def weights_and_effort(tree: Tree, lang: str) -> go.Figure:
    """Every stage: a bar of the weights of its KPIs, each in the colour of the task that serves it
    most, above bars of the effort of people in either segment of work. What a bar holds stands
    above it in the order of its parts, so that no colour need be looked up."""
    figure = blank("")
    top = 0.0
    for head, parts in _bars(tree, lang):
        lines = _packed([head, *(part.label for part in parts)])
        top -= _LINE * len(lines)
        figure.add_annotation(x=0, y=top, xanchor="left", yanchor="bottom", showarrow=False,
                              align="left", text="<br>".join(lines))
        top -= _BAR
        reached = 0.0
        for part in parts:
            figure.add_bar(
                x=[part.share], y=[top + 0.62 * _BAR], base=[reached], orientation="h",
                width=0.6 * _BAR, marker={"color": _TASK_COLOURS[part.task],
                        "line": {"color": LIGHT["surface"], "width": 1.5},
                        "pattern": {"shape": "/" if part.weight else "", "fillmode": "overlay",
                                    "fgopacity": 0.35, "size": 6}},
                text=[f"{100 * part.share:.0f}%" if part.share >= 0.07 else ""],
                textposition="inside", insidetextanchor="middle", textangle=0,
                insidetextfont={"color": "#ffffff", "size": 12},
                customdata=[part.said], hovertemplate="%{customdata}<extra></extra>")
            reached += part.share
    figure.update_xaxes(range=[0, 1.001], visible=False)
    figure.update_yaxes(range=[top, 0], visible=False)
    figure.update_layout(barmode="overlay", height=int(-top) + 16, showlegend=False,
                         margin={"t": 8}, uniformtext={"minsize": 9, "mode": "hide"})
    return figure


def _packed(said: Sequence[str]) -> list[str]:
    """The texts on as few lines as a phone has room for, none broken within; escaped."""
    lines: list[str] = []
    for each in said:
        joined = f"{lines[-1]} · {each}" if len(lines) > 1 else each
        # the first text is a heading; a Chinese sign is as wide as two letters
        if len(lines) > 1 and sum(1 + (ord(sign) > 0x2E7F) for sign in joined) <= _WIDE:
            lines[-1] = joined
        else:
            lines.append(each)
    head, *others = (escape(line) for line in lines)
    return [f"<b>{head}</b>", *others]


def _bars(tree: Tree, lang: str) -> Iterator[tuple[str, list[_Part]]]:
    """Heading and parts of every bar, from the top."""
    role = pack(tree["practice"])
    main = serves(tree["practice"]).argmax(axis=0)
    order = kpis(tree["practice"])
    tasks = list(role["tasks"])
    for number_, stage in enumerate(tree["stages"], start=1):
        weighed = sorted(((kpi, weight) for kpi, weight in stage["weights"].items() if weight),
                         key=lambda pair: main[order.index(pair[0])])
        said = [f"{role['kpis'][kpi][lang]} {100 * weight:.0f}%" for kpi, weight in weighed]
        yield text("incentives.bar_weights", lang, stage=number_,
                   first=month(stage["months"][0], lang), last=month(stage["months"][1], lang)), [
            _Part(int(main[order.index(kpi)]), weight, line, line, True)
            for (kpi, weight), line in zip(weighed, said, strict=True)]
        for segment in ("standard", "key"):
            shares = stage["effort"][segment]
            if shares is not None:
                done = {task: share for task, share in shares.items() if share["mean"] > 0}
                yield text(f"incentives.bar_{segment}", lang), [
                    _Part(tasks.index(task), share["mean"],
                          f"{role['tasks'][task][lang]} {100 * share['mean']:.0f}%",
                          text("incentives.done", lang, task=role["tasks"][task][lang],
                               share=percent(share, lang)), False)
                    for task, share in done.items()]


def pay_gap(tree: Tree, lang: str) -> go.Figure:
    """Income received against income expected by month, people in either segment of work: mean
    and 90% of futures."""
    figure = blank(text("incentives.gap_axis", lang))
    months = [month(name, lang) for name in tree["months"]]
    figure.add_hline(y=0, line={"color": LIGHT["ink"], "width": 1})
    for segment, colour in SEGMENT_COLOURS.items():
        gap = tree["gaps"][segment]
        if gap is not None:
            columns = {key: [100 * value for value in gap["fan"][key]]
                       for key in ("mean", "p05", "p25", "p75", "p95")}
            draw_bands(figure, [months[place] for place in gap["months"]], columns, colour,
                       text(f"incentives.segment.{segment}", lang), lang, inner=False)
    month_axis(figure, months)
    figure.update_xaxes(categoryorder="array", categoryarray=months)
    for place, trace in enumerate(figure.data):  # told apart in grey, too
        if trace.mode == "lines" and place >= 2 and trace.showlegend is not False:
            trace.line.dash = "dash"
    return figure


def bonus_curve(tree: Tree, lang: str) -> go.Figure:
    """The bonus that a score earns, and where the mean scores of either segment lie."""
    figure = blank(text("incentives.bonus_axis", lang))
    scores, shares = ([pair[k] for pair in tree["curve"]] for k in (0, 1))
    figure.add_scatter(x=scores, y=[100 * share for share in shares], mode="lines",
                       line={"color": LIGHT["ink"], "width": 2.5}, showlegend=False,
                       hovertemplate="%{x:.0f}: %{y:.1f}%<extra></extra>")
    for symbol, (segment, colour) in zip(("circle", "diamond"), SEGMENT_COLOURS.items(),
                                         strict=True):
        paid = tree["paid"][segment]
        if paid is not None:
            score = paid["score"]
            figure.add_scatter(
                x=[score["mean"]], y=[_height(tree["curve"], score["mean"])], mode="markers",
                name=text(f"incentives.segment.{segment}", lang),
                marker={"size": 11, "color": colour, "symbol": symbol},
                error_x={"type": "data", "symmetric": False, "thickness": 1.6, "width": 5,
                         "color": colour, "array": [score["upper"] - score["mean"]],
                         "arrayminus": [score["mean"] - score["lower"]]},
                hovertemplate=f"{interval(score, lang)}<extra>%{{fullData.name}}</extra>")
    figure.update_xaxes(title_text=text("incentives.score_axis", lang), tickangle=0)
    figure.update_yaxes(rangemode="tozero")
    return figure


def _height(curve: Sequence[Sequence[float]], score: float) -> float:
    """The bonus at a score, in per cent of base pay."""
    return 100 * min(curve, key=lambda pair: abs(pair[0] - score))[1]


def percent(value: Mapping[str, float], lang: str, *, signed: bool = False) -> str:
    """An interval of shares in per cent."""
    return text("incentives.percent", lang, **{
        key: number(100 * value[key], lang, signed=signed) for key in ("mean", "lower", "upper")})
