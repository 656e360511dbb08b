"""What guards the page: its own files only, its own callers only, compressed, and of a size that
a server can hold."""

from __future__ import annotations

import functools
import hmac
import secrets

from dash import Dash
from flask import Flask, Response, request
from flask_compress import Compress

from simlab import api
from simlab.errors import LabError
from simlab.ui.failures import refusal

TOKEN_COOKIE, TOKEN_HEADER = "_csrf_token", "X-CSRFToken"
"""Dash sends the cookie back in the header with every call; another site can do neither."""
LARGEST_CALL = 100 * 2**20
"""Bytes of one call at most: what a callback sends is held in memory."""
_KEPT = 86_400
"""Seconds for which a browser keeps our own styles and scripts without asking again; their
addresses change with them."""
_REPORT = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " \
    "img-src data:; font-src data:; frame-ancestors 'self'; sandbox allow-scripts allow-downloads"
"""Of a report, which brings all of its own and may reach nothing else."""


def secure(app: Dash) -> None:
    """Guard `app`."""
    server: Flask = app.server
    server.config.update(
        MAX_CONTENT_LENGTH=LARGEST_CALL, SEND_FILE_MAX_AGE_DEFAULT=_KEPT,
        COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=5,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/javascript",
                            "application/json", "image/svg+xml"], COMPRESS_STREAMS=True)
    Compress(server)
    _refuse_others(server)
    _headers(server, app)


def _refuse_others(server: Flask) -> None:
    @server.before_request
    def _check() -> Response | None:
        # The API takes a token in a header of its own, which no browser sends by itself.
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.blueprint == api.NAME:
            return None
        if (request.content_length or 0) > LARGEST_CALL:
            return refusal(LabError("call_too_large", most=LARGEST_CALL // 2**20), 413)
        kept, sent = request.cookies.get(TOKEN_COOKIE, ""), request.headers.get(TOKEN_HEADER, "")
        if kept and hmac.compare_digest(kept.encode(), sent.encode()):
            return None
        return refusal(LabError("not_from_page"), 403)

    @server.after_request
    def _give_token(response: Response) -> Response:
        if response.mimetype == "text/html" and TOKEN_COOKIE not in request.cookies:
            response.set_cookie(TOKEN_COOKIE, secrets.token_urlsafe(24), samesite="Strict",
                                secure=request.is_secure, path="/")
        return response


def _headers(server: Flask, app: Dash) -> None:
    """Mantine and plotly write style elements, so styles may be inline; scripts may not, but for
    Dash's own by their hashes."""
    @functools.cache
    def policy() -> str:
        # Asked for at the first response: Dash adds the last of its scripts at the first request.
        return "; ".join((
            "default-src 'self'",
            "script-src 'self' " + " ".join(app.csp_hashes()),
            "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
            "font-src 'self' data:", "connect-src 'self'", "frame-src 'self'",
            "frame-ancestors 'none'", "base-uri 'self'", "form-action 'self'",
            "object-src 'none'",
        ))

    @server.after_request
    def _add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


def report_headers() -> dict[str, str]:
    """For a report that is shown inside the page."""
    return {"Content-Security-Policy": _REPORT}
