"""Does the page say plainly what a calibration is worth, and what went wrong with one?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from simlab.background import EVERYBODY, JobTable
from simlab.errors import Cancelled, LabError
from simlab.i18n import text
from simlab.jobs.calibrating import calibrate, calibrated_with, posterior_fingerprint
from simlab.jobs.common import model_version
from simlab.jobs.demo import sample_lab
from simlab.jobs.records import data_used, import_records
from simlab.jobs.runner import Runner
from simlab.jobs.unfinished import Unfinished
from simlab.lab import Lab
from simlab.report import past, wording
from simlab.ui import create
from simlab.ui.pages.calibration import layout, results
from simlab.ui.visit import visit as visit_of
from tests.report.test_page import rolled

Visitor = Callable[..., Any]
SIMULATIONS = 300


def said(key: str, lang: str = "en", **values: Any) -> str:
    return text(f"page.calibration.{key}", lang, **values)


@contextmanager
def visiting(lab: Lab) -> Iterator[Any]:
    """A visit to a lab without a browser and without a worker."""
    with create(lab, Runner(lab)).server.test_request_context("/calibration"):
        yield visit_of()


def view(lab: Lab) -> str:
    """All that the page knows of a lab's calibration, as it is sent."""
    with visiting(lab) as seen:
        return json.dumps(layout.view(seen), default=lambda e: e.to_plotly_json(),
                          ensure_ascii=False)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = sample_lab(tmp_path_factory.mktemp("calibrated") / "lab")[0]
    calibrate(lab, until="2025-12", simulations=SIMULATIONS)
    return lab.path


@pytest.fixture
def calibrated(once: Path, tmp_path: Path) -> Lab:
    """The sample firm, calibrated with few simulations; not checked."""
    shutil.copytree(once, tmp_path / "copy")
    return Lab.open(tmp_path / "copy")


def checked(lab: Lab, *failed: str) -> dict[str, Any]:
    """A check of the lab's calibration in which these gates failed, as a lab keeps it."""
    names = ("coverage", "distance", "predictive", "holdout", "contraction")
    counts = [{"month": f"2025-{10 + k}", "observed": n, "mean": 4.0, "lower": 1.0, "upper": 8.0,
               "below": 0.5} for k, n in enumerate((3, 9, 8))]
    return {
        "made": "2026-01-31T12:00:00+00:00", "verdict": "failed" if failed else "passed",
        "gates": [{"name": name, "state": "failed" if name in failed else "passed",
                   "said": {"en": f"why {name}", "zh": f"因为 {name}"}} for name in names],
        "coverage": [{"parameter": "exit_level", "identified": True, "contraction": 0.8,
                      "coverage50": 0.52, "coverage80": 0.79, "coverage90": 0.9}],
        "truths": 60, "outlying": 0.5, "seed": 1,
        "holdout": {"cutoff": "2025-09", "months": 3, "people": 133, "exits": 20,
                    "counts": counts, "skill": 0.12, "skill_lower": 0.05, "skill_upper": 0.2},
        "recovery": {"exit_level": {"truth": [1.0, 2.0], "mean": [1.1, 1.9],
                                    "lower": [0.5, 1.5], "upper": [1.5, 2.5]}},
        "inputs": {"calibration": posterior_fingerprint(lab), "data": "x" * 16, "code": "0.1.0",
                   "model": model_version()},
    }


def test_it_counts_the_months_that_forecasts_held(calibrated: Lab) -> None:
    calibrated.write_json("calibration/check.json", checked(calibrated))
    tree = rolled()
    observed = (3.0, 15.0, 40.0)
    tree["rows"] = [{**tree["rows"][0], "month": f"2025-{10 + k}", "all_observed": seen,
                     "all_p05": 10.0, "all_p95": 20.0} for k, seen in enumerate(observed)]
    calibrated.write_json("rolling/2025-10/rolling.json", tree | {
        "made": "2026-01-31", "months": 3, "people": 133, "inputs": {}, "options": {"seed": 1}})
    sent = view(calibrated)
    # Of three months forecast a month ahead one lies inside; of three held out two do.
    assert said("inside_value", inside=1, months=3) in sent
    assert past.rolling(tree).inside == 1
    held = past.held_out(checked(calibrated))
    assert held is not None
    assert held.inside == 2
    assert past.sentence(held, "en") in sent
    assert '"+0.12"' in sent
    assert text("ui.range", "en", lower="+0.050", upper="+0.20") in sent
    assert text("check.short.passed", "en") in sent
    assert text("cli.stale", "en", causes=text("cli.cause.calibration", "en")).split(":")[0] in sent
    for chart in ("months", "summaries", "coverage", "parameters", "recovery", "curve"):
        assert f'"calibration-{chart}"' in sent


def test_how_many_of_twelve_months_would_be_usual() -> None:
    months = [{"month": f"2025-{k:02d}", "observed": 5, "mean": 5.0, "p05": 2.0, "p95": 8.0}
              for k in range(1, 13)]
    assert past.known(months).usual == (9, 12)  # P(fewer than 9 of 12) = 0.026, of 10 = 0.11


def test_the_months_it_knew_add_up_to_the_exits_recorded(calibrated: Lab) -> None:
    made, used = calibrated_with(calibrated), data_used(calibrated)
    assert made is not None
    assert used is not None
    assert [row["month"] for row in made["months"]][::23] == [used.first_month, used.last_month]
    assert sum(row["observed"] for row in made["months"]) == used.exits
    assert all(row["p05"] <= row["p25"] <= row["p75"] <= row["p95"] for row in made["months"])
    assert past.known(made["months"]).inside > 12


def test_gates_are_told_one_by_one_with_what_they_forbid(calibrated: Lab) -> None:
    tree = checked(calibrated, "holdout")
    calibrated.write_json("calibration/check.json", tree)
    sent = view(calibrated)
    for gate in tree["gates"]:
        assert text(f"gate.title.{gate['name']}", "en") in sent
        assert gate["said"]["en"] in sent
    assert said("failed") in sent
    assert text("check.short.failed", "en") in sent
    assert sent.count(said("forbids", what=said("forbids_failed"))) == 1
    assert results.forbids({"name": "holdout", "state": "untested"}) == "forbids_holdout_untested"


def test_an_unchecked_calibration_says_so(calibrated: Lab) -> None:
    sent = view(calibrated)
    assert said("unchecked") in sent
    assert text("check.short.unchecked", "en") in sent
    assert said("passed") not in sent
    assert '"calibration-coverage"' not in sent


def test_a_calibration_of_another_version_shows_no_figure(calibrated: Lab) -> None:
    made = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", made | {"model": "older"})
    sent = view(calibrated)
    assert "another version of the model" in sent
    assert "calibration-months" not in sent
    assert "lab-failed" in sent


def test_records_that_changed_make_it_stale(calibrated: Lab) -> None:
    made = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", made | {"data": "other"})
    sent = view(calibrated)
    assert said("stale") in sent
    assert text("cli.stale", "en", causes=text("cli.cause.data", "en")) in sent


def test_an_interrupted_calibration_is_told_until_it_goes_on(calibrated: Lab) -> None:
    left = Unfinished(calibrated, until="2025-12", simulations=2000, seed=1)
    with pytest.raises(Cancelled), left:
        raise Cancelled
    begun = said("unfinished", until="Dec 2025", started="§", kept="0", simulations="2,000")
    assert begun.split("§")[1] in view(calibrated)
    job = JobTable(calibrated).add("calibrate", {}, EVERYBODY)
    assert begun.split("§")[1] not in view(calibrated)  # it is at work: its progress says so
    JobTable(calibrated).cancel(job.id)


def firm(path: Path, exits: int) -> Lab:
    """The sample firm with only so many of its exits recorded."""
    lab = Lab.create(path / "lab")
    folder = resources.files("scenarios") / "sample_firm"
    with resources.as_file(folder) as tables:
        files = [path / each.name for each in tables.glob("*.csv")
                 if exits or each.name != "exits.csv"]
        for file in files:
            lines = (tables / file.name).read_text(encoding="utf-8").splitlines()
            kept = lines[:exits + 1] if file.name == "exits.csv" else lines
            file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    import_records(lab, files, "canonical")
    return lab


def test_too_few_exits_are_told_before_and_after(tmp_path: Path) -> None:
    lab = firm(tmp_path, 12)
    before = view(lab)
    expected = text("caution.few_exits", "en", exits=12, least=30, until="Dec 2025")
    assert expected in before
    assert said("not_yet_title") in before
    calibrate(lab, simulations=SIMULATIONS)
    assert "Only 12 exits are known" in view(lab)


def test_records_without_exits_are_told_and_refused(tmp_path: Path) -> None:
    lab = firm(tmp_path, 0)
    assert text("caution.no_exits", "en", until="Dec 2025") in view(lab)
    with pytest.raises(LabError) as refused:
        calibrate(lab, simulations=SIMULATIONS)
    assert refused.value.code == "no_exits_known"
    assert ended_with(lab, refused.value) in view(lab)
    assert "lab-no-data" in view(lab)


def ended_with(lab: Lab, error: LabError) -> str:
    """A calibration asked for on the page that ended so; what the page should then hold."""
    table = JobTable(lab)
    job = table.add("calibrate", {}, EVERYBODY)
    table.claim(job.id, "worker", "0.1.0")
    table.finish(job.id, "worker", "failed", error=error)
    return json.dumps(error.explain("en"), ensure_ascii=False)[1:-1]


def test_outcomes_that_the_model_cannot_produce_are_told_until_one_succeeds(
    calibrated: Lab
) -> None:
    expected = ended_with(calibrated, LabError("record_outside_model", count=60, total=128))
    sent = view(calibrated)
    assert expected in sent
    assert said("ended_failed", what=text("job.kind.calibrate", "en")) in sent
    made = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", made | {"made": "2999-01-01T00:00:00Z"})
    assert expected not in view(calibrated)


def test_an_empty_lab_leads_to_the_data(tmp_path: Path) -> None:
    sent = view(Lab.create(tmp_path / "lab"))
    assert said("none_title") in sent
    assert '"/data"' in sent


def test_totals_are_told_from_records(tmp_path: Path) -> None:
    lab = Lab.create(tmp_path / "lab")
    each = {"mean": 0.1, "lower": 0.05, "upper": 0.15}
    lab.write_json("calibration/totals-medical.json", {
        "made": "2026-01-01", "code": "0.1.0", "practice": "medical", "source": "Yearbook",
        "simulations": 500, "seed": 2,
        "parameters": [{"name": "exit_level", "prior": each, "posterior": each,
                        "contraction": 0.5, "informed": "estimated"}],
        "totals": [{"kind": "turnover", "name": "2017-04", "observed": 0.1, "lower": 0.05,
                    "median": 0.1, "upper": 0.15, "inside": True}]})
    sent = view(lab)
    assert said("totals", practice="Medical practice") in sent
    assert "Yearbook" in sent
    assert '"calibration-totals-medical"' in sent


@pytest.mark.parametrize(("until", "expected"), [
    ("2025-06", {"months": 6}),
    ("2025-12", {"start": "2025-05", "months": 8, "recalibrate": True})])
def test_past_months_are_forecast_anew_only_where_they_were_known(
    calibrated: Lab, until: str, expected: dict[str, Any]
) -> None:
    made = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", made | {"until": until})
    assert layout.arguments(calibrated, "rolling", "0", "quick") == expected
    assert layout.arguments(calibrated, "calibrate", "6", "quick") == {
        "until": "2025-06", "simulations": layout.EFFORTS["quick"]}


@pytest.mark.browser
@pytest.mark.slow
def test_calibrate_and_read(visit: Visitor, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(layout.EFFORTS, "quick", SIMULATIONS)
    page = visit("zh", "phone", "calibration")
    page.get_by_text(said("not_yet_title", "zh")).wait_for()
    page.get_by_role("button", name=said("check", "zh"), exact=True).click()
    page.get_by_text("simlab calibrate").wait_for()  # nothing to check yet
    page.get_by_role("button", name=said("calibrate", "zh"), exact=True).click()
    page.locator("#calibration-months .scatterlayer .trace").first.wait_for()
    made = calibrated_with(lab)
    assert made is not None
    known = past.known(made["months"])
    page.get_by_text(past.sentence(known, "zh")).wait_for()
    inside = sum(check["lower"] <= check["observed"] <= check["upper"] for check in made["checks"])
    assert page.locator("#calibration-summaries-number .lab-big").inner_text() == (
        f"{inside} / {len(made['checks'])}")
    page.get_by_text(said("how", "zh", simulations=wording.number(made["simulations"], "zh"),
                          seed=1, prior=text("prior.registry", "zh"))).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
