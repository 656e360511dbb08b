"""The frame around every page: header, theme, language, security headers, the server."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from flask import Flask, Response, has_request_context
from werkzeug.serving import WSGIRequestHandler, make_server

from simlab.background import Job
from simlab.errors import LabError
from simlab.jobs.reporting import contents
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.report.page import render
from simlab.ui.language import language, say
from simlab.ui.owner import owner, remember
from simlab.ui.pages.compare import callbacks, layout
from simlab.ui.pages.compare.results import REPORT
from simlab.ui.theme import theme

_INDEX = """<!DOCTYPE html>
<html lang="__LANG__">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="__MARK__">
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


class _Page(Dash):
    """Dash with the document's language and icon set for each request."""

    def interpolate_index(self, *args: Any, **parts: Any) -> str:
        page: str = super().interpolate_index(*args, **parts)
        lang = "zh-CN" if language() == "zh" else "en"
        return page.replace("__LANG__", lang).replace(
            "__MARK__", self.get_asset_url("mark.svg"))


def create(lab: Lab, runner: Runner | None = None) -> Dash:
    """The page of one lab; ``.server`` is its WSGI application."""
    page = _Page(
        "simlab", assets_folder=_assets(), serve_locally=True, title="simlab",
        update_title="", index_string=_INDEX,
        suppress_callback_exceptions=True,  # results bring components the first page lacks
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    runner = runner or Runner(lab, with_worker=True)
    page.layout = lambda: _frame(lab, runner)
    callbacks.register(page, lab, runner)
    page.clientside_callback(
        ClientsideFunction("simlab", "choose_language"),
        Output("language-done", "data"), Input("language", "value"), prevent_initial_call=True)
    _offer_report(page, lab)
    remember(page.server)
    _secure(page)
    return page


def run(lab: Lab, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page of `lab` until interrupted; `announce` is told the address.

    Raises LabError ``cannot_listen`` where the address is taken or not this machine's.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise LabError("cannot_listen", host=host, port=port, why=error.strerror or error) from None
    with listening, suppress(KeyboardInterrupt):
        server = make_server(host, port, create(lab).server, threaded=True,
                             request_handler=_Quiet, fd=listening.fileno())
        announce(f"http://{host}:{listening.getsockname()[1]}/")
        server.serve_forever()


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request; errors still show."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _assets() -> str:
    from importlib import resources

    return str(resources.files("simlab.ui") / "assets")


def _frame(lab: Lab, runner: Runner) -> Any:
    lang = language()
    running = _followed(runner)
    return dmc.MantineProvider(
        dmc.AppShell([
            dmc.AppShellHeader(
                dmc.Container(_header(lab, lang), size=1320, px=0, h="100%"),
                px={"base": "sm", "sm": "lg"}, className="lab-header"),
            dmc.AppShellMain(dmc.Container(layout.page(lab, lang, running), size=1320, px=0)),
            dcc.Store(id="language-done"),
        ], header={"height": 60}, padding={"base": "sm", "sm": "lg"}, className="lab-shell"),
        theme=theme(), forceColorScheme="light",
    )


def _followed(runner: Runner) -> list[Job]:
    """The reader's own jobs under way that the page can show the end of, newest first."""
    if not has_request_context():  # Dash builds the layout once at the start, for its ids
        return []
    return [job for job in runner.jobs(owner(), only_open=True)
            if job.owner == owner() and job.kind in callbacks.KINDS]


def _header(lab: Lab, lang: str) -> Any:
    return dmc.Group([
        dmc.Group([
            html.Span(className="lab-mark"),
            dmc.Text(say("brand", lang), fw=650, size="lg"),
            dmc.Text(lab.path.name, c="dimmed", size="sm", visibleFrom="sm", className="lab-name"),
        ], gap="xs", wrap="nowrap"),
        dmc.SegmentedControl(
            id="language", value=lang, size="xs",
            data=[{"value": "zh", "label": "中文"}, {"value": "en", "label": "English"}]),
    ], justify="space-between", h="100%", wrap="nowrap")


def _offer_report(page: Dash, lab: Lab) -> None:
    """The report of what the lab holds now, as a file to keep and pass on."""
    server: Flask = page.server

    @server.get(REPORT)
    def _report() -> Response:
        lang = language()
        name = f"simlab-{lab.path.name}-{lang}.html"
        return Response(render(contents(lab), lang), mimetype="text/html", headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


def _secure(page: Dash) -> None:
    """Headers that keep the page to its own files. Mantine and plotly write style elements, so
    styles may be inline; scripts may not, but for Dash's own by their hashes."""
    server: Flask = page.server
    policy = "; ".join((
        "default-src 'self'",
        "script-src 'self' " + " ".join(page.csp_hashes()),
        "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'self'", "form-action 'self'",
    ))

    @server.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response
