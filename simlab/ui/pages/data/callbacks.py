"""Send files, look at what they would change, import them, take that back, ask the questions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from simlab.errors import LabError
from simlab.jobs import uploads
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.owner import owner
from simlab.ui.pages.data import history, layout
from simlab.ui.pages.data.answers import answered
from simlab.ui.visit import Served, visit

QUICK_DRAWS, QUICK_REPLICATES = 60, 8
"""Of the grid of questions asked from the page: seconds, and fine enough to read."""
_STARTS = ("preview", "import", "roll_back", "answers")


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    _files(app, served)
    _work(app, served)
    _ends(app, served)


def _files(app: Dash, served: Served) -> None:
    """Files that are sent are kept, and looked at before anything is changed."""

    @app.callback(
        Output(job_of("data"), "data"), Output("data-files", "children"),
        Output("data-notice", "children"), Output("data-preview", "children"),
        Output("data-mark", "data"),
        Input("data-upload", "contents"), State("data-upload", "filename"),
        State("data-profile", "value"), prevent_initial_call=True)
    def _sent(contents: list[str] | None, names: list[str] | None, profile: str) -> Any:
        if not contents or not names:
            return (no_update,) * 5
        try:
            held = uploads.keep(served.lab, owner(), decoded(names, contents))
            mark = uploads.mark(uploads.kept(served.lab, owner()))
            return (_import(served, profile, mark, dry_run=True), layout.sent(visit(), held), None,
                    None, mark)
        except LabError as error:
            return (no_update, no_update, notice(error.explain(visit().lang), error=True), None,
                    no_update)


def _work(app: Dash, served: Served) -> None:
    """Buttons that start work; taking an import back asks first."""

    @app.callback(
        Output(job_of("data"), "data", allow_duplicate=True),
        Output("data-notice", "children", allow_duplicate=True),
        *(Input(start("data", what), "n_clicks") for what in _STARTS),
        State("data-profile", "value"), State(history.NUMBER, "data"), State("data-mark", "data"),
        prevent_initial_call=True)
    def _start(*given: Any) -> Any:
        profile, number, mark = given[-3:]
        # A button drawn anew calls too, without having been clicked.
        if not any(button["value"] for button in ctx.triggered):
            return no_update, no_update
        try:
            return _begin(served, ctx.triggered_id["start"], profile, number, mark), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output(history.DIALOG, "opened"), Input(history.ASK, "n_clicks"),
        Input(history.KEEP, "n_clicks"), Input(start("data", "roll_back"), "n_clicks"),
        prevent_initial_call=True)
    def _ask(clicks: int | None, _keep: int | None, _do: int | None) -> bool:
        return bool(clicks) and ctx.triggered_id == history.ASK


def _begin(served: Served, what: str, profile: str, number: int, mark: str) -> str:
    """Start what a button stands for and return the job's id."""
    if what == "answers":
        return begin(served.runner, "answers", {
            "draws": QUICK_DRAWS, "replicates": QUICK_REPLICATES})
    if what == "roll_back":
        # The one that was asked about, whatever another tab has imported since.
        return begin(served.runner, "roll_back", {"number": number})
    return _import(served, profile, mark, dry_run=what == "preview")


def _import(served: Served, profile: str, mark: str, *, dry_run: bool) -> str:
    """Start an import of the files that were sent. LabErrors ``upload_none``, and
    ``upload_other`` where another tab has since sent others than those of `mark`."""
    files = uploads.kept(served.lab, owner())
    if not files:
        raise LabError("upload_none")
    if uploads.mark(files) != mark:
        raise LabError("upload_other", files=", ".join(path.name for path in files))
    return begin(served.runner, "import", {
        "files": [str(path) for path in files], "profile": profile, "dry_run": dry_run})


def _ends(app: Dash, served: Served) -> None:
    """What is shown when a job has ended."""

    @app.callback(
        Output("data-known", "children"), Output("data-history", "children"),
        Output("data-answers", "children"),
        Output("data-preview", "children", allow_duplicate=True),
        Output("data-files", "children", allow_duplicate=True),
        Input(ended("data"), "data"), prevent_initial_call=True)
    def _show(job: dict[str, Any] | None) -> Any:
        done = served.runner.job(job["id"], owner()) if job and job["state"] == "done" else None
        if done is None:
            return (no_update,) * 5
        seen = visit()
        found = served.runner.result(done)
        if done.kind == "import" and found is not None and found["dry_run"]:
            return *(no_update,) * 3, layout.preview(seen, found), no_update
        shown: Any = None
        files: Any = no_update
        if done.kind == "import":
            uploads.forget(served.lab, owner())
            files = layout.sent(seen, [])
            shown = None if found is None else layout.preview(seen, found)
        return layout.known(seen), history.history(seen), answered(seen), shown, files


def decoded(names: Sequence[str], contents: Sequence[str]) -> dict[str, bytes]:
    """The files of an upload (``data:...;base64,...``) by name; LabError ``upload_unreadable``."""
    files = {}
    for name, content in zip(names, contents, strict=True):
        try:
            files[name] = base64.b64decode(content.partition(",")[2], validate=True)
        except ValueError:
            raise LabError("upload_unreadable", file=name) from None
    return files
