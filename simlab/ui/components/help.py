"""Help where it is needed: a term's meaning, with the way to the glossary."""

from __future__ import annotations

import functools
from typing import Any

import dash_mantine_components as dmc

from simlab.i18n import LANGUAGES, catalogue
from simlab.ui.visit import Visit


def help_tip(visit: Visit, term: str) -> Any:
    """A small button that says what `term` of the glossary means."""
    name, meaning = visit.text(f"glossary.{term}.term"), visit.text(f"glossary.{term}.meaning")
    return dmc.Popover([
        dmc.PopoverTarget(dmc.ActionIcon(
            "?", variant="subtle", color="gray", size="xs", radius="xl", className="lab-help",
            **{"aria-label": visit.text("ui.what_is", term=name)})),
        dmc.PopoverDropdown(dmc.Stack([
            dmc.Text(name, fw=600, size="sm"), dmc.Text(meaning, size="sm"),
            dmc.Anchor(visit.text("page.glossary.title"), size="sm",
                       href=f"{visit.link('glossary')}#{term}"),
        ], gap=4)),
    ], width=280, shadow="md", position="bottom", withArrow=True)


@functools.cache
def terms() -> tuple[str, ...]:
    """Names of all terms of the glossary, in its own order; every language explains the same."""
    return tuple(key.split(".")[1] for key in catalogue(LANGUAGES[0])
                 if key.startswith("glossary.") and key.endswith(".term"))
