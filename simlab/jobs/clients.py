"""For whom a lab's reports are: a name and a logo, kept in the lab for the page and the command."""

from __future__ import annotations

import base64
import io
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from simlab.errors import LabError
from simlab.jobs.common import read_json
from simlab.lab import Lab
from simlab.report.contents import Client

LOGO_KINDS = (".png", ".jpg", ".jpeg")
LARGEST_LOGO = 2 * 2**20
"""Bytes of a logo's file at most."""
LONGEST_NAME = 120
"""Characters of a client's name at most."""
_MOST_PIXELS = 20_000_000
_KEPT_WITHIN = (960, 320)
"""Pixels: three times the size in which a report shows a logo, for paper."""
_FILE = "client.json"


def client_of(lab: Lab) -> Client:
    """The client of the lab's reports; without a name and a logo where none was given."""
    kept = read_json(lab, _FILE)
    return Client(**kept) if isinstance(kept, dict) else Client()


def set_client(lab: Lab, *, name: str | None = None, logo: bytes | None = None) -> Client:
    """Keep a client's `name` or `logo` (the content of a PNG or JPEG file) in the lab; what is
    None stays as it is, what is empty is taken away.

    The logo is drawn anew from its pixels, so that nothing else that the file held is kept.
    LabErrors ``client_name``, ``logo_large`` and ``logo_unreadable``; nothing is then changed.
    """
    said = None if name is None else " ".join(name.split())
    if said is not None and (len(said) > LONGEST_NAME or not said.isprintable()):
        raise LabError("client_name", most=LONGEST_NAME)
    drawn = None if logo is None else _redrawn(logo) if logo else ""
    with lab.writing():
        before = client_of(lab)
        client = Client(before.name if said is None else said,
                        before.logo if drawn is None else drawn)
        lab.write_json(_FILE, {"name": client.name, "logo": client.logo})
    return client


def read_logo(path: Path) -> bytes:
    """The content of a logo's file; LabErrors ``logo_large`` and ``file_unreadable``."""
    try:
        if path.stat().st_size > LARGEST_LOGO:
            raise LabError("logo_large", most=LARGEST_LOGO // 2**20)
        return path.read_bytes()
    except OSError as error:
        raise LabError("logo_missing", path=path, why=error.strerror or error) from None


def _redrawn(content: bytes) -> str:
    """The picture as a PNG of our own making, as a data URI."""
    if len(content) > LARGEST_LOGO:
        raise LabError("logo_large", most=LARGEST_LOGO // 2**20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of pictures that unpack to too much
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise LabError("logo_unreadable")
                drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning,
            Image.DecompressionBombError):
        raise LabError("logo_unreadable") from None
    drawn.thumbnail(_KEPT_WITHIN)
    kept = io.BytesIO()
    drawn.save(kept, "PNG")
    return "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode("ascii")
