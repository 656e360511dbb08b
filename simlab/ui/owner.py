"""Whose jobs a browser may see: a random name of its own, kept in a cookie that scripts cannot
read. It says which browser it is, not who sits before it."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request

COOKIE = "simlab_owner"
_NAME = re.compile(r"[\w-]{22}")
_KEPT = 400 * 86_400
"""Seconds; browsers keep no cookie for longer."""


def owner() -> str:
    """Of the present request; a new one where the browser brings none."""
    brought = request.cookies.get(COOKIE, "")
    if _NAME.fullmatch(brought):
        return brought
    if "simlab_owner" not in g:
        g.simlab_owner = secrets.token_urlsafe(16)
    return str(g.simlab_owner)


def remember(server: Flask) -> None:
    """Give every browser its name with the first answer."""
    @server.after_request
    def _keep(response: Response) -> Response:
        name = owner()
        if request.cookies.get(COOKIE) != name:
            response.set_cookie(COOKIE, name, max_age=_KEPT, httponly=True, samesite="Lax",
                                secure=request.is_secure)
        return response
