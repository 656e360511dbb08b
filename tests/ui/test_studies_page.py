"""Do the studies answer what drives the result, and may each answer be had again?"""

from __future__ import annotations

import json
import shlex
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simlab.cli import app
from simlab.decide.intervals import Interval
from simlab.decide.screening import Screened
from simlab.decide.sensitivity_answers import Emulated, OnePolicy, Sensitivity, Swing, Valued
from simlab.decide.sobol import Index
from simlab.decide.switching import BreakEven
from simlab.decide.switching import Threshold as Turn
from simlab.decide.value_of_information import Known
from simlab.errors import Cancelled, LabError
from simlab.i18n import text
from simlab.jobs import study_plan
from simlab.jobs.batching import batch as run_batch
from simlab.jobs.batching import study_state
from simlab.jobs.own_studies import save_study
from simlab.jobs.sensitivity import Studied
from simlab.jobs.stored import latest_stress
from simlab.lab import Lab
from simlab.parameters import REGISTRY
from simlab.progress import Progress
from simlab.report import wording
from simlab.ui import create
from simlab.ui.pages.studies import layout
from simlab.ui.visit import Visit, visit

Visitor = Callable[..., Any]
R2 = Interval(0.31, 0.14, 0.42)
MINE = """\
name: mine
title: {en: Mine, zh: 我的研究}
scenario: sales_transition
design: factorial
factors:
  training.coaching: {choices: [0, 1]}
months: 2
draws: 2
outcomes: [regretted, cost]
by: total
"""


def said(key: str, lang: str = "en", **values: Any) -> str:
    return text(f"page.studies.{key}", lang, **values)


def study(*indices: Index) -> dict[str, Any]:
    """A small study as a lab keeps it, with these indices; none = the emulator was refused."""
    one = OnePolicy(
        "train_and_help", Interval(-3.0, -5.0, -1.0), 0.95,
        screen=(Screened("exit_level", -2.0, Interval(2.0, 1.0, 3.0), 0.5, 0.2),
                Screened("size_level", 1.0, Interval(1.0, 0.5, 1.5), 0.2, 0.2)),
        emulator=Emulated("polynomial", R2, 200, Interval(0.9, 0.8, 1.0), indices),
        tornado=(Swing("exit_level", False, 0.1, 0.3, *(Interval(-k, -k - 1, 1 - k)
                                                       for k in (4.0, 2.0, 2.0))),
                 Swing("market", True, -0.2, 0.2, *(Interval(-k, -k - 1, 1 - k)
                                                    for k in (3.5, 2.5, 1.0)))),
        thresholds=(Turn("exit_level", None, True, 0.1, 0.3, 0.9, 0.99),),
        break_even=(BreakEven("training.fee", 150.0, Interval(90.0, 10.0, 400.0), 0.4),),
        per_person=None)
    known = Known("exit_level", ("exit_level",), Interval(20_000.0, 0.0, 50_000.0), 0.1)
    found = Sensitivity(
        "move_only", "regretted", 200, 4, 4, "net_value", Valued(0.3), 0.7, (one,),
        "train_and_help", Interval(60_000.0, 9_000.0, 90_000.0), (known,), (known,), None)
    options = {"draws": 200, "seed": 1, "prior": "registry", "totals": None, "people": 137,
               "people_from": "records", "replicates": 4, "months": 24, "trajectories": 4,
               "policies": ["move_only", "train_and_help"], "baseline": "move_only",
               "outcome": "regretted", "margin": 0.3, "value": None}
    both = {name: {"en": name, "zh": name} for name in options["policies"]}
    return {"scenario": "sales_transition", "source": "sales_transition",
            "title": {"en": "x", "zh": "x"}, "question": {"en": "x", "zh": "x"},
            "calibrated": False, "check": {}, "made": "2026-01-01", "inputs": {},
            **Studied({}, found, both, {"exit_level": "pilot"}, {
                p.name: {"en": p.en, "zh": p.zh} for p in REGISTRY},
                {p.name: p.unit for p in REGISTRY}, options).to_json()}


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab with a study whose emulator was refused."""
    lab = Lab.create(tmp_path_factory.mktemp("studied") / "lab")
    lab.write_json("sensitivity/sales_transition.json", study())
    return lab


@pytest.fixture
def seen(studied: Lab) -> Iterator[Callable[..., Visit]]:
    """A visit to the lab with a study, without a browser."""
    server = create(studied).server
    with server.test_request_context("/studies"):
        yield lambda **query: visit(query)


def shown(component: Any) -> dict[str, Any]:
    """Id -> component as it is sent, of all that have one of their own."""
    found: dict[str, Any] = {}

    def look(tree: Any) -> None:
        if isinstance(tree, list):
            for each in tree:
                look(each)
        elif isinstance(tree, dict):
            name = tree.get("props", {}).get("id")
            if isinstance(name, str):
                found[name] = tree
            look(tree.get("props", {}).get("children"))

    look(json.loads(json.dumps(component, default=lambda each: each.to_plotly_json())))
    return found


def test_a_study_whose_emulator_is_poor_shows_no_share_and_says_why(
    seen: Callable[..., Visit]
) -> None:
    found = shown(layout.page(seen(part="sensitivity")))
    assert "studies-sobol" not in found
    number = json.dumps(found["studies-top"], ensure_ascii=False)
    assert said("sensitivity.refused") in number
    assert wording.interval(asdict(R2), "en") in number
    assert {"studies-no-sobol", "studies-screen", "studies-tornado", "studies-turning",
            "studies-evidence"} <= set(found)


def test_the_one_number_is_the_largest_first_index(seen: Callable[..., Visit]) -> None:
    share, all_of = Interval(0.41, 0.3, 0.52), Interval(0.8, 0.7, 0.9)
    tree = study(Index("exit_level", Interval(0.1, 0.0, 0.2), all_of),
                 Index("size_level", share, share))
    found = shown(layout.ASKED["sensitivity"].view(seen(), tree))
    assert "studies-no-sobol" not in found
    number = json.dumps(found["studies-top"], ensure_ascii=False)
    assert '"41.0"' in number
    assert tree["labels"]["size_level"]["en"] in number
    assert text("ui.range", "en", lower="30.0", upper="52.0") in number


def test_each_part_has_an_address_and_an_unknown_one_says_so(
    seen: Callable[..., Visit]
) -> None:
    for part in layout.ASKED:
        sent = json.dumps(layout.page(seen(part=part)), default=lambda e: e.to_plotly_json())
        assert sent.count('"part": "answer"') == 1
        assert f'"studies": "{part}"' in sent
    wrong = json.dumps(layout.page(seen(part="../etc")), default=lambda e: e.to_plotly_json())
    assert "lab-failed" in wrong
    assert "../etc" in wrong


@pytest.mark.browser
@pytest.mark.slow
def test_stress_read_and_get_it_again(
    visit: Visitor, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lang = "zh"
    monkeypatch.setitem(layout.ASKED["stress"].efforts, "quick",
                        {"futures": 20, "draws": 2, "replicates": 2})
    page = visit(lang, "phone", "studies?part=stress&scenario=sales_transition")
    page.get_by_text(said("stress.empty_title", lang)).wait_for()
    page.get_by_label(said("stress.thresholds", lang), exact=True).fill("regretted<=20")
    page.get_by_role("button", name=said("stress.run", lang), exact=True).click()
    page.locator("#studies-losses .hm").first.wait_for()
    tree = latest_stress(lab)
    assert tree is not None
    assert tree["stress"]["thresholds"] == [{"outcome": "regretted", "at_most": 20.0}]

    # P(loss) of the policy that loses least on average.
    least = min(tree["stress"]["losses"], key=lambda loss: loss["expected"]["mean"])
    p_loss = wording.number(100 * (1 - least["best"]["mean"]), lang)
    assert page.locator("#studies-p-loss .lab-big").inner_text() == p_loss
    assert page.locator("#studies-standing tbody tr").count() == len(tree["stress"]["policies"])
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    # The line on the page gives the same figures.
    page.get_by_text(said("again_by.command", lang)).click()
    command = page.locator("pre[lang=x-command]").inner_text()
    ran = CliRunner().invoke(app, [*shlex.split(command)[1:], "--json"])
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout)["stress"]["loss"] == tree["stress"]["loss"]


def test_fewer_than_two_policies_are_refused_before_any_work(studied: Lab) -> None:
    with pytest.raises(LabError, match="two policies"):
        layout.ASKED["stress"].arguments("sales_transition", {
            "policies": ["move_only"], "outcome": "regretted", "effort": "quick",
            "uncertainties": [], "thresholds": ""})


def test_a_study_that_was_stopped_says_so_and_how_to_go_on(
    studied: Lab, seen: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_plan, "LEAST_PERSON_MONTHS", 500)
    monkeypatch.setattr(study_plan, "CHUNK_PERSON_MONTHS", 5_000)
    progress = Progress(lambda stage, done, total: progress.cancel() if (
        stage == "study" and done) else None)
    save_study(studied, MINE)
    with pytest.raises(Cancelled):
        run_batch(studied, "mine", threads=1, progress=progress)
    found = shown(layout.page(seen(part="batch", study="mine")))
    listed = json.dumps(found["studies-list"], ensure_ascii=False)
    assert said("batch.state.part") in listed
    assert said("batch.state.none") in listed
    assert "studies-summary" not in found

    run_batch(studied, "mine")
    found = shown(layout.page(seen(part="batch", study="mine")))
    assert said("batch.state.complete") in json.dumps(found["studies-list"])
    assert "studies-summary" in found


def test_a_study_that_was_run_from_a_file_elsewhere_is_found(
    studied: Lab, seen: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere.yaml"
    file.write_text(MINE.replace("mine", "elsewhere"), encoding="utf-8")
    run_batch(studied, str(file))
    found = shown(layout.page(seen(part="batch", study="elsewhere")))
    assert "studies-summary" in found
    assert "training.coaching" in found["studies-written"]["props"]["value"]


@pytest.mark.browser
@pytest.mark.slow
def test_write_a_study_ask_what_it_takes_run_it_and_take_it_along(
    visit: Visitor, lab: Lab, tmp_path: Path
) -> None:
    page = visit("en", "phone", "studies?part=batch")
    page.get_by_text(said("batch.empty_title")).wait_for()
    page.locator("#studies-written").fill(MINE.replace("mine", "three_policies"))
    page.get_by_role("button", name=said("batch.estimate"), exact=True).click()
    page.get_by_text("Give yours another name").wait_for()
    page.locator("#studies-written").fill(MINE)
    page.get_by_role("button", name=said("batch.save"), exact=True).click()
    page.get_by_text(said("batch.saved", name="mine")).wait_for()
    page.get_by_role("button", name=said("batch.estimate"), exact=True).click()
    page.get_by_text("6 points × 2 draws × 1 replicates = 12 histories").wait_for()
    assert page.url.endswith("study=mine")
    assert page.locator("#studies-name").input_value() == "Mine"
    page.get_by_role("button", name=said("batch.run"), exact=True).click()
    page.locator("#studies-summary .point").first.wait_for()
    assert study_state(lab.path / "studies" / "mine").complete
    # two policies beside the first, one level beside the first
    assert page.locator("#studies-summary .point").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    with page.expect_download() as coming:
        page.get_by_role("link", name=said("batch.download.csv")).click()
    kept = tmp_path / "mine.zip"
    coming.value.save_as(kept)
    with zipfile.ZipFile(kept) as packed:
        runs = packed.read("mine/runs.csv").decode().splitlines()
        assert len(runs) == 1 + 12
        assert json.loads(packed.read("mine/study.json"))["inputs"]["data"]


def test_a_download_of_no_study_leads_nowhere(studied: Lab) -> None:
    client = create(studied).server.test_client()
    for name in ("nonsense", "..", "%2e%2e%2flab"):
        assert client.get(f"/study/{name}.zip").status_code == 404
