"""Which language a request is answered in: the reader's choice, else the browser's."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request

from simlab.i18n import LANGUAGES, text

COOKIE = "simlab_lang"


def language() -> str:
    """Of the present request: the cookie, else what the browser prefers, else English."""
    if not has_request_context():  # Dash builds the layout once at the start, for its ids
        return "en"
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "en"


def say(key: str, lang: str, **values: Any) -> str:
    """The sentence ``ui.<key>``."""
    return text(f"ui.{key}", lang, **values)
