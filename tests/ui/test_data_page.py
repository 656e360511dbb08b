"""Can a reader send files, see what they would change, import them, and take that back?"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from simlab.background import JobTable
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs import uploads
from simlab.jobs.answering import answers
from simlab.jobs.outlook import outlook
from simlab.jobs.runner import Runner
from simlab.jobs.stored import stored_answers
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.pages.data.answers import VERDICTS, answered
from simlab.ui.pages.data.callbacks import decoded
from simlab.ui.pages.data.history import history
from simlab.ui.visit import visit as visit_of
from tests.ui.test_pages import fits, foreign

Visit = Callable[..., Any]
SAMPLE = sorted(str(f) for f in (resources.files("scenarios") / "sample_firm").iterdir()
                if f.name.endswith(".csv"))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_take_back_preview_and_import(visit: Visit, lab: Lab, lang: str, view: str) -> None:
    page = visit(lang, view, "data")
    page.locator("#data-score", has_text="%").wait_for()
    # Asked first: what goes, by table; kept unless it is said again.
    ask = page.locator("#data-roll-back-ask")
    dialog = page.get_by_role("dialog")
    ask.click()
    dialog.get_by_role("cell", name="3,258").first.wait_for()
    dialog.get_by_text(text("page.data.nothing_stale", lang)).wait_for()
    dialog.get_by_role("button", name=text("page.data.keep_import", lang), exact=True).last.click()
    dialog.wait_for(state="hidden")
    assert JobTable(lab).jobs(None) == []
    ask.click()
    dialog.get_by_role("button", name=text("page.data.roll_back", lang, batch=1)).click()
    page.get_by_text(text("page.data.none_title", lang)).wait_for()

    with page.expect_file_chooser() as chooser:
        page.get_by_text(text("page.data.drop", lang)).click()
    chooser.value.set_files(SAMPLE)
    preview = page.locator("#data-preview")
    preview.get_by_role("cell", name="3,258").first.wait_for()
    page.get_by_text(text("page.data.none_title", lang)).wait_for()  # nothing written yet
    page.get_by_role("button", name=text("page.data.import_now", lang), exact=True).click()
    page.locator("#data-score", has_text="%").wait_for()
    page.get_by_text(text("page.data.no_files", lang)).wait_for()
    assert not list((lab.path / "uploads").rglob("*.csv"))
    # Each click started its own job and nothing else did: buttons drawn anew are no clicks.
    assert [job.kind for job in JobTable(lab).jobs(None)] == ["import", "import", "roll_back"]
    assert fits(page)
    assert foreign(page, lang) == []


@pytest.mark.browser
@pytest.mark.slow
def test_bad_files_are_told_and_change_nothing(visit: Visit, lab: Lab, tmp_path: Path) -> None:
    page = visit("zh", "desktop", "data")
    limit = page.locator("#data-limit.lab-refused")
    page.locator("#data-score").wait_for()
    assert limit.count() == 0
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    page.locator(".lab-drop input").set_input_files(str(tmp_path / "picture.png"))
    limit.wait_for()
    (tmp_path / "people.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    page.locator(".lab-drop input").set_input_files(str(tmp_path / "people.csv"))
    page.locator(".lab-job .mantine-Alert-root").wait_for()
    assert limit.count() == 0
    page.locator("#data-score", has_text="%").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_files_of_another_tab_are_not_imported_by_this_one(
    visit: Visit, lab: Lab, tmp_path: Path
) -> None:
    page = visit("en", "desktop", "data")
    page.locator(".lab-drop input").set_input_files(SAMPLE)
    page.locator("#data-preview").get_by_role("cell").first.wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    (tmp_path / "people.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    other.locator(".lab-drop input").set_input_files(str(tmp_path / "people.csv"))
    other.locator("#data-files", has_text="people.csv").wait_for()

    page.get_by_role("button", name=text("page.data.import_now", "en"), exact=True).click()
    page.get_by_text(LabError("upload_other", files="people.csv").explain("en")).wait_for()
    assert [job.kind for job in JobTable(lab).jobs(None)] == ["import", "import"]  # both looked


def test_what_grows_stale_is_told_before_a_roll_back(lab: Lab) -> None:
    outlook(lab, months=2, draws=4, replicates=2)
    answers(lab, draws=20, replicates=2, months=1)
    with create(lab, Runner(lab)).server.test_request_context("/data"):
        seen = visit_of()
        made = text("cli.comma", "en").join(
            text("page.data.made", "en", kind=text(f"cli.kind.{kind}", "en"), count=1)
            for kind in ("outlook", "answers"))
        shown = shown_as(history(seen))
        assert text("page.data.grow_stale", "en", made=made) in shown
        tree = dict(stored_answers(lab) or {})
        lab.write_json("answers/grid.json", tree | {"inputs": tree["inputs"] | {"data": "old"}})
        assert text("page.data.made", "en", kind=text("cli.kind.answers", "en"), count=1) not in (
            shown_as(history(seen)))  # out of date already


def test_the_grid_puts_every_question_under_its_verdict(lab: Lab) -> None:
    answers(lab, draws=20, replicates=2, months=1)
    with create(lab, Runner(lab)).server.test_request_context("/data"):
        tree = json.loads(shown_as(answered(visit_of())))
    rows: list[list[Any]] = []

    def look(each: Any) -> None:
        if isinstance(each, list):
            for part in each:
                look(part)
        elif isinstance(each, dict):
            if each["type"] == "TableTr":
                rows.append([cell["props"]["children"] for cell in each["props"]["children"]])
            look(each["props"].get("children"))

    look(tree)
    found = stored_answers(lab)
    assert found is not None
    assert len(rows) == 1 + len(found["answers"])
    for row, answer in zip(rows[1:], found["answers"], strict=True):
        marks = [bool(cell) for cell in row[1:5]]
        assert marks == [answer["verdict"] == verdict for verdict in VERDICTS]
        assert row[0][0]["props"]["children"] == text(
            f"grid.question.{answer['question']}", "en")


def shown_as(component: Any) -> str:
    return json.dumps(component, default=lambda e: e.to_plotly_json(), ensure_ascii=False)


def sent(content: bytes) -> str:
    import base64

    return "data:text/csv;base64," + base64.b64encode(content).decode()


def test_a_name_cannot_lead_out_of_the_lab(tmp_path: Path) -> None:
    lab = Lab.create(tmp_path / "lab")
    names = ["../../etc/passwd.csv", "C:\\x\\员工 表.csv"]
    files = decoded(names, [sent(b"a"), sent(b"b")])
    assert uploads.keep(lab, "me", files) == ["passwd.csv", "员工_表.csv"]
    assert {path.parent for path in uploads.kept(lab, "me")} == {uploads.folder(lab, "me")}
    assert uploads.kept(lab, "another") == []
    assert not (tmp_path / "etc").exists()


def test_what_cannot_be_kept_replaces_nothing(tmp_path: Path) -> None:
    lab = Lab.create(tmp_path / "lab")
    uploads.keep(lab, "me", decoded(["good.csv"], [sent(b"a")]))
    for name, content, code in (("x.exe", sent(b"a"), "upload_kind"),
                                ("x.csv", "data:;base64,%%%", "upload_unreadable")):
        with pytest.raises(LabError) as told:
            uploads.keep(lab, "me", decoded(["first.csv", name], [sent(b"b"), content]))
        assert told.value.code == code
        assert [path.name for path in uploads.kept(lab, "me")] == ["good.csv"]
    uploads.forget(lab, "me")
    assert uploads.kept(lab, "me") == []
