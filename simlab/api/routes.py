"""The calls: kinds of jobs, jobs, files, what the lab holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    request,
    send_from_directory,
    url_for,
)
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from simlab.api import described, told
from simlab.api.files import KINDS as FILES
from simlab.api.files import named
from simlab.api.tokens import owner_of
from simlab.background import Job
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs import uploads
from simlab.jobs.checking import load_check
from simlab.jobs.reporting import FORMATS
from simlab.jobs.runner import Runner
from simlab.jobs.standing import status
from simlab.jobs.stored import stored_result
from simlab.lab import Lab

NAME = "api"
LARGEST_CALL = 2**20
"""Bytes of a call at most; of a file as many as on the page (`uploads.LARGEST`)."""
_STATUS = {
    "token_needed": 401, "token_refused": 401, "no_result_kind": 404, "no_result": 404,
    "no_job": 404, "no_file": 404, "no_call": 404, "not_checked": 404, "job_not_done": 409,
    "lab_locked": 409, "api_call_large": 413, "not_json": 415, "jobs_unreachable": 503,
    "out_unwritable": 507, "unexpected": 500,
}
"""Code of a LabError -> HTTP status; 422 for all others: understood, and cannot be done."""


def blueprint(lab: Lab, runner: Runner) -> Blueprint:
    """All calls about one lab, to be mounted at ``/api``."""
    api = Blueprint(NAME, __name__, url_prefix=f"/{NAME}")
    _guard(api, lab)
    _jobs(api, lab, runner)
    _files(api, lab)
    _held(api, lab)

    @api.get("/openapi.json")
    def openapi() -> Any:
        """This description of the API."""
        base = url_for(f"{NAME}.openapi").rpartition("/")[0]
        return jsonify(described.openapi(current_app, NAME, base))

    @api.route("/<path:rest>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def elsewhere(rest: str) -> Any:
        raise LabError("no_call", method=request.method, path=rest)

    return api


def language() -> str:
    """What the caller asks for (Accept-Language), else English."""
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _guard(api: Blueprint, lab: Lab) -> None:
    """Who calls, how much, and how it is told what was wrong."""
    @api.before_request
    def admit() -> None:
        sending = request.endpoint == f"{NAME}.send_file"
        most = uploads.LARGEST if sending else LARGEST_CALL
        request.max_content_length = most
        if (request.content_length or 0) > most:
            raise LabError("api_call_large", most=most // 2**20)
        if request.endpoint == f"{NAME}.openapi":
            return
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise LabError("token_needed", lab=lab.path.name)
        g.caller = owner_of(lab, token.strip())
        if g.caller is None:
            raise LabError("token_refused", lab=lab.path.name)

    @api.errorhandler(LabError)
    def refused(error: LabError) -> tuple[Response, int]:
        refusal = told.Refusal(error=told.told_error(error, language()))
        answer = jsonify(refusal.model_dump())
        code = _STATUS.get(error.code, 422)
        if code == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer, code

    @api.errorhandler(Exception)
    def failed(error: Exception) -> tuple[Response, int]:
        if isinstance(error, RequestEntityTooLarge):  # a body that does not say its length
            return refused(LabError(
                "api_call_large", most=(request.max_content_length or 0) // 2**20))
        logging.getLogger(__name__).exception("%s %s", request.method, request.path)
        return refused(LabError("unexpected", detail=type(error).__name__))

    @api.after_request
    def keep_nothing(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _jobs(api: Blueprint, lab: Lab, runner: Runner) -> None:
    def seen(name: str, found: Callable[[str, str], Job | None] = runner.job) -> Job:
        job = found(name, g.caller)
        if job is None:
            raise LabError("no_job", job=name)
        return job

    def one(job: Job) -> Response:
        return jsonify(told.told_job(job, language()))

    @api.get("/kinds")
    @described.answers(200, list[told.KindTold])
    def list_kinds() -> Any:
        """The kinds of jobs and the arguments that each takes."""
        return jsonify(told.told_kinds(language()))

    @api.get("/jobs")
    @described.answers(200, list[told.JobTold])
    def list_jobs() -> Any:
        """The caller's jobs and everybody's, newest first."""
        return jsonify([told.told_job(job, language()) for job in runner.jobs(g.caller)])

    @api.post("/jobs")
    @described.answers(202, told.JobTold, body=told.Asked)
    def start_job() -> Any:
        """Start a job; its address is in the header Location."""
        asked = _asked()
        name = runner.start(asked.kind, named(lab, g.caller, asked.arguments), g.caller)
        answer = one(seen(name))
        return answer, 202, {"Location": url_for(f"{NAME}.show_job", name=name)}

    @api.get("/jobs/<name>")
    @described.answers(200, told.JobTold)
    def show_job(name: str) -> Any:
        """How far a job is, and how it ended."""
        return one(seen(name))

    @api.post("/jobs/<name>/cancel")
    @described.answers(200, told.JobTold)
    def cancel_job(name: str) -> Any:
        """Ask a job to stop; one that has ended is left alone."""
        return one(seen(name, runner.cancel))

    @api.get("/jobs/<name>/result")
    @described.answers(200, dict[str, Any])
    def job_result(name: str) -> Any:
        """What came out of a job that is done: what its function returns."""
        job = seen(name)
        if job.state != "done":
            raise LabError("job_not_done", job=name, state=job.state)
        return jsonify(runner.result(job))


def _asked() -> told.Asked:
    """The body of a call that starts a job."""
    if not request.is_json:
        raise LabError("not_json", found=request.mimetype or "-")
    try:
        return told.Asked.model_validate(request.get_json(silent=True))
    except ValidationError:
        raise LabError("not_a_call") from None


def _files(api: Blueprint, lab: Lab) -> None:
    @api.get("/files")
    @described.answers(200, list[str])
    def list_files() -> Any:
        """Names of the files that the caller has sent and that are still kept."""
        return jsonify([path.name for path in uploads.kept(lab, g.caller)])

    @api.put("/files/<name>")
    @described.answers(201, list[str], sends=True)
    def send_file(name: str) -> Any:
        """Send a file, to be named in a job's arguments. The names kept under."""
        kept = uploads.keep(lab, g.caller, {name: request.get_data()}, kinds=FILES, beside=True)
        return jsonify(kept), 201

    @api.delete("/files")
    @described.answers(204, None)
    def forget_files() -> Any:
        """Delete the files that the caller has sent."""
        uploads.forget(lab, g.caller)
        return "", 204


def _held(api: Blueprint, lab: Lab) -> None:
    @api.get("/status")
    @described.answers(200, dict[str, Any])
    def show_status() -> Any:
        """What the lab holds, and what of it is out of date."""
        standing = status(lab).to_json()
        return jsonify({key: value for key, value in standing.items() if key != "path"})

    @api.get("/check")
    @described.answers(200, dict[str, Any])
    def show_check() -> Any:
        """What the check of the calibration found."""
        check = load_check(lab)
        if check is None:
            raise LabError("not_checked")
        return jsonify(dict(check))

    @api.get("/results/<kind>/<name>")
    @described.answers(200, dict[str, Any])
    def show_result(kind: str, name: str) -> Any:
        """A stored result by its kind and name, as the status gives them."""
        return jsonify(dict(stored_result(lab, kind, name)))

    @api.get("/reports/<name>")
    @described.answers(200, None)
    def get_report(name: str) -> Any:
        """The file of a report that was made."""
        if name.rpartition(".")[2] not in FORMATS or not (
                lab.path / "reports" / name).is_file():
            raise LabError("no_file", name=name)
        return send_from_directory(lab.path / "reports", name, as_attachment=True, max_age=0)
