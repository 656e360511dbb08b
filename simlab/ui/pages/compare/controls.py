"""The form: what to compare, what it is judged by, whose exits are counted, how fine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

import scenarios
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.outlook import recorded
from simlab.report import wording
from simlab.ui.components import job_card, start_button
from simlab.ui.pages.compare.asked import FILTERS, TERMS, Asked, Look, read_look
from simlab.ui.pages.scenario.address import starts
from simlab.ui.visit import Visit

KINDS = ("compare", "calibrate")
"""Kinds of jobs that the page starts and shows the end of."""
_SHARES = ("down_by", "margin")
"""Terms that the form shows in per cent."""
_COUNTS = {"months": (1, 120, 1), "draws": (2, 5000, 50), "most": (2, 1000, 8)}
"""Least, most and step of each."""


def controls(visit: Visit, asked: Asked) -> Any:
    """The whole form, as `asked` fills it."""
    study = scenarios.load(asked.scenario)
    return dmc.Paper(dmc.Stack([
        dmc.Title(_say(visit, "choose"), order=2, size="h4"),
        dmc.Select(
            id="compare-scenario", label=_say(visit, "scenario"), value=asked.scenario,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=[{"value": name, "label": wording.pick(scenarios.load(name).title, visit.lang)}
                  for name in scenarios.names()]),
        dmc.Text(wording.pick(study.question, visit.lang), size="sm", c="dimmed"),
        _policies(visit, study, asked),
        dmc.SimpleGrid([_count(visit, name, getattr(asked, name))
                        for name in ("months", "draws")], cols=2, spacing="sm"),
        dmc.Accordion([
            _more(visit, "judged", [_term(visit, name, asked.terms.get(name)) for name in TERMS]),
            _more(visit, "whose", _filters(visit, asked)),
            _more(visit, "fineness", [
                dmc.NumberInput(id={"compare": "precision"}, value=asked.precision, step=0.05,
                                label=_say(visit, "precise"), min=0.01, max=10,
                                description=_say(visit, "precise_note")),
                _count(visit, "most", asked.most)]),
        ], variant="default", chevronPosition="left", className="lab-more"),
        start_button("compare", "compare", _say(visit, "run")),
        job_card(visit, "compare", KINDS),
        html.Div(id="compare-notice", role="status"),
    ], gap="sm"), p="lg", className="lab-card")


def gathered(
    scenario: str, values: Sequence[Mapping[str, Any]]
) -> tuple[Asked, Look]:
    """What the form asks for and which part of the answer is open; `values` are Dash's inputs with
    ids ``{"compare": NAME}``. LabErrors ``compare_number`` for a number that is none or out of its
    limits, ``address_choice``."""
    held = {each["id"]["compare"]: each.get("value") for each in values}
    numbers = {name: _number(name, held.get(name)) for name in (*_COUNTS, "precision", *TERMS)}
    if any(numbers[name] is None for name in (*_COUNTS, "precision")):
        raise LabError("compare_number")
    look = read_look({name: str(held[name]) for name in vars(Look()) if held.get(name)})
    counts = {name: int(numbers[name] or 0) for name in _COUNTS}
    return Asked(
        scenario, tuple(held.get("policies") or ()), **counts,
        precision=float(numbers["precision"] or 0),
        terms={name: value / 100 if name in _SHARES and (value := numbers[name]) is not None
               else numbers[name] for name in TERMS},
        only={name: tuple(held.get(name) or ()) for name in FILTERS}), look


def _number(name: str, value: Any) -> float | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LabError("compare_number")
    if name in _COUNTS and not (_COUNTS[name][0] <= value <= _COUNTS[name][1]
                                and value == int(value)):
        raise LabError("compare_number")
    return float(value)


def policy_boxes(
    study: scenarios.Scenario, lang: str, offered: Mapping[str, Mapping[str, str]] | None = None
) -> Any:
    """A box to tick for each policy `offered` (name -> title; None = the scenario's own), the
    baseline marked."""
    titles = offered or {name: policy.title for name, policy in study.policies.items()}
    return dmc.Stack([
        dmc.Checkbox(value=name, radius="sm", className="lab-policy", label=dmc.Group([
            dmc.Text(wording.pick(title, lang), size="sm"),
            *([dmc.Badge(text("page.compare.baseline", lang), variant="light", color="gray",
                         size="sm", tt="none")] if name == study.baseline else []),
        ], gap="xs")) for name, title in titles.items()
    ], gap=6, mt=8)


def _policies(visit: Visit, study: scenarios.Scenario, asked: Asked) -> Any:
    offered = starts(study.name, visit.lab)
    return dmc.CheckboxGroup(
        policy_boxes(study, visit.lang, offered), id={"compare": "policies"},
        label=_say(visit, "policies"), description=_say(visit, "policies_hint"),
        value=[name for name in asked.policies if name in offered])


def _count(visit: Visit, name: str, value: int) -> Any:
    least, most, step = _COUNTS[name]
    note = {"description": _say(visit, "most_note")} if name == "most" else {}
    return dmc.NumberInput(id={"compare": name}, label=_say(visit, name), min=least, max=most,
                           step=step, value=value, allowDecimal=False, **note)


def _term(visit: Visit, name: str, value: float | None) -> Any:
    shown = value if value is None or name not in _SHARES else round(100 * value, 6)
    return dmc.NumberInput(
        id={"compare": name}, label=_say(visit, f"term.{name}", unit=visit.money), min=0,
        value="" if shown is None else shown, thousandSeparator=",",
        description=_say(visit, f"term.{name}_note"),
        **({"suffix": "%", "max": 100} if name in _SHARES else {}))


def _filters(visit: Visit, asked: Asked) -> list[Any]:
    """Units, sites and grades of the records with people enough to be counted apart."""
    try:
        groups = recorded(visit.lab).groups
    except LabError:
        groups = {}
    made = [dmc.Text(_say(visit, "whose_note" if groups else "whose_none"), size="xs",
                     c="dimmed")]
    return made + [
        dmc.MultiSelect(
            id={"compare": name}, label=visit.text(f"comparing.division.{name}"),
            value=[each for each in asked.only.get(name, ()) if each in groups[name]],
            data=[each for each in groups[name] if each != "rest"], clearable=True,
            comboboxProps={"shadow": "md"}, placeholder=visit.text("page.overview.everybody"))
        for name in FILTERS if name in groups]


def _more(visit: Visit, name: str, content: list[Any]) -> Any:
    return dmc.AccordionItem([
        dmc.AccordionControl(dmc.Text(_say(visit, name), size="sm")),
        dmc.AccordionPanel(dmc.Stack(content, gap="sm"))], value=name)


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.compare.{key}", **values)
