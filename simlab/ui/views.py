"""Views that a reader keeps: the present address under a name, to be opened, renamed, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import (
    ALL,
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    ctx,
    dcc,
    html,
    no_update,
)

from simlab.readers import Desk, View
from simlab.ui.owner import owner
from simlab.ui.pages import named
from simlab.ui.pinned import link, where
from simlab.ui.visit import Visit, visit


def button(seen: Visit) -> Any:
    """Opens the views; for the header."""
    said = seen.text("ui.views")
    return dmc.ActionIcon(
        html.Span(className="lab-icon lab-bookmark", title=said), id="views-open",
        variant="subtle", color="gray", size="md", **{"aria-label": said})


def drawer(seen: Visit) -> list[Any]:
    """The views at the side, out of sight until they are asked for; for the frame."""
    close = {"aria-label": seen.text("ui.close")}
    return [
        dcc.Store(id="views-asked"),
        dmc.Drawer(dmc.Stack([
            dmc.Text(seen.text("ui.views_note"), size="sm", c="dimmed"),
            dmc.Group([
                dmc.TextInput(id="views-name", label=seen.text("ui.view_name"), value="",
                              className="lab-grow"),
                dmc.Button(seen.text("ui.view_keep"), id="views-keep"),
            ], align="flex-end", gap="xs"),
            html.Div(id="views-kept", role="status"),
        ], gap="md"), id="views", title=seen.text("ui.views"), position="right", padding="lg",
            closeButtonProps=close)]


def register(app: Dash) -> None:
    """Attach the views."""
    app.clientside_callback(
        ClientsideFunction("simlab", "here"), Output("views-asked", "data"),
        Input("views-keep", "n_clicks"), State("views-name", "value"), prevent_initial_call=True)

    @app.callback(
        Output("views", "opened"), Output("views-kept", "children"),
        Input("views-open", "n_clicks"), prevent_initial_call=True)
    def _open(clicks: int | None) -> tuple[Any, Any]:
        return (True, shown(visit())) if clicks else (no_update, no_update)

    @app.callback(
        Output("views-kept", "children", allow_duplicate=True), Output("views-name", "value"),
        Input("views-asked", "data"), prevent_initial_call=True)
    def _keep(asked: Mapping[str, Any] | None) -> tuple[Any, Any]:
        if not asked:
            return no_update, no_update
        seen = visit()
        Desk(seen.lab).save_view(owner(), str(asked.get("said") or ""), *where(seen, asked))
        return shown(seen), ""

    @app.callback(
        Output("views-kept", "children", allow_duplicate=True),
        Input({"view": ALL, "do": ALL}, "n_clicks"), State({"view-name": ALL}, "value"),
        prevent_initial_call=True)
    def _change(_clicks: Sequence[int | None], names: Sequence[str]) -> Any:
        # A button drawn anew calls too, without having been clicked.
        if not any(each["value"] for each in ctx.triggered):
            return no_update
        seen, view, what = visit(), ctx.triggered_id["view"], ctx.triggered_id["do"]
        desk = Desk(seen.lab)
        if what == "rename":
            return shown(seen, editing=view)
        if what == "delete":
            desk.delete_view(owner(), view)
        elif what == "keep" and names:
            desk.rename_view(owner(), view, str(names[0]))
        return shown(seen)


def shown(seen: Visit, editing: str | None = None) -> Any:
    """The reader's views; one of them with its name to be edited."""
    views = Desk(seen.lab).views(owner())
    if not views:
        return dmc.Text(seen.text("ui.views_none"), size="sm", c="dimmed")
    return dmc.Stack([_edited(seen, each) if each.id == editing else _row(seen, each)
                      for each in views], gap="xs")


def _row(seen: Visit, view: View) -> Any:
    page = seen.text(f"page.{view.page}.title") if named(view.page) else view.page
    return dmc.Group([
        html.Div([
            dmc.Anchor(view.name, href=link(seen, view.page, view.query), refresh=True,
                       className="lab-view"),
            dmc.Text(page, size="xs", c="dimmed"),
        ], className="lab-grow"),
        _button(seen, view, "rename", "✎"), _button(seen, view, "delete", "×"),
    ], wrap="nowrap", gap=4)


def _edited(seen: Visit, view: View) -> Any:
    return dmc.Group([
        dmc.TextInput(id={"view-name": view.id}, value=view.name,
                      className="lab-grow", **{"aria-label": seen.text("ui.view_name")}),
        _button(seen, view, "keep", "✓"), _button(seen, view, "leave", "×"),
    ], wrap="nowrap", gap=4)


def _button(seen: Visit, view: View, what: str, sign: str) -> Any:
    said = seen.text(f"ui.view_{what}_one", name=view.name)
    return dmc.ActionIcon(html.Span(sign, title=said), id={"view": view.id, "do": what},
                          variant="subtle", color="gray", **{"aria-label": said})
