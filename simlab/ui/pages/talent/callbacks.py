"""What the page does: choose, look, show."""

from __future__ import annotations

from dash import Dash

from simlab.ui.pages import one_policy
from simlab.ui.pages.talent.results import QUESTION
from simlab.ui.visit import Served


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    one_policy.register(app, served, QUESTION)
