"""Where an address leads to no page."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc

from simlab.ui.components import no_data
from simlab.ui.pages import landing
from simlab.ui.visit import Visit


def missing(visit: Visit) -> Any:
    """Says so, and leads back."""
    first = landing(visit.choices.role).name
    return no_data(
        visit.text("ui.missing.title"), visit.text("ui.missing.text"),
        dmc.Anchor(visit.text("ui.missing.back", page=visit.text(f"page.{first}.title")),
                   href=visit.link(first)))
