"""Role, language, theme, turnover formula, currency: kept in this browser, valid on every page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.ui.choices import OFFERED, cookie
from simlab.ui.components import card, heading
from simlab.ui.tour import start_link
from simlab.ui.visit import Visit


def page(visit: Visit) -> Any:
    """A card for each choice. They are plain radio buttons: assets/page.js keeps what is chosen."""
    chosen = asdict(visit.choices) | {"lang": visit.lang}
    offered = {**OFFERED, "lang": ("zh", "en")}
    cards = [
        card(visit.text(f"ui.choice.{name}.title"), visit.text(f"ui.choice.{name}.note"),
             dmc.RadioGroup(dmc.Stack([
                 dmc.Radio(value=value, label=_said(visit, name, value)) for value in values
             ], gap="xs", mt="xs"), value=chosen[name], name=f"{cookie(name)}.settings",
                 **{"aria-label": visit.text(f"ui.choice.{name}.title")}))
        for name, values in offered.items()]
    cards.append(card(visit.text("tour.title"), visit.text("tour.note"),
                      html.Div(start_link(visit), className="lab-ways")))
    return html.Div([
        heading(visit, "settings"),
        dmc.SimpleGrid(cards, cols={"base": 1, "md": 2}, spacing="md"),
    ])


def _said(visit: Visit, name: str, value: str) -> str:
    if name == "lang":  # each language in its own words
        return {"zh": "中文", "en": "English"}[value]
    return visit.text(f"ui.role.{value}" if name == "role" else f"ui.choice.{name}.{value}")
