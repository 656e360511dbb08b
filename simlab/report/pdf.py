"""A page as a PDF: printed by the Chromium that the system has, without a network.

The page is the report's own (`simlab.report.page`, for paper): it brings all that it needs, its
content security policy lets it load nothing, and the browser is given no way out either.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from simlab.errors import LabError
from simlab.progress import Progress

CHROMIUM = "SIMLAB_CHROMIUM"
"""Environment variable that names the browser's program."""
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
            "msedge")
"""Looked for where none is named; all are Chromium."""
LONGEST = 120.0
"""Seconds that printing may take."""
_DRAWN = 20_000
"""Milliseconds of the page's own clock until it counts as drawn; the clock stands still while the
page is busy, so that nothing is printed half drawn, and jumps while it is idle."""
_LOOK = 0.1
_FLAGS = (
    "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
    "--no-default-browser-check", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-dev-shm-usage",
    "--disable-breakpad", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
    "--no-pdf-header-footer", "--window-size=1000,1400", f"--virtual-time-budget={_DRAWN}",
)


def browser() -> str:
    """The program that prints; LabError ``no_browser``."""
    named = os.environ.get(CHROMIUM)
    found = (shutil.which(named) if named else
             next((path for name in PROGRAMS if (path := shutil.which(name))), None))
    if found is None:
        raise LabError("no_browser", variable=CHROMIUM, named=named or "-")
    return found


def printed(page: str, progress: Progress | None = None) -> bytes:
    """`page` (a whole HTML text of ours) as a PDF. LabErrors ``no_browser`` and ``not_printed``
    (with what the browser said last); Cancelled where `progress` was told so. The browser's
    profile lasts as long as the printing."""
    program, progress = browser(), progress or Progress()
    with tempfile.TemporaryDirectory(prefix="simlab-print-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "page.html").write_text(page, encoding="utf-8")
        target, said = folder / "page.pdf", folder / "said"
        command = [program, *_FLAGS, *_as_root(), f"--user-data-dir={folder / 'profile'}",
                   f"--print-to-pdf={target}", (folder / "page.html").as_uri()]
        with said.open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                start_new_session=True, env={**os.environ, "HOME": name, "TMPDIR": name})
            try:
                _wait(process, progress)
            finally:
                _end(process)
        content = target.read_bytes() if target.exists() else b""
        if not content.startswith(b"%PDF"):
            last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise LabError("not_printed", program=program, why=last[-1] if last else "-")
    return content


def _as_root() -> tuple[str, ...]:
    """Chromium's sandbox refuses to work as root, as in a container. What is printed is our own."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> None:
    until = time.monotonic() + LONGEST
    while process.poll() is None:
        progress.check()
        if time.monotonic() > until:
            raise LabError("not_printed", program=process.args[0],  # type: ignore[index]
                           why=f"> {LONGEST:.0f} s")
        time.sleep(_LOOK)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The browser and what it started: all of it is in one session of its own."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
