"""Is the report printed whole: figures drawn and not cut, Chinese letters, client and pages?"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from simlab.errors import Cancelled, LabError
from simlab.progress import Progress
from simlab.report import pdf
from simlab.report.contents import Client
from simlab.report.page import render
from tests.report.test_page import contents


@pytest.fixture(scope="module")
def paper() -> Any:
    try:
        pdf.browser()
    except LabError as missing:
        if os.environ.get("SIMLAB_REQUIRE_BROWSER") == "1":
            raise
        pytest.skip(str(missing))
    import pypdfium2

    shown = contents(client=Client('天安<保险> "A"; }'))
    return pypdfium2.PdfDocument(pdf.printed(render(shown, "zh", paper=True)))


@pytest.mark.browser
@pytest.mark.slow
def test_every_sheet_names_the_client_and_its_number(paper: Any) -> None:
    for place, page in enumerate(paper, start=1):
        said = page.get_textpage().get_text_bounded()
        assert '天安<保险> "A"; }' in said
        assert f"{place} / {len(paper)}" in said
        assert [round(side) for side in page.get_size()] == [595, 842]


@pytest.mark.browser
@pytest.mark.slow
def test_chinese_is_letters_and_not_boxes(paper: Any) -> None:
    said = "".join(page.get_textpage().get_text_bounded() for page in paper)
    assert "哪个方案能留住人？" in said
    assert "\ufffd" not in said


@pytest.mark.browser
@pytest.mark.slow
def test_figures_are_drawn_and_end_before_the_margin(paper: Any) -> None:
    drawn = 0
    for page in paper:
        picture = page.render(scale=1, grayscale=True).to_numpy()
        assert (picture[:, -40:] > 250).all(), "something runs into the right margin"
        drawn += int(((picture > 190) & (picture < 235)).sum())  # bands, in grey
    assert drawn > 20_000


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pdf.CHROMIUM, "/no/such/browser")
    with pytest.raises(LabError, match="apt install chromium") as caught:
        pdf.printed("<p>")
    assert caught.value.code == "no_browser"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program instead of the browser, and a folder of its own for what is temporary."""
    program = tmp_path / "browser"
    monkeypatch.setenv(pdf.CHROMIUM, str(program))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return program


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_browser_that_fails_is_quoted_and_leaves_nothing(stand_in: Path) -> None:
    write(stand_in, "echo first; echo no display >&2; exit 1")
    with pytest.raises(LabError, match="no display"):
        pdf.printed("<p>")
    assert list((stand_in.parent / "temporary").iterdir()) == []


def test_a_browser_that_hangs_is_ended_with_all_it_started(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "LONGEST", 0.3)
    write(stand_in, f"sleep 60 & echo $! > {stand_in.parent}/child; wait")
    with pytest.raises(LabError, match="0 s"):
        pdf.printed("<p>")
    child = int((stand_in.parent / "child").read_text())
    until = time.monotonic() + 5
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(child)


def test_printing_can_be_cancelled(stand_in: Path) -> None:
    write(stand_in, "sleep 60")
    progress = Progress()
    threading.Timer(0.3, progress.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        pdf.printed("<p>", progress)
    assert time.monotonic() - began < 5


def _lives(process: int) -> bool:
    """Whether it runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
