"""The page as it first appears."""

from __future__ import annotations

from typing import Any

from simlab.ui.pages import one_policy
from simlab.ui.pages.talent.results import QUESTION
from simlab.ui.visit import Visit


def page(visit: Visit) -> Any:
    """What the lab holds of the policy that the address names."""
    return one_policy.page(visit, QUESTION)
