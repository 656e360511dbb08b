"""Can a past change be written down on the page, replayed, and read?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import scenarios
from scenarios import load_event
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.demo import sample_lab
from simlab.jobs.events import backtest
from simlab.jobs.own_events import keep_event, latest_written, read_event, write_event
from simlab.jobs.saving import named, save_policy
from simlab.lab import Lab
from simlab.policy import differing, with_fields
from simlab.report import event
from simlab.ui.pages.calibration import replay
from tests.ui.test_calibration_page import visiting

Visitor = Callable[..., Any]
HOME = {"title": "Two days at home", "date": "2025-07", "before": "before_transition",
        "after": "at_home", "others": [("2025-09", "New sales software")]}


def said(key: str, lang: str = "en", **values: Any) -> str:
    return text(f"page.calibration.replay.{key}", lang, **values)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The sample firm, with a policy of its own."""
    lab = sample_lab(tmp_path_factory.mktemp("replay") / "lab")[0]
    home = with_fields(scenarios.policy("before_transition"), {"conditions.remote_days": 2})
    save_policy(lab, named(home, "at_home", {"en": "At home", "zh": "居家"}))
    return lab


def test_what_the_form_holds_is_an_event_that_the_command_reads(firm: Lab, tmp_path: Path) -> None:
    written = write_event(firm, **HOME, units=["N"], left_out=["S"], months=4)
    file = tmp_path / "event.yaml"
    file.write_text(written, encoding="utf-8")
    found = load_event(file)
    assert found == read_event(written)
    assert (found.name, found.month) == ("change_2025_07", 2025 * 12 + 6)
    assert (found.units, found.left_out, found.months) == (("N",), ("S",), 4)
    assert found.others == ((2025 * 12 + 8, dict.fromkeys(("en", "zh"), "New sales software")),)
    assert differing(found.before, found.after) == {"conditions.remote_days"}


def test_nobody_can_have_a_file_of_the_server_read(firm: Lab, tmp_path: Path) -> None:
    other = tmp_path / "secret.yaml"
    other.write_text("name: secret\n", encoding="utf-8")
    with pytest.raises(LabError) as refused:
        write_event(firm, **HOME | {"after": str(other)})
    assert refused.value.code == "not_offered"
    tree = yaml.safe_load(write_event(firm, **HOME)) | {"before": str(other)}
    with pytest.raises(LabError) as refused:
        keep_event(firm, yaml.safe_dump(tree))
    assert refused.value.code == "not_offered"
    assert latest_written(firm) == ""


@pytest.mark.parametrize(("written", "code"), [
    ("", "event_keys"), ("[1, 2]", "event_keys"), ("name: [", "not_yaml"),
    ("name: x", "event_invalid"),
    ("{name: x, title: {en: x, zh: x}, date: 2025-07, before: move_only, after: move_only}",
     "event_changes_nothing")])
def test_what_is_no_event_is_refused_and_not_kept(firm: Lab, written: str, code: str) -> None:
    with pytest.raises(LabError) as refused:
        keep_event(firm, written)
    assert refused.value.code == code
    assert latest_written(firm) == ""


def test_a_form_is_read_when_it_says_what_when_and_how() -> None:
    filled = ["x", "2025-07", "a", "b", [], None, "", " 2025-09  New software \n\n"]
    assert replay.asked(filled) == {
        "title": "x", "date": "2025-07", "before": "a", "after": "b", "units": (), "left_out": (),
        "months": None, "others": [("2025-09", "New software")]}
    assert replay.asked([*filled[:3], None, *filled[4:]]) is None
    with pytest.raises(LabError) as refused:
        replay.asked([*filled[:-1], "in September new software"])
    assert refused.value.code == "event_other"


def test_a_replayed_change_is_told_with_what_cannot_be_told_apart(firm: Lab) -> None:
    with visiting(firm) as seen:
        assert "lab-no-data" in sent(replay.result(seen))
        written = write_event(firm, **HOME)
        done = backtest(firm, keep_event(firm, written), simulations=300, draws=8, replicates=2)
        tree = json.loads(json.dumps(done.to_json()))
        shown = sent(replay.result(seen))
        for line in (*event.sentences(tree["groups"][0], "en"), *event.beside(tree, "en")[0]):
            assert line in shown
        assert "New sales software" in shown
        assert '"calibration-replay-changed"' in shown
        assert '"calibration-replay-others"' not in shown  # it was made for everybody
        assert "lab-stale" not in shown
        assert sum(row["observed"] for row in tree["groups"][0]["months"]) == (
            tree["groups"][0]["total"]["observed"])
        # The form opens with what was replayed.
        assert json.dumps(written, ensure_ascii=False)[1:-1] in sent(
            replay.section(seen, None))
        firm.write_json("events/change_2025_07/event.json", tree | {
            "inputs": tree["inputs"] | {"data": "other"}})
        assert text("cli.stale", "en", causes=text("cli.cause.data", "en")) in sent(
            replay.result(seen))


def sent(component: Any) -> str:
    return json.dumps(component, default=lambda e: e.to_plotly_json(), ensure_ascii=False)


@pytest.mark.browser
@pytest.mark.slow
def test_write_a_change_down_and_try_it(visit: Visitor, lab: Lab, tmp_path: Path) -> None:
    page = visit("en", "desktop", "calibration")
    page.locator("#calibration-replay-title").fill("Pay bridge")
    page.locator("#calibration-replay-date").click()
    page.get_by_role("option", name="Jul 2025", exact=True).click()
    page.locator("#calibration-replay-after").click()
    page.get_by_role("option", name=scenarios.policy("pay_bridge").title["en"], exact=True).click()
    page.locator("#calibration-replay-others").fill("whenever")
    page.get_by_text(text("error.event_other", "en", line="whenever")).wait_for()
    page.locator("#calibration-replay-others").fill("")
    area = page.locator("#calibration-replay-yaml")
    page.wait_for_timeout(600)
    assert read_event(area.input_value()).after == scenarios.policy("pay_bridge")
    with page.expect_download() as coming:
        page.get_by_role("button", name=said("download"), exact=True).click()
    assert coming.value.path().read_text(encoding="utf-8") == area.input_value()

    # One that begins too early is refused by the job; what was written stays.
    early = area.input_value().replace("2025-07", "2024-03")
    (tmp_path / "early.yaml").write_text(early, encoding="utf-8")
    page.locator("label:has(#calibration-replay-upload) input").set_input_files(
        str(tmp_path / "early.yaml"))
    page.wait_for_timeout(600)
    assert area.input_value() == early
    page.get_by_role("button", name=said("run"), exact=True).click()
    page.get_by_text("months of record lie before the change").wait_for()
    assert latest_written(lab) == early
    assert area.input_value() == early
