"""Who may call: tokens by name, of which the lab keeps only the hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from simlab.errors import LabError
from simlab.jobs.common import now, read_json
from simlab.lab import Lab

_FILE = "tokens.json"
_NAME = re.compile(r"[\w.-]{1,60}")


def make_token(lab: Lab, name: str) -> str:
    """A new token under `name`, in place of an earlier one of that name. It is told only now.
    LabError ``token_name``."""
    if not _NAME.fullmatch(name):
        raise LabError("token_name", name=name)
    # 256 random bits: a plain hash of them cannot be turned back, and needs no salt
    token = f"simlab_{secrets.token_urlsafe(32)}"
    with lab.writing():
        lab.write_json(_FILE, {**_kept(lab), name: {"hash": _hash(token), "made": now()}})
    return token


def tokens(lab: Lab) -> dict[str, str]:
    """Name -> when it was made."""
    return {name: each["made"] for name, each in _kept(lab).items()}


def forget_token(lab: Lab, name: str) -> None:
    """From now on it is refused; LabError ``token_unknown``."""
    with lab.writing():
        kept = _kept(lab)
        if name not in kept:
            raise LabError("token_unknown", name=name, known=", ".join(kept) or "-")
        lab.write_json(_FILE, {key: each for key, each in kept.items() if key != name})


def owner_of(lab: Lab, token: str) -> str | None:
    """As whom a caller with that token owns jobs; None where it is none of the lab's. No browser
    can be of that name (`simlab.ui.owner`)."""
    sent, found = _hash(token), None
    for name, each in _kept(lab).items():
        if hmac.compare_digest(sent, each["hash"]):
            found = f"token:{name}"
    return found


def _kept(lab: Lab) -> Mapping[str, Mapping[str, str]]:
    kept = read_json(lab, _FILE)
    return kept if isinstance(kept, dict) else {}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
