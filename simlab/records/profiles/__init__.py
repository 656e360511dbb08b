"""How files of a known kind become canonical rows: one file a profile."""

from collections.abc import Callable

from simlab.errors import LabError
from simlab.records.intake import Intake
from simlab.records.profiles import canonical, sales_panel

PROFILES: dict[str, Callable[[Intake], None]] = {
    "sales-panel": sales_panel.gather,
    "canonical": canonical.gather,
}
"""Profiles by name; each fills an `Intake` from its sheets."""


def profile_named(name: str) -> Callable[[Intake], None]:
    """The profile called `name`; LabError ``unknown_profile`` where there is none."""
    if name not in PROFILES:
        raise LabError("unknown_profile", name=name, known=", ".join(PROFILES))
    return PROFILES[name]
