"""What a policy that is being tried would do: three numbers, a fan, and how to get it again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import html

import simlab
from simlab.decide.outcomes import HEADLINE
from simlab.decide.outcomes import outcome as described
from simlab.jobs.preview import DRAWS, SHOWN, Preview
from simlab.report import figures, wording
from simlab.ui.components import (
    Source,
    calibrated_badge,
    chart_card,
    check_badge,
    number_card,
    table,
)
from simlab.ui.components.charts import downloaded
from simlab.ui.components.charts import shown as as_read
from simlab.ui.pages.scenario.address import Tried
from simlab.ui.visit import Visit

LARGEST = 100_000
"""Bytes of a policy file that is still read."""
FAN = "scenario-fan"


def fan_card(visit: Visit) -> Any:
    """The card of the fan, empty until the first answer."""
    return chart_card(
        visit, FAN, visit.text("page.scenario.fan"), visit.text("page.scenario.fan_note"),
        go.Figure(layout={"height": 340}), header=[], rows=[], data=[],
        source=Source(formula="", n="", period="", unit=""), pin=False,
        controls=dmc.Select(
            id="scenario-outcome", value=HEADLINE, allowDeselect=False, size="xs", w=230,
            data=[{"value": name, "label": wording.outcome_name(name, visit.lang)}
                  for name in SHOWN],
            **{"aria-label": visit.text("page.scenario.outcome")}))


def numbers(visit: Visit, answer: Preview) -> Any:
    """The difference in the headline, how sure it is, what it costs, and what all rests on."""
    comparison = answer.comparison
    effect = comparison.effect("preview", comparison.baseline)
    cost = comparison.effect("preview", comparison.baseline, "cost")
    number = partial(
        number_card, visit, pin=False,
        n=visit.text("page.scenario.n", draws=DRAWS, people=answer.people),
        period=visit.text("page.scenario.months", months=len(comparison.months)))
    rests = dmc.Group([calibrated_badge(answer.calibrated, visit.lang),
                       *check_badge(answer.check, visit.lang)], gap="xs", mb="xs")
    return html.Div([rests, dmc.SimpleGrid([
        number(
            visit.text("page.scenario.difference"),
            wording.number(effect.difference.mean, visit.lang, signed=True),
            unit=visit.text("unit.people"), interval=vars_of(effect.difference), signed=True,
            formula=visit.text("page.scenario.difference_formula"), name="scenario-difference"),
        number(
            visit.text("page.scenario.better"), wording.share(effect.beats), unit="",
            formula=visit.text("page.scenario.better_formula"), name="scenario-better"),
        number(
            visit.text("page.scenario.cost"),
            wording.number(cost.difference.mean, visit.lang, signed=True),
            unit=visit.money, interval=vars_of(cost.difference), signed=True,
            formula=visit.text("page.scenario.cost_formula"), name="scenario-cost"),
    ], cols={"base": 1, "sm": 3}, spacing="md")])


def vars_of(interval: Any) -> dict[str, float]:
    """An interval as a mapping."""
    return {"mean": interval.mean, "lower": interval.lower, "upper": interval.upper}


def fan(visit: Visit, answer: Preview, outcome: str, title: str) -> tuple[Any, Any, Any]:
    """Figure, table and data of the fan of one outcome."""
    tree = answer.comparison.to_json()
    baseline = answer.comparison.baseline
    titles = {baseline: visit.text("page.scenario.baseline"), "preview": title}
    figure = figures.fan(tree, outcome, visit.lang, titles, running=True)
    unit = described(outcome).unit
    kept = "running" if described(outcome).over_months == "sum" else "fans"
    data = [{"month": month, "policy": each["policy"], "outcome": outcome, **{
        key: each[key][place] for key in ("mean", "p05", "p95")}}
        for each in tree[kept] if each["outcome"] == outcome
        for place, month in enumerate(tree["months"])]
    rows = [[wording.month(row["month"], visit.lang), titles[row["policy"]],
             wording.number(row["mean"], visit.lang),
             wording.interval({"mean": row["mean"], "lower": row["p05"], "upper": row["p95"]},
                              visit.lang)] for row in data]
    header = [visit.text(f"page.scenario.column.{c}")
              for c in ("month", "policy", "mean", "interval")]
    source = Source.of(
        {"calibrated": answer.calibrated, "check": answer.check,
         "inputs": {"code": simlab.__version__}},
        formula=visit.text("page.scenario.fan_note"), unit=visit.text(f"unit.{unit}"),
        n=visit.text("page.scenario.n", draws=DRAWS, people=answer.people),
        period=visit.text("page.scenario.months", months=len(tree["months"])))
    return (as_read(visit, figure), table(header, rows),
            downloaded(visit, FAN, data, source, visit.text("page.scenario.preview")))


def changes(visit: Visit, fields: Mapping[str, Any]) -> Any:
    """How many fields differ from the policy that was begun from, and the way back."""
    if not fields:
        return dmc.Text(visit.text("page.scenario.unchanged"), size="sm", c="dimmed")
    return dmc.Group([
        dmc.Text(visit.text("page.scenario.changed", count=len(fields)), size="sm"),
        dmc.Button(visit.text("page.scenario.reset"), id="scenario-reset", size="compact-xs",
                   variant="subtle")], gap="xs")


def sharing(visit: Visit, address: str) -> Any:
    """The address that shows the same to whoever may see this lab."""
    return dmc.Anchor(visit.text("page.scenario.link"), href=visit.link("scenario") + address,
                      size="sm", className="lab-wrap")


def python(visit: Visit, tried: Tried, name: str) -> Any:
    """The lines that compute the same in full from Python."""
    return html.Div([
        dmc.Text(visit.text("page.scenario.python_note"), size="sm", c="dimmed"),
        html.Pre(snippet(tried, str(visit.lab.path), name), className="lab-code", lang="x-python")])


def snippet(tried: Tried, lab: str, name: str) -> str:
    """Python that compares the policy with the scenario's baseline."""
    fields = "\n".join(f"    {path!r}: {value!r}," for path, value in tried.fields.items())
    return (
        "import scenarios\n"
        "from simlab.jobs.comparing import compare\n"
        "from simlab.jobs.saving import save_policy\n"
        "from simlab.jobs.setting import policy_named\n"
        "from simlab.lab import Lab\n"
        "from simlab.policy import with_fields\n\n"
        f"lab = Lab.open({lab!r})\n"
        f"study = scenarios.load({tried.scenario!r})\n"
        f"start = policy_named(study, {tried.start!r}, lab)\n"
        f"policy = with_fields(start, {{\n{fields}\n}}, name={name!r})\n"
        "save_policy(lab, policy)\n"
        f"made = compare(lab, {tried.scenario!r}, [study.baseline, {name!r}], draws=200, seed=1)\n"
        f"print(made.comparison.effect({name!r}, study.baseline).difference)\n")


def share_line(weights: Mapping[str, float], names: Mapping[str, str]) -> str:
    """What the importance points of a stage come to."""
    return " · ".join(f"{names[kpi]} {math.floor(100 * w + 0.5)}%" for kpi, w in weights.items())
