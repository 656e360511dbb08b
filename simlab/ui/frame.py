"""The frame around every page: header, navigation, theme."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from simlab.ui import pinned, views
from simlab.ui.choices import OFFERED
from simlab.ui.pages import GROUPS, PAGES
from simlab.ui.theme import theme
from simlab.ui.tour import tour
from simlab.ui.visit import Visit, visit

_NAVIGATION = {"width": 224, "breakpoint": "sm"}


def frame() -> Any:
    """Of the present request; the page itself is put into it by its address."""
    seen = visit()
    return dmc.MantineProvider(
        dmc.AppShell([
            html.A(seen.text("ui.skip"), href="#content", className="lab-skip"),
            dmc.AppShellHeader(_header(seen), px={"base": "sm", "sm": "lg"},
                               className="lab-header"),
            dmc.AppShellNavbar(_navigation(seen), p="sm", className="lab-navbar",
                               **{"aria-label": seen.text("ui.navigation")}),
            dmc.AppShellMain([
                trouble(seen),
                dmc.Container([tour(seen), dash.page_container], size=1240, px=0),
                *pinned.said(), *views.drawer(seen),
            ], id="content", tabIndex=-1),
        ], id="frame", header={"height": 60},
            navbar={**_NAVIGATION, "collapsed": {"mobile": True}},
            padding={"base": "sm", "sm": "lg"}, className="lab-shell"),
        theme=theme(seen.choices.theme), forceColorScheme=seen.choices.theme,
    )


def register(app: Dash) -> None:
    """Attach the burger: it opens the navigation on a phone, and going to a page closes it."""
    app.clientside_callback(
        ClientsideFunction("simlab", "navigate"),
        Output("frame", "navbar"), Output("burger", "opened"),
        Input("burger", "opened"), Input("_pages_location", "pathname"),
        State("frame", "navbar"), prevent_initial_call=True)


def trouble(seen: Visit) -> Any:
    """Where assets/page.js says why a call was not answered; empty and out of sight until then."""
    close: dict[str, Any] = {"aria-label": seen.text("ui.close")}
    words: dict[str, Any] = {"data-offline": seen.text("ui.offline"),
                             "data-failed": seen.text("ui.call_failed")}
    return html.Div([
        html.Span(id="trouble-said"), html.Button("×", id="trouble-close", **close),
    ], id="trouble", role="alert", hidden=True, **words)


def _header(seen: Visit) -> Any:
    return dmc.Group([
        dmc.Group([
            dmc.Burger(id="burger", size="sm", hiddenFrom="sm",
                       **{"aria-label": seen.text("ui.navigation")}),
            dcc.Link(html.Span(className="lab-mark"), href=seen.served.prefix, refresh=True,
                     title=seen.text("ui.brand")),
            dmc.Text(seen.text("ui.brand"), fw=650, size="lg", className="lab-brand",
                     visibleFrom="xs"),
            _labs(seen),
        ], gap="xs", wrap="nowrap", className="lab-grow"),
        dmc.Group([
            _roles(seen),
            views.button(seen),
            _theme_button(seen),
            dmc.SegmentedControl(
                id="language", name="simlab_lang", value=seen.lang, size="xs",
                data=[{"value": "zh", "label": "中文"}, {"value": "en", "label": "English"}]),
        ], gap="xs", wrap="nowrap"),
    ], justify="space-between", h="100%", wrap="nowrap", gap="xs")


def _labs(seen: Visit) -> Any:
    """The name of the lab; a choice of labs where this server has several."""
    name = seen.lab.path.name
    if not seen.served.beside:
        return dmc.Text(name, c="dimmed", size="sm", truncate=True, className="lab-name")
    return dmc.Menu([
        dmc.MenuTarget(dmc.Button(
            name, variant="default", size="compact-sm", className="lab-name", rightSection="▾",
            **{"aria-label": seen.text("ui.choose_lab", name=name)})),
        dmc.MenuDropdown([
            dmc.MenuLabel(seen.text("ui.labs")),
            *[dmc.MenuItem(other, href=path, refresh=True,
                           fw=600 if path == seen.served.prefix else None)
              for other, path in seen.served.beside],
        ]),
    ], position="bottom-start", shadow="md")


def _roles(seen: Visit) -> Any:
    said = {role: seen.text(f"ui.role.{role}") for role in OFFERED["role"]}
    return html.Div(dmc.Menu([
        dmc.MenuTarget(dmc.Button(said[seen.choices.role], variant="subtle", color="gray",
                                  size="compact-sm", rightSection="▾",
                                  **{"aria-label": seen.text("ui.choice.role.title")})),
        dmc.MenuDropdown([
            dmc.MenuLabel(seen.text("ui.choice.role.title")),
            *[dmc.MenuItem(text, fw=600 if role == seen.choices.role else None,
                           **{"data-choice": "simlab_role", "data-value": role})
              for role, text in said.items()],
        ]),
    ], position="bottom-end", shadow="md"), className="lab-desk")


def _theme_button(seen: Visit) -> Any:
    other = "light" if seen.choices.theme == "dark" else "dark"
    return dmc.ActionIcon(
        html.Span(className=f"lab-icon lab-{other}"), variant="subtle", color="gray", size="md",
        **{"aria-label": seen.text(f"ui.to_{other}"), "data-choice": "simlab_theme",
           "data-value": other})


def _navigation(seen: Visit) -> list[Any]:
    parts: list[Any] = []
    for group in GROUPS[seen.choices.role]:
        pages = [page for page in PAGES if page.group == group]
        if pages:
            parts.append(dmc.Stack([
                dmc.Text(seen.text(f"ui.group.{group}"), size="xs", c="dimmed",
                         className="lab-group"),
                *[dmc.NavLink(label=seen.text(f"page.{page.name}.title"), active="exact",
                              href=seen.link(page.name), className="lab-link")
                  for page in pages],
            ], gap=2, mb="md"))
    return [dmc.ScrollArea(parts, type="auto")]
