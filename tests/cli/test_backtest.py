"""Does the replay of a past change read the user's file, say what it found, and keep it?"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from simlab.jobs.demo import sample_lab
from simlab.jobs.variation import varied_levers
from simlab.lab import Lab
from simlab.records import export_panel
from tests.calibration.changes import recorded_change, together
from tests.cli.test_cli import contents, simlab

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "replay-your-last-change.md"
FEW = ("--simulations", 300, "--draws", 30, "--replicates", 4)
EVENT = {
    "name": "home", "title": {"en": "Five days at home", "zh": "全部居家办公"}, "date": "2024-01",
    "before": {"name": "office", "title": {"en": "Office", "zh": "到岗"}},
    "after": {"name": "home", "title": {"en": "Home", "zh": "居家"},
              "conditions": {"remote_days": 5}},
    "units": ["sales"], "others": [{"date": "2024-02-10", "title": {"en": "New boss",
                                                                    "zh": "换了领导"}}],
}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "event.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in (EVENT | changes).items() if v is not None},
                                   allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units, both below one: in the north people really went home, and fewer left."""
    folder = tmp_path_factory.mktemp("change")
    panel = together(recorded_change(0.25), recorded_change(0.0, people=250, unit="south", seed=5))
    tables = folder / "tables"
    export_panel(panel, tables)
    (tables / "org_units.csv").write_text(
        "org_unit_id,parent_id\nnorth,sales\nsouth,office\nsales,\noffice,\n", encoding="utf-8")
    simlab("new", folder / "lab")
    simlab("import", folder / "lab", *sorted(tables.glob("*.csv")), "--profile", "canonical")
    return folder / "lab"


@pytest.mark.slow
def test_a_change_in_one_unit_is_replayed_and_kept(lab: Path, tmp_path: Path) -> None:
    assert varied_levers(Lab.open(lab)) == frozenset()
    file = written(tmp_path)
    found = json.loads(simlab("backtest", lab, "--event", file, *FEW, "--out", tmp_path / "out",
                              "--json").stdout)
    north, south = found["groups"]
    assert (north["changed"], south["changed"]) == (True, False)
    assert north["total"]["observed"] < north["total"]["without"]["lower"]
    assert south["total"]["without"]["lower"] <= south["total"]["observed"]
    assert [row["month"] for row in north["months"]] == [f"2024-0{m}" for m in range(1, 9)]
    assert {c["code"] for c in found["confounders"]} >= {"declared", "decided"}
    rows = list(csv.DictReader((tmp_path / "out" / "months.csv").open(encoding="utf-8")))
    assert {row["group"] for row in rows} == {"changed", "others"}
    assert json.loads((lab / "events" / "home" / "event.json").read_text("utf-8"))["groups"] \
        == found["groups"]
    reading = found["reading"]
    assert reading["speaks"]
    assert reading["ratio"]["mean"] < 1
    (home,) = [row for row in reading["taught"] if row["name"] == "remote_exit"]
    assert home["posterior"]["mean"] > home["prior"]["mean"]
    assert home["contraction"] > 0
    assert varied_levers(Lab.open(lab)) == {"conditions.remote_days"}
    (kept,) = json.loads(simlab("status", lab, "--json").stdout)["items"]
    assert (kept["kind"], kept["name"], kept["stale"]) == ("event", "home", [])
    english = simlab("backtest", lab, "--event", file, *FEW).stdout
    assert "agrees with the forecast with the change" in english
    assert "New boss (Feb 2024)" in english
    assert "fall of the log hazard per day a week at home: " in english
    assert "What this record cannot tell apart from the change" in english
    chinese = simlab("backtest", lab, "--event", file, *FEW, lang="zh").stdout
    assert "换了领导（2024年2月）" in chinese
    assert "exits" not in chinese.lower()


@pytest.mark.slow
def test_units_left_out_are_nobody_s_comparison(lab: Path, tmp_path: Path) -> None:
    file = written(tmp_path, left_out=["office"], name="alone")
    found = json.loads(simlab("backtest", lab, "--event", file, *FEW, "--json").stdout)
    assert [group["changed"] for group in found["groups"]] == [True]
    assert not found["reading"]["speaks"]
    assert found["left_out"] == ["office"]
    said = simlab("backtest", lab, "--event", file, *FEW, lang="zh").stdout
    assert "杠杆沿用先验" in said


BAD = [
    ({"date": "2031-01"}, "outside the data: the record holds 2022-01 to 2024-08"),
    ({"date": "2022-01"}, "outside the data"),
    ({"date": "2022-04"}, "Only 3 months of record lie before the change of 2022-04"),
    ({"date": "soon"}, "field date"),
    ({"months": 20}, "asks for 20 months after the change, but the record holds 8"),
    ({"units": ["west"]}, "no unit called west (field units). Known: north, office, sales, south"),
    ({"after": EVENT["before"]}, "treat people alike"),
    ({"after": "absent"}, "no policy called absent"),
    ({"after": {"name": "x", "title": {"en": "x", "zh": "x"},
                "conditions": {"remote_days": 9}}}, "field after.policy.conditions.remote_days"),
    ({"before": None}, "field before"),
    ({"colour": "red"}, "field colour"),
]


@pytest.mark.parametrize(("changes", "said"), BAD, ids=[said[:40] for _, said in BAD])
@pytest.mark.slow
def test_an_event_that_does_not_fit_is_refused(
    changes: dict[str, Any], said: str, lab: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, **changes)
    before = contents(lab)
    result = simlab("backtest", lab, "--event", file, *FEW, code=2)
    assert said in result.stderr
    assert simlab("backtest", lab, "--event", file, *FEW, code=2, lang="zh").stderr \
        != result.stderr
    assert contents(lab) == before


def test_too_few_exits_before_the_change_are_said(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    simlab("new", lab)
    tables = export_panel(recorded_change(0.0, people=40, column=8, months=12), tmp_path / "t")
    simlab("import", lab, *tables, "--profile", "canonical")
    event = written(tmp_path, units=None, date="2022-09")
    said = simlab("backtest", lab, "--event", event, *FEW, code=2).stderr
    assert re.search(r"Only \d+ exits are known before the change of 2022-09", said)
    assert "absent.yaml" in simlab("backtest", lab, "--event", "absent.yaml", code=2).stderr
    (tmp_path / "list.yaml").write_text("- 1\n")
    assert "simlab schema event" in simlab("backtest", lab, "--event", tmp_path / "list.yaml",
                                           code=2).stderr


@pytest.mark.slow
def test_the_change_of_the_how_to_never_happened(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "event.yaml"
    file.write_text(example, encoding="utf-8")
    lab = sample_lab(tmp_path / "lab")[0].path
    found = json.loads(simlab("backtest", lab, "--event", file, *FEW, "--json").stdout)
    assert found["groups"][0]["total"]["story"] in {"without", "both"}
    assert [c["values"]["month"] for c in found["confounders"] if c["code"] == "declared"] \
        == ["2025-09"]


def test_the_form_of_an_event() -> None:
    form = json.loads(simlab("schema", "event", "--lang", "zh").stdout)
    assert form["description"].startswith("过去的一次方案变动")
    assert {"date", "before", "after", "units", "months", "others"} <= set(form["properties"])
