"""What became of a call that could not be answered, as a sentence that the page shows.

The answer is plain text; ``assets/page.js`` puts it into the frame (`frame.trouble`) and leaves
everything else as it stands, so that nothing which a reader has entered is lost.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from simlab.errors import LabError
from simlab.ui.language import language


def explain_failures(server: Flask) -> None:
    """Answer calls that fail in the reader's words. 422: what was asked cannot be done; 507: the
    disk refused; 500: a fault of ours, which is logged."""

    @server.errorhandler(Exception)
    def _failed(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        if isinstance(error, LabError):
            return refusal(error, 422)
        if isinstance(error, OSError):
            return refusal(LabError("page_disk", path=error.filename or server.name,
                                    why=error.strerror or error), 507)
        logging.getLogger(__name__).exception("call of %s", request.path)
        return refusal(
            LabError("unexpected", detail=f"{type(error).__name__}: {error}"), 500)


def refusal(error: LabError, status: int) -> Response:
    """An answer that says nothing but why there is none."""
    return Response(error.explain(language()), status, mimetype="text/plain")
