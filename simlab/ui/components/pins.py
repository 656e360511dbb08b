"""What makes a card one that a reader can pin, and an address one that holds what is seen.

A pin is an address and the name of a card on that page. `simlab.ui.pinned` draws the page at that
address once more and takes the card out of it; so a page joins by drawing its cards in its layout,
through `chart_card` and `number_card`, from what its address says. What a reader chooses on the
page (a policy, an outcome) is written into the address by a callback to `address_of`.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, dcc, html

from simlab.ui.visit import Visit

CARD = "data-card"
"""The attribute that names a card."""


def pinnable(visit: Visit, name: str) -> tuple[dict[str, Any], list[Any]]:
    """What a card called `name` (of its page alone) carries: its attributes, and the button that
    pins it; no button where it is drawn as a pinned one."""
    said = visit.text("ui.pin")
    button = dmc.ActionIcon(
        html.Span(className="lab-icon lab-pin", title=said), id={"pin": name}, variant="subtle",
        color="gray", size="sm", className="lab-unprinted", **{"aria-label": said})
    return {CARD: name}, [] if visit.pinned else [button]


def address_of(page: str) -> dict[str, str]:
    """Id of the store that a page writes its address to (``data``): ``?`` and the query."""
    return {"address": page}


def address(page: str) -> Any:
    """What a page whose address follows what is chosen on it puts into its layout."""
    return dcc.Store(id=address_of(page))


def register(app: Dash) -> None:
    """Attach what writes a page's address into the browser's line, without loading it anew."""
    app.clientside_callback(
        ClientsideFunction("simlab", "keep_address"),
        Output({"address": MATCH}, "storage_type"), Input({"address": MATCH}, "data"),
        prevent_initial_call=True)
