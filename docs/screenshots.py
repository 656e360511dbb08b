"""Pictures of every page of a lab, in both languages: python docs/screenshots.py LAB [DIR]

Needs Chromium (SIMLAB_CHROMIUM, or `chromium` on the path). A lab made by `simlab demo` and looked
at ahead (`simlab outlook`, `simlab incentives`, `simlab courses`, `simlab talent`,
`simlab support`) shows most.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.choices import cookie
from simlab.ui.pages import PAGES

VIEWS = {"": {"width": 1440, "height": 1180}, "-phone": {"width": 390, "height": 844}}


def take(lab: Lab, folder: Path) -> list[Path]:
    """A picture a page, language and width: ``<page>-<lang>[-phone].png``."""
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
            for view, size in VIEWS.items():
                context = opened.new_context(viewport=size)
                context.add_cookies([{"name": cookie("lang"), "value": lang, "url": address}])
                page = context.new_page()
                for each in PAGES:
                    page.goto(address + each.name, wait_until="networkidle")
                    page.get_by_role("heading", level=1).wait_for()
                    taken.append(folder / f"{each.name}-{lang}{view}.png")
                    page.screenshot(path=str(taken[-1]))
                context.close()
    server.shutdown()
    return taken


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    here = Path(__file__).resolve().parent / "images"
    for path in take(Lab.open(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else here):
        print(path)
