"""What a batch does on the page: keep a study, have it estimated and run, take it along."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from flask import Response, abort, request

from simlab.errors import LabError
from simlab.jobs.batching import study_state
from simlab.jobs.own_studies import (
    FOLDER,
    LARGEST,
    read_study,
    save_study,
    version_of,
    written_studies,
)
from simlab.jobs.study_archive import Form, archive
from simlab.jobs.study_folder import StudyFolder
from simlab.lab import Lab
from simlab.report import studies as told
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice
from simlab.ui.owner import owner
from simlab.ui.pages.studies import batch
from simlab.ui.pages.studies.results import say
from simlab.ui.visit import Served, visit

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`, and the address of the downloads to its server."""
    _write(app, served.lab)
    _run(app, served)
    _take_along(app, served.lab)


def _write(app: Dash, lab: Lab) -> None:
    """Choose, send, keep."""

    @app.callback(
        Output("studies-go", "href", allow_duplicate=True), Input("studies-name", "value"),
        State("studies-version", "data"), prevent_initial_call=True)
    def _other(name: str, opened: Mapping[str, str]) -> Any:
        return no_update if name == opened["name"] else visit().link("studies") + _address(name)

    @app.callback(
        Output("studies-written", "value"), Output("studies-notice", "children"),
        Input("studies-upload", "contents"), State("studies-upload", "filename"),
        prevent_initial_call=True)
    def _sent(contents: str | None, file: str) -> tuple[Any, Any]:
        if not contents:
            return no_update, no_update
        try:
            data = base64.b64decode(contents.partition(",")[2], validate=True)
            written = data[:LARGEST + 1].decode("utf-8")
            read_study(written, file)
        except (binascii.Error, UnicodeDecodeError):
            return no_update, notice(
                LabError("upload_unreadable", file=file).explain(visit().lang), error=True)
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)
        return written, None

    @app.callback(
        Output("studies-notice", "children", allow_duplicate=True), *_opened(),
        Input("studies-save", "n_clicks"), State("studies-written", "value"),
        State("studies-version", "data"), prevent_initial_call=True)
    def _save(clicks: int | None, written: str, opened: Mapping[str, str]) -> tuple[Any, ...]:
        if not clicks:
            return (no_update,) * 5
        try:
            name = _kept(lab, written, opened)
        except LabError as error:
            return notice(error.explain(visit().lang), error=True), *(no_update,) * 4
        return notice(say(visit(), "batch.saved", name=name)), *_open(name, written)

    app.clientside_callback(
        ClientsideFunction("simlab", "keep_address"), Output("studies-address", "id"),
        Input("studies-address", "data"), prevent_initial_call=True)


def _run(app: Dash, served: Served) -> None:
    """Estimate, start, go on, try failed runs again; and what came of it."""
    lab, runner = served.lab, served.runner

    @app.callback(
        Output(job_of(batch.JOB), "data"),
        Output("studies-notice", "children", allow_duplicate=True), *_opened(),
        Input({"job": batch.JOB, "start": ALL}, "n_clicks"), State("studies-written", "value"),
        State("studies-version", "data"), State("studies-fresh", "checked"),
        prevent_initial_call=True)
    def _start(_clicks: list[int | None], written: str, opened: Mapping[str, str],
               fresh: bool | None) -> tuple[Any, ...]:
        # A button drawn anew calls too, without having been clicked.
        if not any(button["value"] for button in ctx.triggered):
            return (no_update,) * 6
        what = ctx.triggered_id["start"]
        try:
            name = _kept(lab, written, opened)
            how = {} if what == "estimate" else {
                "fresh": bool(fresh) and what == "batch", "retry": what == "retry"}
            job = begin(runner, "estimate" if what == "estimate" else "batch",
                        {"study": name, **how})
        except LabError as error:
            said = notice(error.explain(visit().lang), error=True)
            return no_update, said, *(no_update,) * 4
        return job, None, *_open(name, written)

    @app.callback(
        Output("studies-state", "children"), Output("studies-notice", "children",
                                                    allow_duplicate=True),
        Input(ended(batch.JOB), "data"), Input(job_of(batch.JOB), "data"),
        State("studies-version", "data"), prevent_initial_call=True)
    def _show(done: Mapping[str, Any] | None, _running: str | None,
              opened: Mapping[str, str]) -> tuple[Any, Any]:
        seen = visit()
        job = runner.job(done["id"], owner()) if done else None
        said: Any = no_update
        if job is not None and job.kind == "estimate" and job.state == "done":
            said = notice(told.estimated(runner.result(job), seen.lang))
        return batch.state(seen, opened["name"]), said

    @app.callback(
        Output("studies-levels", "children"), Input("studies-outcome", "value"),
        State("studies-version", "data"), prevent_initial_call=True)
    def _outcome(outcome: str, opened: Mapping[str, str]) -> Any:
        path = lab.path / FOLDER / opened["name"]
        try:
            tree = study_state(path).to_json()
        except LabError:
            return no_update
        return batch.levels(visit(), tree, StudyFolder(path).describe(), outcome)


def _take_along(app: Dash, lab: Lab) -> None:
    """A study as one file, sent as it is made."""

    @app.server.get(f"/{batch.DOWNLOAD}/<name>.zip")
    def _download(name: str) -> Response:
        form: Form = "csv" if request.args.get("as") == "csv" else "parquet"
        if not _NAME.fullmatch(name) or not (lab.path / FOLDER / name / "study.json").is_file():
            abort(404)
        return Response(archive(StudyFolder(lab.path / FOLDER / name), form),
                        mimetype="application/zip", headers={
                            "Content-Disposition": f"attachment; filename={name}-{form}.zip"})


def _kept(lab: Lab, written: str, opened: Mapping[str, str]) -> str:
    """Name of the study, which the lab then holds as it is written."""
    same = next((name for name, text in written_studies(lab).items() if text == written), None)
    if same is not None:
        return same
    name = read_study(written).name
    replaces = opened["version"] if opened["name"] == name else None
    return save_study(lab, written, replaces=replaces).name


def _opened() -> tuple[Output, ...]:
    """Where it stands which study is open: not by going to its address, which would lose sight of
    a job begun just now."""
    return (Output("studies-version", "data", allow_duplicate=True),
            Output("studies-name", "data", allow_duplicate=True),
            Output("studies-name", "value", allow_duplicate=True),
            Output("studies-address", "data", allow_duplicate=True))


def _open(name: str, written: str) -> tuple[Any, ...]:
    """What stands there once the study called `name` is open."""
    return ({"name": name, "version": version_of(written)}, batch.offered(visit()), name,
            _address(name))


def _address(name: str) -> str:
    """What stands behind the page's path where that study is open."""
    return "?" + urlencode({"part": batch.NAME, "study": name})
