"""What the answers of all parts share: what they are about and rest on, and how to get them
again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.report import wording
from simlab.ui.components import calibrated_badge, card, check_badge, stale_badge
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def heading(
    visit: Visit, tree: Tree, changes: Sequence[str], *facts: str, title: str = ""
) -> Any:
    """The scenario, what the calibration rests on, whose people, which policies, draws and seed;
    `facts` are further ones of the part, a `title` stands in place of the scenario's."""
    lang, options = visit.lang, tree["options"]
    people = visit.text(f"page.compare.badge_people_{options['people_from']}",
                        people=options["people"])
    about = [people, *facts, say(visit, "seed", seed=options["seed"])]
    totals = [] if not options.get("totals") else [
        visit.text("cli.posterior_of_totals", source=options["totals"])]
    return dmc.Stack([
        dmc.Title(title or wording.pick(tree["title"], lang), order=2, size="h3"),
        dmc.Group([
            calibrated_badge(bool(tree["calibrated"]), lang),
            *check_badge(tree.get("check"), lang),
            *stale_badge(changes, lang),
            *(dmc.Badge(said, tt="none", color="gray", variant="light", className="lab-badge")
              for said in about),
        ], gap="xs"),
        *(dmc.Text(line, size="sm", c="dimmed") for line in totals),
    ], gap=6, px=4)


def again(visit: Visit, command: str, scenario: str, options: Tree) -> Any:
    """The command and the Python that give the same answer. `options` are those of both: a list
    is given as an option of the singular, once for each of its values."""
    words = ["simlab", command, str(visit.lab.path), scenario]
    for name, value in options.items():
        if isinstance(value, list):
            words += [word for each in value for word in (f"--{_singular(name)}", str(each))]
        elif value is not None:
            words += [f"--{name}", str(value)]
    given = "".join(f"    {name}={value!r},\n" for name, value in options.items()
                    if value not in (None, []))
    module = {"sensitivity": "sensitivity", "stress": "stressing"}[command]
    python = (f"from simlab.jobs.{module} import {command}\nfrom simlab.lab import Lab\n\n"
              f"found = {command}(\n    Lab.open({str(visit.lab.path)!r}), {scenario!r},\n"
              f"{given})\nprint(found.to_json())\n")
    return code_card(visit, {"command": shlex.join(words), "python": python})


def code_card(visit: Visit, lines: Mapping[str, str]) -> Any:
    """How to get an answer again; texts ``again.<key>`` name each way."""
    return card(say(visit, "again"), say(visit, "again_note"), dmc.Accordion([
        dmc.AccordionItem([
            dmc.AccordionControl(dmc.Text(say(visit, f"again_by.{way}"), size="sm")),
            dmc.AccordionPanel(html.Pre(said, className="lab-code", lang=f"x-{way}")),
        ], value=way) for way, said in lines.items()], variant="default"))


def _singular(name: str) -> str:
    return {"policies": "policy", "uncertainties": "uncertainty",
            "thresholds": "threshold"}[name]


def lines(said: Iterable[str]) -> list[Any]:
    """Sentences, one a paragraph."""
    return [dmc.Text(line, size="sm", className="lab-wrap") for line in said]


def months(visit: Visit, tree: Tree) -> str:
    """The period of an answer."""
    return visit.text("page.scenario.months", months=tree["options"]["months"])


def in_money(visit: Visit, said: str) -> str:
    """In the reader's currency."""
    return said.replace(visit.text("unit.money"), visit.money)


def say(visit: Visit, key: str, **values: Any) -> str:
    """A sentence of this page."""
    return visit.text(f"page.studies.{key}", **values)
