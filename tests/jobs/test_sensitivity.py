"""Is a sensitivity study kept, resumed, told in both languages, and refused where it must be?"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

import scenarios
from scenarios.uncertainty import assumed
from simlab.cli import app
from simlab.decide.experiment import Experiment
from simlab.errors import Cancelled
from simlab.i18n import LANGUAGES
from simlab.jobs.futures import in_future
from simlab.jobs.reporting import contents, report
from simlab.jobs.sensitivity import FACTS, sensitivity
from simlab.jobs.setting import set_up
from simlab.jobs.standing import status
from simlab.lab import Lab
from simlab.parameters import INDEX, NAMES, prior_draws, prior_quantiles
from simlab.progress import Progress
from simlab.report import sensitivity as told

SMALL: dict[str, Any] = {"draws": 100, "replicates": 2, "trajectories": 2, "months": 3,
                         "policies": ["move_only", "train_and_help"]}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The built-in scenario with few people."""
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    source = Path(scenarios.__file__).with_name("sales_transition.yaml")
    tree = yaml.safe_load(source.read_text(encoding="utf-8"))
    tree["name"], tree["burn_in"] = "small", 2
    tree["firm"]["people"] = 24
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab.create(tmp_path_factory.mktemp("lab") / "lab")


@pytest.fixture(scope="module")
def tree(lab: Lab, scenario: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("out")
    made = sensitivity(lab, scenario, value=10_000.0, out=out, **SMALL)
    rows = list(csv.DictReader((out / "parameters.csv").open(encoding="utf-8")))
    assert {row["parameter"] for row in rows} < set(NAMES)
    kept: dict[str, Any] = json.loads((lab.path / "sensitivity/small.json").read_text("utf-8"))
    assert kept == json.loads((out / "sensitivity.json").read_text("utf-8"))
    assert kept["study"] == json.loads(json.dumps(made.study.to_json()))
    return kept


def test_it_says_where_it_comes_from_and_leaves_no_parts(lab: Lab, tree: dict[str, Any]) -> None:
    assert {"inputs", "check", "made", "calibrated"} <= set(tree)
    assert tree["options"]["draws"] == 100
    assert tree["options"]["value"] == 10_000.0
    assert not tree["calibrated"]
    assert not (lab.path / "sensitivity/parts/small").exists()
    item, = status(lab).items
    assert (item.kind, item.name, item.stale) == ("sensitivity", "small", ())


def test_stopped_it_goes_on_with_the_same_answer(
    lab: Lab, scenario: str, tree: dict[str, Any], tmp_path: Path
) -> None:
    other = Lab.create(tmp_path / "other")
    met: list[str] = []

    def stop(stage: str, done: int, total: int) -> None:
        met.append(stage)
        if stage == "screen" and done == 1:
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled) as stopped:
        sensitivity(other, scenario, value=10_000.0, progress=progress, **SMALL)
    kept = sorted((other.path / "sensitivity/parts").rglob("*.npy"))
    assert stopped.value.values["kept"] == len(kept) > 2
    assert str(len(kept)) in stopped.value.explain("zh")
    times = {path: path.stat().st_mtime_ns for path in kept}
    begun: list[int] = []
    again = sensitivity(other, scenario, value=10_000.0, progress=Progress(
        lambda stage, done, total: begun.extend(
            path.stat().st_mtime_ns == times[path] for path in kept if path.exists())), **SMALL)
    assert all(begun)  # what was there was not computed again
    assert json.loads(json.dumps(again.study.to_json())) == tree["study"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_holds_the_section(
    lab: Lab, tree: dict[str, Any], lang: str, tmp_path: Path
) -> None:
    assert contents(lab).sensitivity == tree
    page = report(lab, lang, out=tmp_path).read_text(encoding="utf-8")
    one = tree["study"]["policies"][0]
    for said in (told.heading(tree, lang)[0], told.policy_heading(tree, one, lang)):
        assert said in page
    assert "figure-tornado-0" in page
    figure = told.tornado_figure(tree, one, lang)
    widths = [abs(b - a) for a, b in (trace.x for trace in figure.data if trace.mode == "lines")]
    assert widths == sorted(widths, reverse=True)
    assert len(widths) == min(len(one["tornado"]), told.SWINGS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_indices_and_worth_are_drawn_where_there_are_any(tree: dict[str, Any], lang: str) -> None:
    one = tree["study"]["policies"][0]
    poor = {**one, "emulator": {**one["emulator"], "indices": []}}
    assert told.sobol_figure(tree, poor, lang) is None
    interval = {"mean": 0.4, "lower": 0.3, "upper": 0.5}
    good = {**one, "emulator": {**one["emulator"], "indices": [
        {"name": "exit_level", "first": interval, "total": interval}]}}
    figure = told.sobol_figure(tree, good, lang)
    assert figure is not None
    assert [trace.x[0] for trace in figure.data] == [0.4, 0.4]
    assert len(told.screen(tree, good, lang)[0]) == len(told.screen(tree, poor, lang)[0]) + 2
    worth = {**tree, "study": {**tree["study"], "evppi": [
        {"name": "exit_level", "parameters": ["exit_level"], "value": interval, "changes": 0.1}]}}
    bars = told.information_figure(worth, lang)
    assert bars is not None
    assert list(bars.data[0].x) == [0.4]


@pytest.mark.parametrize(("options", "said"), [
    (["--outcome", "regreted"], "regretted"),
    (["--outcome", "headcount"], "neither"),
    (["--policy", "move_only"], "two policies"),
    (["--draws", "40"], "40 draws are too few"),
    (["--value", "-1"], "--value"),
])
def test_bad_input_is_refused_with_a_sentence(
    lab: Lab, scenario: str, options: list[str], said: str
) -> None:
    found = CliRunner().invoke(app, ["sensitivity", str(lab.path), scenario, "--lang", "en",
                                     "--months", "1", *options])
    assert found.exit_code == 2
    assert said in found.stderr


def test_rows_of_an_experiment_differ_by_their_parameters_alone() -> None:
    study = scenarios.load("sales_transition")
    policies = tuple(study.policies.values())[:2]
    firm = study.firm()
    model = Experiment(firm, policies, prior_draws(4, 1), 2, ("exits", "cost", "morale"), 3,
                       study.current)
    same = np.repeat(prior_draws(1, 2), 3, axis=0)
    same[2, INDEX["exit_level"]] += 2.0
    y = model.at(same, 1, "x", Progress())
    np.testing.assert_array_equal(y[0], y[1])
    assert y[2, :, 0, 0].sum() > y[0, :, 0, 0].sum()
    other = model.at(same[:1], 2, "x", Progress())
    assert not np.array_equal(other[0], y[0])
    assert model.over_draws(Progress()).shape == (4, 3, 2, 3)


def test_the_facts_of_a_tornado_move_the_firm_and_keep_to_their_bounds(lab: Lab) -> None:
    setting = set_up(lab, "sales_transition", draws=2, seed=1)
    firm, facts = setting.firm, setting.study.facts
    moved = {fact.name: in_future(setting, (), [fact], {fact.name: fact.span[1]})[0].firm
             for fact in FACTS}
    assert moved["replacement_cost"].firm["replacement_cost"] \
        == 1.5 * firm.firm["replacement_cost"]
    assert moved["market"].firm["market"] == firm.firm["market"] + 0.2
    np.testing.assert_allclose(moved["coaching"].teams["coaching"], 1.5 * facts.coaching)
    np.testing.assert_allclose(moved["support_capacity"].departments["capacity"],
                               1.5 * firm.departments["capacity"])
    good = facts.model_copy(update={"coaching": 0.9})
    assert [fact.name for fact in assumed(good, (), FACTS)] == [
        fact.name for fact in FACTS if fact.name != "coaching"]


def test_quantiles_of_the_prior_are_those_of_its_draws() -> None:
    draws = prior_draws(20_000, 1)
    shares = np.repeat([[0.05], [0.5], [0.95]], len(NAMES), axis=1)
    found = prior_quantiles(shares)
    spread = np.maximum(draws.std(axis=0), 1e-12)
    for share, row in zip((0.05, 0.5, 0.95), found, strict=True):
        assert (np.abs(np.quantile(draws, share, axis=0) - row) / spread < 0.06).all()


@pytest.mark.slow
def test_the_example_of_the_how_to_runs() -> None:
    page = Path(__file__).parents[2] / "docs/how-to/find-what-to-measure-first.md"
    code, = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Screened(name=" in said.stdout
