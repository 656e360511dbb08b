"""Is a study run once, whole, in whatever pieces, and does it lose nothing?"""

from __future__ import annotations

import errno
import io
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from rich.console import Console

import scenarios
from scenarios import FirmFacts
from scenarios.study import StudyFile, load_study
from simlab.cli.shown import standing
from simlab.engine.chunks import Failure, Made, run_chunk
from simlab.engine.ensemble import simulate
from simlab.errors import Cancelled, LabError
from simlab.jobs import batching, study_folder
from simlab.jobs.batching import StudyState, batch, study_state
from simlab.jobs.demo import sample_lab
from simlab.jobs.setting import set_up
from simlab.jobs.standing import Item, status
from simlab.jobs.study_plan import Plan
from simlab.lab import Lab
from simlab.parameters import NAMES, prior_draws
from simlab.progress import Progress

DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to"
FACTORS = {"training.coaching": {"choices": [0, 0.5]},
           "firm.support_capacity": {"lower": 0.1, "upper": 0.3, "step": 0.1}}


def stopped_after(chunks: int) -> Progress:
    """Stops a study when it has written so many chunks."""
    seen = 0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal seen
        seen += stage == "study"
        if seen > chunks:
            progress.cancel()

    progress = Progress(report)
    return progress


def test_the_figures_are_those_of_the_engine(written: Any, tmp_path: Path) -> None:
    state = batch(None, written(), out=tmp_path / "out")
    assert (state.runs, state.done, state.failed) == (40, 40, 0)
    assert state.complete
    found = pd.read_parquet(tmp_path / "out" / "runs").sort_values(
        ["policy", "draw", "replicate", "month"])
    study = scenarios.load(str(tmp_path / "tiny.yaml"))
    expected = simulate(study.firm(), list(study.policies.values()), prior_draws(5, 1), months=4,
                        replicates=4, current=study.current)
    for name in ("regretted", "headcount", "cost"):
        np.testing.assert_array_equal(
            found[name].to_numpy(),
            expected.outcome(name).transpose(2, 0, 1, 3).ravel())
    assert found["month"].tolist() == [1, 2, 3, 4] * 40


def test_the_same_bytes_on_any_number_of_threads(written: Any, tmp_path: Path, files: Any) -> None:
    study = written(design="factorial", factors=FACTORS)
    for threads in (1, 3):
        batch(None, study, out=tmp_path / str(threads), threads=threads)
    assert files(tmp_path / "1") == files(tmp_path / "3")
    assert len(files(tmp_path / "1")) > 10


def test_a_stopped_study_goes_on_where_it_was(
    written: Any, tmp_path: Path, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = written(design="factorial", factors=FACTORS)
    whole = batch(None, study, out=tmp_path / "whole")
    with pytest.raises(Cancelled, match="same command goes on"):
        batch(None, study, out=tmp_path / "cut", threads=1, progress=stopped_after(6))
    half = study_state(tmp_path / "cut")
    assert 0 < half.done < half.runs
    kept = files(tmp_path / "cut")

    ran: list[int] = []
    monkeypatch.setattr("simlab.engine.chunks.run_chunk", lambda chunk, *rest: (
        ran.append(chunk.count * len(chunk.policies)) or run_chunk(chunk, *rest)))
    again = batch(None, study, out=tmp_path / "cut")
    assert sum(ran) == again.computed == whole.runs - half.done
    assert files(tmp_path / "cut") == files(tmp_path / "whole")
    assert kept.items() <= files(tmp_path / "cut").items()
    assert batch(None, study, out=tmp_path / "cut").computed == 0


def test_a_study_that_is_cut_off_is_balanced(written: Any, tmp_path: Path) -> None:
    study = written(design="factorial", factors=FACTORS, replicates=8)
    with pytest.raises(Cancelled):
        batch(None, study, out=tmp_path / "cut", threads=1, progress=stopped_after(11))
    state = study_state(tmp_path / "cut")
    assert 0 < state.blocks_done < state.blocks
    found = pd.read_parquet(tmp_path / "cut" / "runs", filters=[("month", "==", 1)])
    found = found[found["block"].astype(int) < state.blocks_done]
    by_point, by_draw = Counter(found["point"]), Counter(found["draw"])
    assert len(by_point) == 12
    assert len(set(by_point.values())) == 1
    assert len(by_draw) == 5
    assert len(set(by_draw.values())) == 1


def test_points_are_the_design(written: Any, tmp_path: Path) -> None:
    batch(None, written(design="factorial", factors=FACTORS | {"months": {"choices": [2, 4]}},
                  replicates=1, draws=1), out=tmp_path / "out")
    design = pd.read_parquet(tmp_path / "out" / "design.parquet")
    assert len(design) == 2 * 3 * 2 * 2
    assert set(design["policy"]) == {"move_only", "train_and_help"}
    row = design.iloc[-1]
    policy, firm = json.loads(row["policy_json"]), json.loads(row["firm_json"])
    assert policy["training"]["coaching"] == row["training.coaching"] == 0.5
    assert firm["support_capacity"] == row["firm.support_capacity"] == pytest.approx(0.3)
    runs = pd.read_parquet(tmp_path / "out" / "runs")
    months = runs.groupby("point")["month"].max()
    assert (months == design.set_index("point")["months"]).all()


def test_a_fact_of_the_firm_is_as_if_the_scenario_said_so(written: Any, tmp_path: Path) -> None:
    batch(None, written(design="factorial", policies=["move_only"], by="total",
                  factors={"firm.people": {"choices": [8, 16]}}), out=tmp_path / "out")
    found = pd.read_parquet(tmp_path / "out" / "runs").sort_values(["point", "draw", "replicate"])
    study = scenarios.load(str(tmp_path / "tiny.yaml"))
    for point, people in enumerate((8, 16)):
        facts = FirmFacts.model_validate(study.facts.model_dump() | {"people": people})
        firm = scenarios.scenario_firm(facts, study.start, current=study.current, burn_in=2)
        y = simulate(firm, [study.policies["move_only"]], prior_draws(5, 1), months=4,
                     replicates=4, current=study.current)
        mine = found[found["point"] == point]
        np.testing.assert_array_equal(mine["cost"], y.outcome("cost").sum(axis=3).ravel())
        np.testing.assert_array_equal(mine["headcount"],
                                      y.outcome("headcount").sum(axis=3).ravel() / 4)


def test_everything_needed_to_cite_it_is_there(written: Any, tmp_path: Path) -> None:
    batch(None, written(), out=tmp_path / "out")
    tree = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))
    assert tree["study"]["seed"] == 1
    assert {"data", "calibration", "scenario", "model", "code"} <= set(tree["inputs"])
    assert {"python", "numpy", "numba", "system"} <= set(tree["environment"])
    assert tree["calibrated"] is False
    assert tree["finished"]
    drawn = pd.read_parquet(tmp_path / "out" / "parameters.parquet")
    assert list(drawn.columns) == ["draw", *NAMES]
    np.testing.assert_array_equal(drawn[list(NAMES)], prior_draws(5, 1))


def test_a_changed_study_is_refused_with_what_changed(
    written: Any, tmp_path: Path, files: Any
) -> None:
    with pytest.raises(Cancelled):
        batch(None, written(), out=tmp_path / "out", threads=1, progress=stopped_after(2))
    kept = files(tmp_path / "out")
    with pytest.raises(LabError) as error:
        batch(None, written(draws=6, seed=2), out=tmp_path / "out")
    said = str(error.value)
    assert "study.draws: 5 there, 6 now" in said
    assert "study.seed: 1 there, 2 now" in said
    assert "--fresh" in said
    assert "study.draws" in error.value.explain("zh")
    assert files(tmp_path / "out") == kept
    anew = batch(None, written(draws=6, seed=2), out=tmp_path / "out", fresh=True)
    assert anew.complete
    assert anew.computed == anew.runs == 48


def test_a_changed_policy_is_a_changed_study(written: Any, tmp_path: Path) -> None:
    policy = scenarios.policy("move_only").model_dump(mode="json")
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(policy), encoding="utf-8")
    batch(None, written(policies=[str(file)]), out=tmp_path / "out")
    policy["hiring"]["cost"] = 5.0
    file.write_text(yaml.safe_dump(policy), encoding="utf-8")
    with pytest.raises(LabError, match=r"fingerprints\.design"):
        batch(None, written(policies=[str(file)]), out=tmp_path / "out")


def failing(monkeypatch: pytest.MonkeyPatch, *, once: bool = False) -> None:
    """Replicate 2 of draw 3 fails under the second policy of a chunk."""
    def run(chunk: Any, *rest: Any) -> Made:
        made = run_chunk(chunk, *rest)
        row = (3 - chunk.draws[0]) * (chunk.replicates[1] - chunk.replicates[0]) + (
            2 - chunk.replicates[0])
        if not (chunk.draws[0] <= 3 < chunk.draws[1]
                and chunk.replicates[0] <= 2 < chunk.replicates[1]):
            return made
        made.figures[row, 1] = np.nan
        return Made(made.figures, (Failure(1, row, row + 1, "simulate", "ZeroDivisionError",
                                           "division by zero", "Traceback ..."),))

    monkeypatch.setattr("simlab.engine.chunks.run_chunk", run)


def test_a_failed_run_is_a_row_and_the_first_is_told(
    written: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch)
    told: list[LabError] = []
    state = batch(None, written(), out=tmp_path / "out", progress=Progress(note=told.append))
    assert (state.done, state.failed, state.complete) == (40, 1, True)
    (note,) = told
    assert "ZeroDivisionError" in str(note)
    assert "draw 3, replicate 2" in str(note)
    (row,) = pd.read_parquet(tmp_path / "out" / "failures").to_dict("records")
    assert row == {"point": 1, "policy": "train_and_help", "draw": 3, "replicate": 2,
                   "stage": "simulate", "type": "ZeroDivisionError",
                   "message": "division by zero", "trace": "Traceback ..."}
    runs = pd.read_parquet(tmp_path / "out" / "runs")
    assert len(runs) == 39 * 4
    assert runs.query("point == 1 and draw == 3 and replicate == 2").empty
    assert state.first_failure == row


def test_failed_runs_can_be_tried_again(
    written: Any, tmp_path: Path, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        failing(broken)
        batch(None, written(), out=tmp_path / "out")
        assert batch(None, written(), out=tmp_path / "out").computed == 0
    mended = batch(None, written(), out=tmp_path / "out", retry=True)
    assert 0 < mended.computed < mended.runs
    assert mended.failed == 0
    batch(None, written(), out=tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_full_disk_loses_nothing(
    written: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 6
    synced = os.fsync

    def fsync(handle: int) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(handle)

    with monkeypatch.context() as full:
        full.setattr(study_folder.os, "fsync", fsync)
        with pytest.raises(LabError, match="No space left") as error:
            batch(None, written(), out=tmp_path / "out")
    assert error.value.code == "study_disk"
    half = study_state(tmp_path / "out")
    assert 0 < half.done < half.runs
    assert not list((tmp_path / "out").rglob(".unfinished-*"))
    assert batch(None, written(), out=tmp_path / "out").computed == half.runs - half.done


def test_another_process_in_the_folder_is_told(written: Any, tmp_path: Path) -> None:
    with (study_folder.StudyFolder(tmp_path / "out").writing(),
          pytest.raises(LabError, match="Another process")):
        batch(None, written(), out=tmp_path / "out")


def test_a_folder_of_other_files_is_left_alone(written: Any, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    for fresh in (False, True):
        with pytest.raises(LabError) as error:
            batch(None, written(), out=folder, fresh=fresh)
        assert error.value.code == "study_foreign"
    assert (folder / "thesis.txt").read_text() == "years of work"
    with pytest.raises(LabError, match=r"no usable study\.json"):
        study_state(folder)


@pytest.mark.parametrize(("changes", "code", "said"), [
    ({"outcomes": ["regreted"]}, "unknown_outcome", "regretted"),
    ({"design": "factorial", "factors": {"training.coachin": {"choices": [0, 1]}}},
     "unknown_lever", "training.coaching"),
    ({"design": "factorial", "factors": {"firm.peple": {"choices": [8, 9]}}},
     "unknown_fact", "firm.people"),
    ({"design": "factorial", "factors": {"training.coaching": {"choices": [0, 3]}}},
     "policy_invalid", "training.coaching"),
    ({"design": "factorial", "factors": {"firm.people": {"choices": [0, 9]}}},
     "study_invalid", "firm.people"),
    ({"design": "factorial", "factors": {
        "incentive.stages.0.weights.sales_amount": {"choices": [0.2, 0.4]}}},
     "policy_invalid", "sum to 1"),
    ({"policies": ["premium_trained"]}, "other_practice", "premium_trained"),
    ({"prior": "hopeful"}, "unknown_prior", "hopeful"),
])
def test_bad_input_is_said_before_anything_is_run(
    written: Any, tmp_path: Path, changes: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(LabError) as error:
        batch(None, written(**changes), out=tmp_path / "out")
    assert error.value.code == code
    assert said in str(error.value)
    assert not list((tmp_path / "out").glob("*.json"))


def test_memory_does_not_grow_with_the_histories(written: Any, tmp_path: Path) -> None:
    """Chunks are made when their turn comes, and none is larger for there being more of them."""
    def plan(replicates: int) -> Plan:
        file = load_study(written(replicates=replicates))
        return Plan(file, set_up(None, file.scenario, draws=5, seed=1))

    few, many = plan(100), plan(1000)
    assert many.runs == 10 * few.runs
    largest = [max(chunk.runs for chunk in each.chunks) for each in (few, many)]
    assert largest[1] == largest[0]
    assert sum(chunk.runs for chunk in many.chunks) == many.runs
    assert len({chunk.address for chunk in many.chunks}) == len(many.chunks)


def test_the_how_to_shows_the_built_in_study_and_lines_that_read_it(
    written: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = (DOCS / "run-a-study.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(_code(said, "yaml"))
    assert StudyFile.model_validate(shown) == load_study("coaching_and_guarantee")
    batch(None, written(
        design="factorial", by="total", outcomes=["regretted", "cost"],
        factors={"incentive.guarantee": {"choices": [0, 0.5, 1]}}), out=tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    rows = duckdb.sql(_code(said, "sql")).fetchall()
    assert [row[0] for row in rows] == [0, 0.5, 1]
    runs = pd.read_parquet(tmp_path / "study" / "runs")
    guarantee = runs["point"] // 2  # two policies a setting
    for name, place in (("regretted", 1), ("cost", 2)):
        np.testing.assert_allclose([row[place] for row in rows],
                                   runs.groupby(guarantee)[name].mean())
    exec(_code(said, "python"), {})
    printed = capsys.readouterr().out.splitlines()
    assert [float(line.split()[0]) for line in printed[-3:]] == [0, 0.5, 1]


def _code(page: str, language: str) -> str:
    """The first block of code in that language."""
    return page.partition(f"```{language}\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """With records and no calibration."""
    return sample_lab(tmp_path_factory.mktemp("lab") / "lab")[0]


def test_in_a_lab_the_people_are_its_own(written: Any, lab: Lab) -> None:
    study = written(design="factorial", policies=["move_only"], draws=1, replicates=4, by="total",
                    factors={"firm.support_capacity": {"choices": [0.01, 1.0]}},
                    outcomes=["headcount", "waiting"])
    state = batch(lab, study)
    assert Path(state.path) == lab.path / "studies" / "small"
    assert state.people_from == "records"
    runs = pd.read_parquet(Path(state.path) / "runs")
    assert runs["headcount"].min() > 50
    waiting = runs.groupby("point")["waiting"].sum()
    assert waiting[0] > waiting[1]
    tree = json.loads((Path(state.path) / "study.json").read_text(encoding="utf-8"))
    assert tree["inputs"]["data"]
    with pytest.raises(LabError, match="who they are"):
        batch(lab, written(design="factorial", factors={"firm.people": {"choices": [5, 9]}}))


def test_a_lab_knows_its_studies(written: Any, lab: Lab) -> None:
    def held() -> Item:
        (item,) = [item for item in status(lab).items if item.name == "known"]
        return item

    given = {"name": "known", "draws": 1, "replicates": 8, "parameters": "prior"}
    with pytest.raises(Cancelled):
        batch(lab, written(**given), threads=1, progress=stopped_after(2))
    assert held().kind == "study"
    assert 0 < held().facts["done"] < held().facts["runs"] == 16
    shown = Console(file=io.StringIO(), width=120)
    standing(shown, status(lab), "en")
    assert "current, not complete (" in shown.file.getvalue()
    batch(lab, written(**given))
    assert held().facts["done"] == 16
    assert held().stale == ()
    (lab.path / "studies" / "known" / "chunks.parquet").rename(lab.path / "kept")
    assert not [item for item in status(lab).items if item.name == "known"]
    (lab.path / "kept").rename(lab.path / "studies" / "known" / "chunks.parquet")
    scenario = Path(yaml.safe_load(Path(written(**given)).read_text())["scenario"])
    scenario.write_text(scenario.read_text().replace("months: 4", "months: 5"))
    assert held().stale == ("scenario",)


def test_a_state_is_plain_data(written: Any, tmp_path: Path) -> None:
    state: StudyState = batch(None, written(), out=tmp_path / "out")
    assert json.loads(json.dumps(state.to_json()))["complete"] is True
    assert pq.read_table(tmp_path / "out" / "chunks.parquet")["runs"].to_pandas().sum() == 40


def test_without_a_lab_or_a_folder_it_goes_where_one_stands(
    written: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert batching.study_folder(None, written()) == tmp_path / "small"
