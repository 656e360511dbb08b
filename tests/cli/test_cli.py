"""Does each command do its job, and does each bad input get a sentence, exit code 2 and an
unchanged lab?"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simlab.cli import app
from simlab.jobs.demo import sample_lab

SIMULATIONS = 300
HERE = Path(__file__).resolve().parents[2]
TABLES = HERE / "scenarios" / "sample_firm"


def simlab(*arguments: str | Path, code: int = 0, lang: str = "en") -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"SIMLAB_LANG": lang})
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    assert "Traceback" not in result.output + result.stderr
    return result


def contents(lab: Path) -> dict[str, str]:
    """Every file of a lab with its hash; the database's own side files change by reading."""
    return {
        str(path.relative_to(lab)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lab.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-wal", "-shm"))
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm's records; tests copy it."""
    return sample_lab(tmp_path_factory.mktemp("sample") / "lab")[0].path


@pytest.fixture
def fresh(sample: Path, tmp_path: Path) -> Path:
    """A lab of one's own with the sample firm's records."""
    return shutil.copytree(sample, tmp_path / "lab")


@pytest.fixture(scope="module")
def lab(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm, calibrated on its first 20 months, coarsely."""
    path = shutil.copytree(sample, tmp_path_factory.mktemp("cli") / "lab")
    simlab("calibrate", path, "--until", "2025-08", "--simulations", SIMULATIONS)
    return path


@pytest.mark.smoke
def test_from_nothing_to_a_report(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    simlab("new", lab)
    simlab("import", lab, *sorted(TABLES.glob("*.csv")), "--profile", "canonical")
    before = json.loads(simlab("status", lab, "--json").stdout)
    assert before["records"]["people"] > 100
    assert before["items"] == []
    compared = json.loads(simlab(
        "compare", lab, "sales_transition", "--policy", "move_only", "--policy", "pay_bridge",
        "--draws", 8, "--months", 6, "--out", tmp_path / "out", "--json").stdout)
    assert compared["calibrated"] is False
    assert compared["comparison"]["policies"] == ["move_only", "pay_bridge"]
    assert compared["options"]["people_from"] == "records"
    rows = list(csv.DictReader((tmp_path / "out" / "effects.csv").open(encoding="utf-8")))
    assert {"policy", "against", "outcome", "difference", "beats"} <= set(rows[0])
    made = json.loads(simlab("report", lab, "--lang", "zh", "--json").stdout)
    assert "人力资源模拟报告" in Path(made["report"]).read_text(encoding="utf-8")


@pytest.mark.slow
def test_forecast_writes_people_and_months(lab: Path, tmp_path: Path) -> None:
    simlab("forecast", lab, "--from", "2025-09", "--months", 3, "--draws", 8, "--out", tmp_path)
    persons = list(csv.DictReader((tmp_path / "persons.csv").open(encoding="utf-8")))
    assert {"person", "p1", "p2", "p3", "lower", "upper"} <= set(persons[0])
    scored = [row for row in persons if row["p1"]]
    assert len(scored) > 0.9 * len(persons)
    for row in scored:
        assert 0 <= float(row["p1"]) <= float(row["p2"]) <= float(row["p3"]) <= 1
        assert float(row["lower"]) <= float(row["upper"])
    # Source ids, not pseudonyms: the user joins them with the firm's own tables.
    with (TABLES / "employees.csv").open(encoding="utf-8-sig") as table:
        known = {value for row in csv.DictReader(table) for value in row.values()}
    assert {row["person"] for row in persons} <= known
    months = list(csv.DictReader((tmp_path / "months.csv").open(encoding="utf-8")))
    assert [row["month"] for row in months] == ["2025-09", "2025-10", "2025-11"]
    assert {f"{group}_{name}" for group in ("present", "all")
            for name in ("mean", "p05", "p25", "p50", "p75", "p95")} <= set(months[0])


@pytest.mark.slow
def test_forecasts_of_every_month_are_scored_beside_baselines(lab: Path, tmp_path: Path) -> None:
    tree = json.loads(simlab("forecast", lab, "--every-month", "--months", 4, "--draws", 8,
                             "--out", tmp_path, "--json").stdout)
    assert tree["until"] == "2025-08"
    assert [row["month"] for row in tree["rows"]] == [f"2025-{m:02d}" for m in (9, 10, 11, 12)]
    assert tree["recalibrated"] is False
    methods = {"simlab", "base_rate", "tenure_curve", "logistic", "gradient_boosting"}
    assert {(s["method"], s["horizon"]) for s in tree["scores"]} == {
        (m, h) for m in methods for h in (1, 3)}
    assert {(c["method"], c["group"]) for c in tree["counts"]} == {
        (m, g) for m in methods for g in ("present", "all")}
    for name in ("months", "people", "counts", "differences", "curve"):
        rows = list(csv.DictReader((tmp_path / f"{name}.csv").open(encoding="utf-8")))
        assert rows, name
    state = json.loads(simlab("status", lab, "--json").stdout)
    assert [i["stale"] for i in state["items"] if i["kind"] == "rolling"] == [[]]
    shown = simlab("forecast", lab, "--every-month", "--months", 1, "--draws", 4, lang="zh").stdout
    assert "可靠性斜率" in shown
    assert "梯度提升" in shown
    for lang, title in (("en", "Calibration curve"), ("zh", "校准曲线")):
        page = json.loads(simlab("report", lab, "--lang", lang, "--json").stdout)["report"]
        assert title in Path(page).read_text(encoding="utf-8")


@pytest.mark.slow
def test_forecasts_of_months_the_calibration_saw_are_not_scored(lab: Path) -> None:
    said = simlab("forecast", lab, "--every-month", "--from", "2025-06", code=2).stderr
    assert "--until 2025-05" in said
    tree = json.loads(simlab("forecast", lab, "--every-month", "--from", "2025-11", "--draws", 4,
                             "--recalibrate", "--json").stdout)
    assert tree["recalibrated"] is True
    assert (lab / "rolling" / "2025-11" / "rolling.json").exists()
    few = simlab("forecast", lab, "--every-month", "--from", "2024-05", "--recalibrate", code=2)
    assert "exits are known before 2024-05" in few.stderr


@pytest.mark.slow
def test_a_check_prints_its_gates_in_both_languages(lab: Path) -> None:
    found = json.loads(simlab("check", lab, "--truths", 50, "--json").stdout)
    assert found["verdict"] in {"passed", "failed"}
    assert {"parameter", "identified", "coverage50", "coverage80", "coverage90",
            "contraction"} <= set(found["coverage"][0])
    shown = simlab("check", lab, "--truths", 50, lang="zh").stdout
    assert "已检验" in shown
    assert "留出最后几个月" in shown
    state = json.loads(simlab("status", lab, "--json").stdout)
    assert state["items"][0]["facts"]["check"] == found["verdict"]
    grid = json.loads(simlab("answers", lab, "--draws", 20, "--replicates", 2, "--json").stdout)
    assert grid["check"]["verdict"] == found["verdict"]


@pytest.mark.slow
def test_status_tells_what_is_stale(lab: Path, tmp_path: Path) -> None:
    simlab("compare", lab, "sales_transition", "--draws", 4, "--months", 3)
    state = json.loads(simlab("status", lab, "--json").stdout)
    kinds = {item["kind"]: item for item in state["items"]}
    assert kinds["calibration"]["stale"] == []
    assert kinds["comparison"]["stale"] == []
    simlab("calibrate", lab, "--until", "2025-08", "--simulations", SIMULATIONS, "--seed", 2)
    after = json.loads(simlab("status", lab, "--json").stdout)
    stale = {item["kind"]: item["stale"] for item in after["items"]}
    assert stale["comparison"] == ["calibration"]
    assert "stale: calibration changed" in simlab("status", lab).stdout
    assert "已过期" in simlab("status", lab, lang="zh").stdout


@pytest.mark.slow
def test_a_forecast_of_months_the_calibration_saw_says_so(lab: Path) -> None:
    said = simlab("forecast", lab, "--from", "2025-06", "--months", 1, "--draws", 2).stdout
    assert "no test of the forecast" in said


@pytest.mark.slow
def test_records_of_sales_people_say_nothing_about_doctors(lab: Path) -> None:
    compared = json.loads(simlab("compare", lab, "premium_care", "--draws", 4, "--months", 3,
                                 "--json").stdout)
    assert compared["calibrated"] is False
    assert compared["options"]["people_from"] == "scenario"
    assert {e["warrant"] for e in compared["comparison"]["effects"]} == {"assumed"}


@pytest.mark.slow
def test_the_questions_that_the_data_answer(lab: Path) -> None:
    tree = json.loads(simlab("answers", lab, "--draws", 20, "--replicates", 4, "--json").stdout)
    by_name = {each["question"]: each for each in tree["answers"]}
    assert tree["calibrated"] is True
    assert "exits.last_day" in tree["recorded"]
    # the sample firm has lived under one policy: no lever was ever tested
    levers = [each for each in tree["answers"] if each["kind"] == "lever"]
    assert len(levers) > 8
    assert {each["verdict"] for each in levers} <= {"partly", "assumed", "cannot"}
    assert by_name["absence"]["lifts"][0] == "attendance_monthly.leave_days"
    assert "考勤" in simlab("answers", lab, "--draws", 20, "--replicates", 4, lang="zh").stdout
    said = simlab("answers", lab, "--draws", 20, "--replicates", 4).stdout
    assert "assumption only" in said
    assert "Monthly attendance: Leave days" in said


@pytest.mark.slow
def test_a_scenario_of_ones_own(fresh: Path, tmp_path: Path) -> None:
    text = (HERE / "scenarios" / "sales_transition.yaml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("name: sales_transition", "name: ../../mine"), encoding="utf-8")
    simlab("compare", fresh, mine, "--draws", 4, "--months", 3)
    assert [path.name for path in (fresh / "comparisons").iterdir()] == ["_mine.json"]
    state = json.loads(simlab("status", fresh, "--json").stdout)
    assert [item["stale"] for item in state["items"]] == [[]]
    mine.unlink()
    state = json.loads(simlab("status", fresh, "--json").stdout)
    assert [item["stale"] for item in state["items"]] == [["scenario"]]


def test_a_story_is_told_in_both_languages(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    simlab("new", lab)
    simlab("compare", lab, "premium_care", "--draws", 3, "--months", 4, "--replicates", 1)
    english = simlab("story", lab, "--history", 2, "--person", "P5").stdout
    assert "P5, history 2 (of 0 to 2)" in english
    assert "Same person, same luck" in english
    chinese = simlab("story", lab, "--history", 2, "--person", "P5", "--lang", "zh").stdout
    assert "同一个人、同样的运气" in chinese
    tree = json.loads(simlab("story", lab, "--history", 2, "--person", "P5", "--json").stdout)
    assert [len(story["firm"]["headcount"]) for story in tree["stories"]] == [4, 4]
    assert tree["stories"][0]["months"][0]["causes"]["efficacy"] is not None
    simlab("story", lab, "--history", 3, "--person", "P5", code=2)


def test_lists(tmp_path: Path) -> None:
    assert "sales_transition: " in simlab("scenarios").stdout
    assert "从中小客户转向大客户" in simlab("scenarios", "--lang", "zh").stdout
    rows = json.loads(simlab("policies", "--json").stdout)
    assert {"scenario", "name", "title", "baseline"} == set(rows[0])
    assert len(simlab("policies", "sales_transition").stdout.splitlines()) >= 3
    form = json.loads(simlab("schema", "policy", "--lang", "zh").stdout)
    assert form["description"] == "方案：一组杠杆"
    assert "firm" in json.loads(simlab("schema", "scenario").stdout)["properties"]
    simlab("schema", "luck", code=2)
    simlab("template", tmp_path / "sheets")
    assert any((tmp_path / "sheets").iterdir())


def test_claims_are_judged_shown_and_written(tmp_path: Path) -> None:
    file = tmp_path / "out" / "claims.json"
    shown = simlab("claims", "v9", "V2", "--draws", 3, "--json", file).stdout
    assert "cannot happen" in shown
    assert "V9: agrees." in shown
    assert "P(band)" in shown
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [tree["name"] for tree in written] == ["V9", "V2"]
    assert written[1]["draws"] == 3
    assert written[1]["calibrated"] is False
    chinese = simlab("claims", "V9", lang="zh").stdout
    assert "不可能发生" in chinese
    assert "P(band)" not in chinese
    printed = simlab("claims", "V9", "V2", "--draws", 3, "--json", "-").stdout
    assert json.loads(printed)[1] == written[1]
    assert json.loads(printed)[0]["verdict"] == "agrees"


@pytest.mark.slow
def test_claims_over_a_labs_posterior(lab: Path) -> None:
    [tree] = json.loads(simlab("claims", "V1", "--lab", lab, "--draws", 5, "--json", "-").stdout)
    assert tree["calibrated"] is True
    [doctors] = json.loads(simlab("claims", "V8", "--lab", lab, "--draws", 2, "--json",
                                  "-").stdout)
    assert doctors["calibrated"] is False
    assert "P(band) on the prior" in simlab("claims", "V1", "--lab", lab, "--draws", 5).stdout


BAD = [
    (("check", "LAB"), "simlab calibrate"),
    (("check", "LAB", "--truths", "3"), "--truths is 3"),
    (("check", "OTHER"), "is not a lab"),
    (("compare", "LAB", "absent"), "no scenario called absent"),
    (("compare", "LAB", "sales_transition", "--policy", "move_only"), "two policies or more"),
    (("compare", "LAB", "sales_transition", "--policy", "move_only", "--policy", "move_only"),
     "once only"),
    (("compare", "LAB", "sales_transition", "--policy", "move_only", "--policy", "absent"),
     "no policy called absent"),
    (("compare", "LAB", "sales_transition", "--policy", "move_only", "--policy",
      "premium_trained"), "medical"),
    (("compare", "LAB", "sales_transition", "--draws", "1"), "--draws is 1"),
    (("compare", "LAB", "sales_transition", "--months", "500"), "--months is 500"),
    (("compare", "LAB", "sales_transition", "--baseline", "absent"), "'absent'"),
    (("compare", "LAB", "sales_transition", "--prior", "hopeful"), "no prior called hopeful"),
    (("answers", "LAB", "--draws", "3"), "--draws is 3"),
    (("answers", "LAB", "--prior", "hopeful"), "no prior called hopeful"),
    (("answers", "LAB", "--scenario", "premium_care"), "about sales staff"),
    (("forecast", "LAB", "--from", "2031-01"), "outside the data"),
    (("forecast", "LAB", "--from", "2024-01"), "outside the data"),
    (("forecast", "LAB", "--from", "January"), "not a month"),
    (("forecast", "LAB"), "needs --from MONTH"),
    (("forecast", "LAB", "--from", "2025-01", "--recalibrate"), "--every-month only"),
    (("forecast", "LAB", "--from", "2025-13"), "not a month"),
    (("calibrate", "LAB", "--until", "2030-01"), "outside the data"),
    (("calibrate", "LAB", "--until", "nonsense"), "not a month"),
    (("calibrate", "LAB", "--simulations", "3"), "too few"),
    (("calibrate", "LAB", "--prior", "hopeful"), "no prior called hopeful"),
    (("report", "LAB", "--scenario", "absent"), "no comparison 'absent'"),
    (("import", "LAB", "absent.csv", "--profile", "canonical"), "absent.csv"),
    (("import", "LAB", "absent.csv", "--profile", "absent"), "no import profile absent"),
    (("new", "LAB"), "already holds a lab"),
    (("demo", "OTHER"), "not made by the demo"),
    (("status", "OTHER"), "is not a lab"),
    (("serve", "OTHER"), "is not a lab"),
    (("claims", "V99"), "no claim case called V99. Known: V1, V2"),
    (("claims", "V9", "--draws", "0"), "--draws is 0"),
    (("claims", "V9", "--lab", "LAB"), "simlab calibrate"),
    (("claims", "V9", "--lab", "OTHER"), "is not a lab"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_refused_and_writes_nothing(
    arguments: tuple[str, ...], said: str, fresh: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "note.txt").write_text("mine")
    before = contents(fresh)
    swapped = [{"LAB": str(fresh), "OTHER": str(other)}.get(a, a) for a in arguments]
    result = simlab(*swapped, code=2)
    assert said in result.stderr
    assert result.stdout == ""
    chinese = simlab(*swapped, code=2, lang="zh")
    assert chinese.stderr != result.stderr
    assert contents(fresh) == before
    assert [path.name for path in other.iterdir()] == ["note.txt"]


def test_a_lab_without_records_or_calibration_says_what_to_do(
    fresh: Path, tmp_path: Path
) -> None:
    lab = tmp_path / "empty"
    simlab("new", lab)
    assert "simlab import" in simlab("calibrate", lab, code=2).stderr
    assert "simlab import" in simlab("forecast", lab, "--from", "2025-01", code=2).stderr
    said = simlab("forecast", fresh, "--from", "2025-09", code=2).stderr
    assert "simlab calibrate" in said


def test_a_policy_file_whose_weights_do_not_sum_to_one(fresh: Path, tmp_path: Path) -> None:
    policy = tmp_path / "mine.yaml"
    policy.write_text("name: mine\ntitle: {en: Mine, zh: 我的}\nincentive:\n  stages:\n"
                      "    - weights: {sales_amount: 0.7, satisfaction: 0.2}\n", encoding="utf-8")
    result = simlab("compare", fresh, "sales_transition", "--policy", "move_only", "--policy",
                    policy, code=2)
    assert "mine.yaml" in result.stderr
    assert "incentive.stages.0" in result.stderr
    assert "0.9" in result.stderr


def test_errors_as_json(tmp_path: Path) -> None:
    result = simlab("status", tmp_path, "--json", code=2)
    assert json.loads(result.stderr)["error"]["code"] == "not_a_lab"


def test_an_unknown_language_is_a_usage_error() -> None:
    assert "en, zh" in simlab("scenarios", "--lang", "xx", code=2).stderr


def test_help_loads_nothing_that_is_slow_to_load() -> None:
    heavy = ("numba", "sklearn", "scipy", "pandas", "dash", "sqlalchemy", "optuna", "SALib", "dask")
    code = ("import sys\nfrom simlab.cli import app\n"
            "try: app(['--help'])\nexcept SystemExit: pass\n"
            f"print([name for name in {heavy!r} if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=HERE,
                          text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_ctrl_c_leaves_the_lab_as_it_was(fresh: Path) -> None:
    before = contents(fresh)
    process = subprocess.Popen(
        [sys.executable, "-c", "from simlab.cli import app; app()", "compare", str(fresh),
         "sales_transition", "--draws", "20000"],
        cwd=HERE, env={**os.environ, "SIMLAB_LANG": "en"}, stderr=subprocess.PIPE, text=True)
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "nothing of this run was kept" in said
    assert "Traceback" not in said
    assert contents(fresh) == before


@pytest.mark.slow
def test_serve_says_where_and_stops_quietly(fresh: Path) -> None:
    code = "from simlab.cli import app; app()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, "serve", str(fresh), "--port", "0"], cwd=HERE,
        env={**os.environ, "SIMLAB_LANG": "en"}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    assert process.stdout is not None
    address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
    assert address is not None
    with urllib.request.urlopen(address.group()) as page:
        assert page.status == 200
    taken = simlab("serve", fresh, "--port", address.group().split(":")[-1].strip("/"), code=2)
    assert "--port" in taken.stderr
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
