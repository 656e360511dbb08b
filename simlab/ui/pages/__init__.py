"""The pages of the lab: one line here and one folder each.

A page is ``pages/<name>/layout.py`` with ``page(visit) -> component`` and, where it answers to
clicks, ``callbacks.py`` with ``register(app, served)``. Its texts are ``page.<name>.*`` in a file
of its own (``i18n/<lang>/page_<name>.yaml``), ``title`` and ``question`` among them. Ids begin
with the page's name. The tests of all pages go over this list (``tests/ui/test_pages.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, util
from typing import Any

from simlab.ui.visit import Served, Visit


@dataclass(frozen=True)
class Page:
    """One page: its name is its folder, its address and the stem of its texts."""

    name: str
    group: str
    """Where it stands in the navigation; texts ``ui.group.<group>``."""

    def layout(self, visit: Visit) -> Any:
        """The page as it first appears."""
        return import_module(f"{__name__}.{self.name}.layout").page(visit)

    def register(self, app: Any, served: Served) -> None:
        """Attach its callbacks, where it has any."""
        name = f"{__name__}.{self.name}.callbacks"
        if util.find_spec(name) is not None:
            import_module(name).register(app, served)


PAGES = (
    Page("overview", "deciding"),
    Page("data", "deciding"),
    Page("scenario", "deciding"),
    Page("compare", "deciding"),
    Page("reports", "deciding"),
    Page("calibration", "analyst"),
    Page("optimise", "analyst"),
    Page("studies", "analyst"),
    Page("explain", "analyst"),
    Page("talent", "people"),
    Page("incentives", "people"),
    Page("training", "people"),
    Page("support", "people"),
    Page("glossary", "lab"),
    Page("settings", "lab"),
)
"""In the order of the navigation."""

GROUPS = {
    "strategist": ("deciding", "analyst", "people", "lab"),
    "consultant": ("deciding", "people", "analyst", "lab"),
    "researcher": ("analyst", "deciding", "people", "lab"),
    "manager": ("deciding", "people", "analyst", "lab"),
}
"""Role -> the groups in the order in which it meets them; a group without pages is not shown."""

_LANDING = {
    "strategist": ("overview", "compare"),
    "consultant": ("scenario", "compare"),
    "researcher": ("studies", "calibration", "compare"),
    "manager": ("compare",),
}


def named(name: str) -> Page | None:
    """The page of that name; None where there is none."""
    return next((page for page in PAGES if page.name == name), None)


def landing(role: str) -> Page:
    """The page a role comes to first: the first of its own that there is."""
    return next((page for name in _LANDING[role] if (page := named(name))), PAGES[0])
