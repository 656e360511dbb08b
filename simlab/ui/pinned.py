"""The cards that a reader has pinned, drawn from what the lab holds now.

A pin is an address and a card's name. The page is drawn at that address as for a visit, and the
card is taken out of it together with what the page says of its standing (calibrated, checked, out
of date) in the nearest surroundings. Nothing of a result is kept with a pin.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, ctx, dcc, html, no_update

from simlab.errors import LabError
from simlab.readers import Desk, Pin
from simlab.ui.components import failed, no_data
from simlab.ui.components.marks import STANDING
from simlab.ui.components.pins import CARD
from simlab.ui.owner import owner
from simlab.ui.pages import named
from simlab.ui.visit import Visit, visit

_MOST_FIELDS = 100
"""Of a query."""


def place() -> Any:
    """Where the reader's pinned cards stand, once `register` has drawn them."""
    return html.Div(id="pinned-cards")


def said() -> list[Any]:
    """What the frame holds so that any card of any page can be pinned."""
    return [dcc.Store(id="pin-asked"),
            html.Div(id="pin-said", role="status", className="lab-said")]


def register(app: Dash) -> None:
    """Attach pinning, which is everywhere, and the pinned cards, where their place is."""
    app.clientside_callback(
        ClientsideFunction("simlab", "pin"), Output("pin-asked", "data"),
        Input({"pin": ALL}, "n_clicks"), prevent_initial_call=True)

    @app.callback(Output("pin-said", "children"), Input("pin-asked", "data"),
                  prevent_initial_call=True)
    def _pin(asked: Mapping[str, str] | None) -> Any:
        if not asked:
            return no_update
        seen = visit()
        page, query = where(seen, asked)
        Desk(seen.lab).pin(owner(), page, query, str(asked.get("card")))
        return html.Div(dmc.Paper(dmc.Text([
            seen.text("ui.pinned_now"), " ",
            dmc.Anchor(seen.text("page.overview.title"), href=seen.link("overview"), size="sm")],
            size="sm"), p="sm", shadow="md", withBorder=True), key=str(asked.get("at")))

    @app.callback(Output("pinned-cards", "children"), Input("pinned-cards", "id"),
                  Input({"unpin": ALL}, "n_clicks"))
    def _show(_place: str, clicks: Sequence[int | None]) -> Any:
        seen = visit()
        desk = Desk(seen.lab)
        if isinstance(ctx.triggered_id, dict):
            if not any(clicks):  # drawn anew, not pressed
                return no_update
            desk.unpin(owner(), ctx.triggered_id["unpin"])
        return section(seen, desk.pins(owner()))


def where(seen: Visit, asked: Mapping[str, Any]) -> tuple[str, str]:
    """Page and query of an address that a browser sent (``path``, ``search``). LabError
    ``view_address`` where it is no page of this lab."""
    path, search = str(asked.get("path", "")), str(asked.get("search", ""))
    page = path.removeprefix(seen.served.prefix).strip("/")
    if not path.startswith(seen.served.prefix) or named(page) is None:
        raise LabError("view_address")
    try:
        fields = parse_qsl(search.removeprefix("?"), keep_blank_values=True,
                           max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise LabError("view_address") from None
    return page, urlencode(fields)


def link(seen: Visit, page: str, query: str) -> str:
    """The address of a kept page."""
    return seen.link(page) + (f"?{query}" if query else "")


def section(seen: Visit, pins: Sequence[Pin]) -> Any:
    """All pinned cards under a title; None without any."""
    if not pins:
        return None
    drawn: dict[tuple[str, str], Any] = {}
    for pin in pins:
        at = (pin.page, pin.query)
        if at not in drawn:
            drawn[at] = _page(replace(seen, query=dict(parse_qsl(pin.query)),
                                      pinned=f"pinned-{len(drawn)}-"), pin.page)
    return dmc.Stack([
        dmc.Title(seen.text("ui.pinned"), order=2, size="h4"),
        dmc.SimpleGrid([_pinned(seen, pin, drawn[pin.page, pin.query]) for pin in pins],
                       cols={"base": 1, "lg": 2}, spacing="md"),
    ], gap="sm", mb="lg")


def _page(seen: Visit, name: str) -> Any:
    """A page as it is drawn at an address; what stands in its place where it cannot be."""
    page = named(name)
    try:
        return page.layout(seen) if page else None
    except LabError as error:
        return failed(seen, error)
    except Exception as error:
        logging.getLogger(__name__).exception("pinned page %s", name)
        return failed(seen, LabError("unexpected", detail=f"{type(error).__name__}: {error}"))


def _pinned(seen: Visit, pin: Pin, page: Any) -> Any:
    found = find(page, pin.card)
    title = seen.text(f"page.{pin.page}.title") if named(pin.page) else pin.page
    address = link(seen, pin.page, pin.query)
    off = seen.text("ui.unpin")
    if found is None:
        card = page if isinstance(getattr(page, "className", None), str) \
            and "lab-failed" in page.className else no_data(
                seen.text("ui.pin_gone_title"), seen.text("ui.pin_gone", page=title))
        marks: list[Any] = []
    else:
        card, marks = found
    return html.Div([
        dmc.Group([
            dmc.Group([dmc.Anchor(title, href=address, size="sm", refresh=True), *marks], gap="xs"),
            dmc.ActionIcon(html.Span("×", title=off), id={"unpin": pin.id}, variant="subtle",
                           color="gray", size="sm", className="lab-unprinted",
                           **{"aria-label": off}),
        ], justify="space-between", px=4, mb=4), card], className="lab-pinned")


def find(page: Any, card: str) -> tuple[Any, list[Any]] | None:
    """The card of that name in a drawn page, and the marks of standing (badges of the calibration,
    its check, what is out of date) in its nearest surroundings that have any outside of cards, but
    for those that the card itself shows. None where the page has no such card."""
    way = _way(page, card)
    if way is None:
        return None
    *around, found = way
    own = [mark.children for mark in _marks(found, inside=True)]
    for each in reversed(around):
        if marks := list(_marks(each)):
            return found, [mark for mark in marks if mark.children not in own]
    return found, []


def _way(component: Any, card: str) -> list[Any] | None:
    """Components from a page down to the card."""
    if getattr(component, CARD, None) == card:
        return [component]
    for child in _children(component):
        if (way := _way(child, card)) is not None:
            return [component, *way]
    return None


def _marks(component: Any, *, inside: bool = False) -> Iterator[Any]:
    """Marks of standing within a component; those of other cards are theirs alone."""
    classes = str(getattr(component, "className", None) or "").split()
    if STANDING in classes:
        yield component
    elif inside or "lab-card" not in classes:
        for child in _children(component):
            yield from _marks(child, inside=inside)


def _children(component: Any) -> list[Any]:
    held = getattr(component, "children", None)
    return list(held) if isinstance(held, list | tuple) else [] if held is None else [held]
