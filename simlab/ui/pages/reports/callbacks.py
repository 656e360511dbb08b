"""What the page does: keep the client, show the report, give the making to a worker, hand it on."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, no_update
from flask import Flask, Response, request, send_from_directory

from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.clients import set_client
from simlab.jobs.reporting import FORMATS, contents
from simlab.report.page import render
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.language import language
from simlab.ui.owner import owner
from simlab.ui.pages.data.callbacks import decoded
from simlab.ui.pages.reports import layout
from simlab.ui.security import report_headers
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks and the files to `app`."""
    _serve(app.server, served)
    _client(app, served)
    _make(app, served)

    @app.callback(
        Output("reports-preview", "children"), Input("reports-scenario", "value"),
        Input("reports-lang", "value"), Input("reports-version", "data"),
        prevent_initial_call=True)
    def _preview(scenario: str | None, lang: str, version: int) -> Any:
        return no_update if scenario is None else layout.preview(visit(), scenario, lang, version)


def _client(app: Dash, served: Served) -> None:
    """Name and logo are kept as soon as they are given."""
    @app.callback(
        Output("reports-logo", "children"), Output("reports-client-notice", "children"),
        Output("reports-version", "data"), Input("reports-client", "value"),
        Input("reports-upload", "contents"), Input({"reports": ALL}, "n_clicks"),
        State("reports-version", "data"), prevent_initial_call=True)
    def _keep(name: str | None, sent: str | None, clicks: list[int | None], version: int) -> Any:
        seen, by = visit(), ctx.triggered_id
        try:
            if by == "reports-client":
                client = set_client(served.lab, name=name or "")
            elif by == "reports-upload" and sent:
                client = set_client(
                    served.lab, logo=decoded(["logo"], [sent])["logo"] or b"-")
            elif isinstance(by, dict) and any(clicks):
                client = set_client(served.lab, logo=b"")
            else:  # a button drawn anew calls too, without having been clicked
                return (no_update,) * 3
        except LabError as error:
            return no_update, notice(error.explain(seen.lang), error=True), no_update
        return layout.logo(seen, client), None, version + 1


def _make(app: Dash, served: Served) -> None:
    runner = served.runner

    @app.callback(
        Output(job_of("reports"), "data"), Output("reports-notice", "children"),
        Input(start("reports", "report"), "n_clicks"), State("reports-scenario", "value"),
        State("reports-lang", "value"), State("reports-format", "value"),
        prevent_initial_call=True)
    def _start(clicks: int | None, scenario: str | None, lang: str, form: str) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        asked = {"lang": lang, "file_format": form, **({"scenario": scenario} if scenario else {})}
        try:
            return begin(runner, "report", asked), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output("reports-file", "data"), Output("reports-made", "children"),
        Input(ended("reports"), "data"), prevent_initial_call=True)
    def _done(job: dict[str, Any] | None) -> tuple[Any, Any]:
        done = runner.job(job["id"], owner()) if job and job["state"] == "done" else None
        path = None if done is None else runner.result(done)
        if path is None:
            return no_update, no_update
        return dcc.send_file(path), layout.made(visit())  # type: ignore[attr-defined]


def _serve(server: Flask, served: Served) -> None:
    """The report as it would be made now, and the files of those made."""
    @server.get(f"/{layout.PREVIEW}")
    def _report() -> Response:
        asked = request.args.get("lang", "")
        lang = asked if asked in LANGUAGES else language()
        try:
            shown = render(contents(served.lab, request.args.get("scenario")), lang)
        except LabError as error:
            return Response(error.explain(lang), 409, mimetype="text/plain",
                            headers=report_headers())
        return Response(shown, mimetype="text/html", headers=report_headers())

    @server.get(f"/{layout.MADE}/<name>")
    def _file(name: str) -> Response:
        if name.rpartition(".")[2] not in FORMATS:
            return Response(status=404)
        response = send_from_directory(
            served.lab.path / "reports", name, as_attachment=True, max_age=0)
        response.headers.extend(report_headers())
        return response
