"""The tour: the lab's main job, page by page. A first visit offers it above the page, where it
covers nothing; Settings starts it again.

The step stands in a cookie of the browser, so a step is a link to its page and needs no script
of its own beyond the one that keeps choices.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html
from flask import has_request_context, request

from simlab.ui.choices import cookie
from simlab.ui.pages import named
from simlab.ui.visit import Visit

COOKIE = cookie("tour")
OFF = "off"
_STOPS = ("data", "overview", "scenario", "compare", "explain", "reports")


def stops() -> tuple[str, ...]:
    """The pages that the tour goes through, in order; texts ``tour.stop.<page>``."""
    return tuple(name for name in _STOPS if named(name) is not None)


def step() -> int | None:
    """Number of the present step, from 1; 0 where the tour is still to be offered, None where it
    is over or was declined. What nobody wrote there counts as over."""
    kept = request.cookies.get(COOKIE) if has_request_context() else OFF
    if kept is None:
        return 0
    numbers = [str(place) for place in range(1, len(stops()) + 1)]
    return int(kept) if kept in numbers else None


def tour(visit: Visit) -> Any:
    """The offer, or the present step; nothing where there is neither."""
    now = step()
    if now is None:
        return html.Div(id="tour", hidden=True)
    return _offer(visit) if now == 0 else _stop(visit, now)


def start_link(visit: Visit) -> Any:
    """The way to the first step."""
    return _to(visit, 1, visit.text("tour.start"), main=True)


def _offer(visit: Visit) -> Any:
    return _card(visit, visit.text("tour.offer"), visit.text("tour.offer_text", n=len(stops())), [
        start_link(visit), _end(visit, "decline")])


def _stop(visit: Visit, now: int) -> Any:
    page, last = stops()[now - 1], len(stops())
    title = visit.text("tour.step", step=now, of=last, page=visit.text(f"page.{page}.title"))
    onward = [_to(visit, now - 1, visit.text("tour.back"))] if now > 1 else []
    if now < last:
        onward.append(_to(visit, now + 1, visit.text(
            "tour.next", page=visit.text(f"page.{stops()[now]}.title")), main=True))
    return _card(visit, title, visit.text(f"tour.stop.{page}"), [
        *onward, _end(visit, "end" if now < last else "done")])


def _card(visit: Visit, title: str, said: str, ways: list[Any]) -> Any:
    label: dict[str, Any] = {"aria-label": visit.text("tour.name")}
    return html.Section([
        dmc.Text(title, fw=650), dmc.Text(said, size="sm", maw=760),
        html.Div(ways, className="lab-ways"),
    ], id="tour", className="lab-tour", **label)


def _to(visit: Visit, place: int, said: str, *, main: bool = False) -> Any:
    kept: dict[str, Any] = {"data-choice": COOKIE, "data-value": str(place)}
    return html.A(said, href=visit.link(stops()[place - 1]),
                  className="lab-way lab-onward" if main else "lab-way", **kept)


def _end(visit: Visit, how: str) -> Any:
    kept: dict[str, Any] = {"data-choice": COOKIE, "data-value": OFF, "data-hides": "tour"}
    return html.Button(visit.text(f"tour.{how}"), className="lab-way", **kept)
