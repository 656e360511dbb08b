"""Is a report written in the form asked for, for the client, and known to be out of date?"""

from __future__ import annotations

import base64
import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

import scenarios
from simlab.errors import LabError
from simlab.jobs import reporting
from simlab.jobs.clients import LARGEST_LOGO, client_of, set_client
from simlab.jobs.demo import sample_lab
from simlab.jobs.reporting import report
from simlab.jobs.setting import inputs
from simlab.jobs.standing import status
from simlab.lab import Lab
from tests.report.test_page import comparison

STORED = "comparisons/sales_transition.json"


@pytest.fixture
def compared(tmp_path: Path) -> Lab:
    """The sample firm with a comparison such as `simlab compare` keeps."""
    return keep_comparison(sample_lab(tmp_path / "sample")[0])


def keep_comparison(lab: Lab) -> Lab:
    study = scenarios.load("sales_transition")
    lab.write_json(STORED, {
        "scenario": study.name, "source": study.name, "title": study.title,
        "question": study.question, "titles": {}, "calibrated": False, "check": None,
        "made": "2026-01-31T12:00:00+00:00", "inputs": inputs(lab, study),
        "options": {"policies": ["now", "plan", "more"], "draws": 80},
        "comparison": comparison()})
    return lab


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 300)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "#1f5fa8").save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_name_and_logo_are_on_the_page(lab: Lab, kind: str) -> None:
    set_client(lab, name=" Acme  <b>& Co ", logo=picture(kind))
    page = report(lab, "en").read_text()
    assert "Acme &lt;b&gt;&amp; Co" in page
    assert f'<img src="{client_of(lab).logo}"' in page
    set_client(lab, logo=b"")
    assert client_of(lab).name == "Acme <b>& Co"
    assert "<img" not in report(lab, "en").read_text().rpartition("</script>")[0][-20_000:]


def test_what_else_a_logos_file_holds_is_not_kept(lab: Lab) -> None:
    set_client(lab, logo=picture() + b"<script>alert(1)</script>")
    held = client_of(lab).logo
    assert held.startswith("data:image/png;base64,")
    content = base64.b64decode(held.partition(",")[2])
    assert b"script" not in content
    with Image.open(io.BytesIO(content)) as drawn:
        assert drawn.size == (960, 240)


def bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return (b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header
            + zlib.crc32(header).to_bytes(4, "big"))


@pytest.mark.parametrize(("content", "code"), [
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "logo_unreadable"),
    (b"GIF89a", "logo_unreadable"), (b"\x89PNG\r\n\x1a\n", "logo_unreadable"),
    (picture()[:200], "logo_unreadable"), (bomb(), "logo_unreadable"),
    (b"\x00" * (LARGEST_LOGO + 1), "logo_large"),
])
def test_what_is_no_picture_is_refused_and_nothing_changes(
    lab: Lab, content: bytes, code: str
) -> None:
    before = set_client(lab, name="Acme", logo=picture())
    with pytest.raises(LabError) as caught:
        set_client(lab, name="Other", logo=content)
    assert caught.value.code == code
    assert client_of(lab) == before


@pytest.mark.parametrize("name", ["x" * 121, "a\x00b", "a\u202eb"])
def test_a_name_that_cannot_be_printed_is_refused(lab: Lab, name: str) -> None:
    with pytest.raises(LabError, match="client"):
        set_client(lab, name=name)


def test_a_report_is_known_and_goes_out_of_date(compared: Lab) -> None:
    set_client(compared, name="Acme")
    report(compared, "zh", scenario="sales_transition", file_format="xlsx")
    (item,) = [each for each in status(compared).items if each.kind == "report"]
    assert item.name == "report-sales_transition-zh.xlsx"
    assert item.facts["client"] == "Acme"
    assert item.facts["rests"]["comparison"]["name"] == "sales_transition"
    assert item.stale == ()

    again = compared.read_json(STORED)
    compared.write_json(STORED, {**again, "made": "2030-01-01"})
    (item,) = [each for each in status(compared).items if each.kind == "report"]
    assert item.stale == ("results",)

    report(compared, "zh", scenario="sales_transition", file_format="xlsx")
    compared.write_json(STORED, {
        **again, "made": "2030-01-01", "inputs": {**again["inputs"], "data": "other"}})
    (item,) = [each for each in status(compared).items if each.kind == "report"]
    assert item.stale == ("data",)
    assert "Out of date" in report(compared, "en").read_text()


def test_a_workbook_made_twice_is_the_same(compared: Lab, tmp_path: Path) -> None:
    first, second = (report(compared, "en", file_format="xlsx", out=tmp_path / name).read_bytes()
                     for name in ("a", "b"))
    assert first == second


def test_a_paper_that_cannot_be_printed_leaves_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMLAB_CHROMIUM", "/no/such/browser")
    with pytest.raises(LabError, match="SIMLAB_CHROMIUM"):
        report(lab, "en", file_format="pdf")
    assert not (lab.path / "reports").exists()


def test_a_language_that_there_is_not_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="'fr'"):
        report(lab, "fr")


def test_every_format_can_be_asked_of_a_job() -> None:
    from simlab.jobs.kinds import KINDS

    for each in reporting.FORMATS:
        asked = {"lang": "en", "file_format": each}
        assert KINDS["report"].checked("report", asked) == asked
