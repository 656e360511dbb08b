"""The lab's page as an application: one for each lab."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import resources
from typing import Any

import dash
from dash import Dash
from flask import Flask, Response, redirect, request

from simlab import api
from simlab.errors import LabError
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import frame, pinned, views
from simlab.ui.choices import choices
from simlab.ui.components import charts, failed, jobs, pins
from simlab.ui.failures import explain_failures
from simlab.ui.language import language, say
from simlab.ui.owner import remember
from simlab.ui.pages import PAGES, Page, landing, named
from simlab.ui.pages.missing import missing
from simlab.ui.security import secure
from simlab.ui.theme import variables
from simlab.ui.visit import Served, visit

_ANY = "/<path:path>"
"""Endpoint that Dash answers every address with that is nobody else's."""
_PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"
_INDEX = """<!DOCTYPE html>
<html lang="__LANG__" data-mantine-color-scheme="__THEME__">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="__MARK__">
<style>__TOKENS__</style>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


class _Page(Dash):
    """Dash with the document's language, theme and icon set for each request."""

    def interpolate_index(self, *args: Any, **parts: Any) -> str:
        index: str = super().interpolate_index(*args, **parts)
        for mark, value in (("__LANG__", "zh-CN" if language() == "zh" else "en"),
                            ("__THEME__", choices().theme), ("__TOKENS__", variables()),
                            ("__MARK__", self.get_asset_url("mark.svg")),
                            ("Loading...", say("loading", language()))):
            index = index.replace(mark, value)
        return index


def create(
    lab: Lab, runner: Runner | None = None, *, prefix: str = "/",
    beside: Sequence[tuple[str, str]] = (),
) -> Dash:
    """The page of one lab; ``.server`` is its WSGI application. Where it is mounted at another
    `prefix` than the root, `beside` names all labs of the server: (name, prefix)."""
    app = _Page(
        "simlab", assets_folder=str(resources.files("simlab.ui") / "assets"), serve_locally=True,
        title="simlab", update_title="", index_string=_INDEX, use_pages=True, pages_folder="",
        requests_pathname_prefix=prefix, routes_pathname_prefix="/", include_pages_meta=False,
        suppress_callback_exceptions=True,  # a page's components are there while it is shown
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    served = Served(lab, runner or Runner(lab, with_worker=True), prefix, tuple(beside))
    app.server.extensions["simlab"] = served
    app.layout = frame.frame
    frame.register(app)
    jobs.register(app, served.runner)
    charts.register(app)
    pins.register(app)
    pinned.register(app)
    views.register(app)
    for page in PAGES:
        _add(app, page, served)
    dash.register_page("not_found_404", path="/not-found", layout=lambda **_query: missing(visit()),
                       title=lambda: say("missing.title", language()))
    _route(app, served)
    app.server.register_blueprint(api.blueprint(lab, served.runner))
    remember(app.server)
    explain_failures(app.server)
    secure(app)
    return app


def _add(app: Dash, page: Page, served: Served) -> None:
    """Dash's list of pages is one for the whole process: what stands in it must not know of any
    lab, and finds out from the request which one is meant."""
    def layout(**query: str | list[str]) -> Any:
        # Of a value that was given several times the last one counts.
        seen = visit({name: said if isinstance(said, str) else said[-1]
                      for name, said in query.items()})
        try:
            return page.layout(seen)
        except LabError as error:
            return failed(seen, error)
        except Exception as error:
            logging.getLogger(__name__).exception("page %s", page.name)
            detail = f"{type(error).__name__}: {error}"
            return failed(seen, LabError("unexpected", detail=detail))

    dash.register_page(
        page.name, path=f"/{page.name}", layout=layout,
        title=lambda: f"{say('brand', language())} · " + visit().text(f"page.{page.name}.title"))
    page.register(app, served)


def _route(app: Dash, served: Served) -> None:
    """What is not a page of Dash: the way in, unknown addresses, plotly."""
    server: Flask = app.server
    held = resources.files("simlab.report") / "vendored" / "plotly-cartesian.min.js"
    plotly = held.read_bytes()

    @server.before_request
    def _way_in() -> Any:
        if request.path == "/" and request.method == "GET":
            return redirect(f"{served.prefix}{landing(choices().role).name}")
        return None

    @server.after_request
    def _unknown(response: Response) -> Response:
        if request.endpoint == _ANY and response.status_code == 200 \
                and named(request.path.strip("/")) is None:
            response.status_code = 404
        return response

    @server.get(_PLOTLY)
    def _plotly() -> Response:
        # Of plotly only what draws along axes: a third of the whole, and all that the figures use.
        response = Response(plotly, mimetype="text/javascript")
        response.cache_control.max_age = 86_400
        response.add_etag()
        response.make_conditional(request)
        return response
