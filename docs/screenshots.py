"""Pictures of every page of a lab, in both languages: python docs/screenshots.py LAB [DIR]

Needs Chromium (SIMLAB_CHROMIUM, or `chromium` on the path). A lab made by `simlab demo` and looked
at ahead (`simlab outlook`, `simlab incentives`, `simlab courses`, `simlab talent`,
`simlab support`) shows most.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.choices import cookie
from simlab.ui.pages import PAGES

DESK, PHONE = {"width": 1200, "height": 860}, {"width": 390, "height": 844}
QUALITY = 72
"""Of JPEG, in percent: letters stay sharp, and a picture takes about eighty kilobytes."""


def take(lab: Lab, folder: Path, *, phone: bool = False) -> list[Path]:
    """A picture a page and language: ``<page>-<lang>.jpg``, with `phone` also
    ``<page>-<lang>-phone.jpg``."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create(lab, Runner(lab)).server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    browser = os.environ.get("SIMLAB_CHROMIUM") or shutil.which("chromium")
    taken = []
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for lang in ("en", "zh"):
            for view, size in (("", DESK), *([("-phone", PHONE)] if phone else [])):
                context = opened.new_context(viewport=size)
                context.add_cookies([
                    {"name": cookie(name), "value": value, "url": address}
                    for name, value in (("lang", lang), ("tour", "off"))])
                page = context.new_page()
                for each in PAGES:
                    page.goto(address + each.name, wait_until="networkidle")
                    page.get_by_role("heading", level=1).wait_for()
                    taken.append(folder / f"{each.name}-{lang}{view}.jpg")
                    page.screenshot(path=str(taken[-1]), type="jpeg", quality=QUALITY)
                context.close()
    server.shutdown()
    return taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lab", type=Path)
    parser.add_argument("folder", nargs="?", type=Path,
                        default=Path(__file__).resolve().parent / "images")
    parser.add_argument("--phone", action="store_true")
    given = parser.parse_args()
    for made in take(Lab.open(given.lab), given.folder, phone=given.phone):
        print(made)
