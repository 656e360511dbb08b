"""Every term once: its name in the reader's language and in the other, and what it means."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.i18n import LANGUAGES, text
from simlab.ui.components import heading
from simlab.ui.components.help import terms
from simlab.ui.visit import Visit


def page(visit: Visit) -> Any:
    """A card a term; its id is the term, so that help can lead to it."""
    other = next(lang for lang in LANGUAGES if lang != visit.lang)
    return html.Div([
        heading(visit, "glossary"),
        dmc.SimpleGrid([
            dmc.Paper(dmc.Stack([
                dmc.Group([
                    dmc.Title(visit.text(f"glossary.{term}.term"), order=2, size="h5"),
                    html.Span(text(f"glossary.{term}.term", other), className="lab-other",
                              lang={"zh": "zh-CN", "en": "en"}[other]),
                ], gap="xs", align="baseline"),
                dmc.Text(visit.text(f"glossary.{term}.meaning"), size="sm"),
            ], gap=4), p="md", className="lab-card lab-term", id=term)
            for term in terms()
        ], cols={"base": 1, "md": 2}, spacing="md"),
    ])
