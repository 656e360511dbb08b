"""Is a study told beforehand, summed up, kept and taken along as it is?"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from scenarios.study import load_study, study_text
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.batching import StudyState, batch
from simlab.jobs.own_studies import find_study, save_study, version_of
from simlab.jobs.study_archive import archive
from simlab.jobs.study_estimate import estimate
from simlab.jobs.study_folder import StudyFolder
from simlab.lab import Lab
from simlab.report import studies as told

FACTORS = {"training.coaching": {"choices": [0, 0.5]},
           "firm.support_capacity": {"lower": 0.1, "upper": 0.5, "step": 0.05}}
OWN = """\
name: mine
title: {en: Mine, zh: 我的}
scenario: sales_transition
draws: 2
"""


@pytest.fixture
def monthly(written: Any, tmp_path: Path) -> StudyState:
    """A study by month, of two policies and two factors."""
    return batch(None, written(design="factorial", factors=FACTORS, replicates=2),
                 out=tmp_path / "out")


def expected_by(folder: Path, column: str, outcome: str, over: str) -> pd.DataFrame:
    """(draw, level) what pandas makes of the figures: a second way to the same numbers."""
    runs = pd.read_parquet(folder / "runs").groupby(
        ["point", "policy", "draw", "replicate"], observed=True)[outcome].agg(over).reset_index()
    design = pd.read_parquet(folder / "design.parquet").drop(columns="policy")
    joined = runs.merge(design, on="point")
    return joined.pivot_table(index="draw", columns=column, values=outcome, observed=True)


@pytest.mark.parametrize(("outcome", "over"), [("regretted", "sum"), ("headcount", "mean")])
def test_the_summary_is_that_of_the_figures(
    monthly: StudyState, outcome: str, over: str
) -> None:
    assert monthly.summary is not None
    factors = {factor["name"]: factor["levels"] for factor in monthly.summary["factors"]}
    assert list(factors) == ["policy", *sorted(FACTORS)]
    for name in ("policy", "training.coaching"):
        found = expected_by(Path(monthly.path), name, outcome, over)
        first = found.iloc[:, 0]
        for level, column in zip(factors[name], found, strict=True):
            assert level["level"] == (column if name == "policy" else f"{column:.3g}")
            assert level["runs"] == monthly.runs / 2
            np.testing.assert_allclose(
                [level["outcomes"][outcome][part] for part in ("mean", "lower", "upper")],
                [found[column].mean(), *found[column].quantile([0.05, 0.95])])
            if column != found.columns[0]:
                change = found[column] - first
                kept = level["differences"][outcome]
                np.testing.assert_allclose(kept["mean"], change.mean())
                assert (kept["below"], kept["above"]) == (
                    (change < 0).mean(), (change > 0).mean())


def test_a_factor_with_many_values_is_cut_into_parts_of_about_equal_count(
    monthly: StudyState
) -> None:
    assert monthly.summary is not None
    levels = monthly.summary["factors"][1]["levels"]
    assert len(levels) == 4
    assert sum(level["points"] for level in levels) == monthly.points
    assert max(level["points"] for level in levels) <= 2 * min(
        level["points"] for level in levels)
    assert levels[0]["level"].startswith("0.1–")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_level_is_told_beside_the_first_of_its_factor(
    monthly: StudyState, lang: str
) -> None:
    tree = monthly.to_json()
    header, rows = told.levels(tree, "regretted", lang)
    assert len(rows) == 2 + 2 + 4
    assert all(len(row) == len(header) for row in rows)
    assert len(told.figure(tree, "regretted", lang).data[0].x) == 1 + 3 + 1
    # of money less is better, and a level is told from the first by the share below it
    share = tree["summary"]["factors"][0]["levels"][1]["differences"]["cost"]["below"]
    cell = told.levels(tree, "cost", lang)[1][1][-1]
    assert cell == {0: "<1%", 1: ">99%"}.get(share, f"{100 * share:.0f}%")


def test_an_estimate_counts_exactly_and_measures_the_rest(
    written: Any, tmp_path: Path
) -> None:
    study = written(design="factorial", factors=FACTORS, replicates=40)
    found = estimate(None, study, threads=1)
    state = batch(None, study, out=tmp_path / "out", threads=1)
    assert (found.points, found.runs) == (state.points, state.runs) == (36, 36 * 5 * 40)
    assert found.sample < found.runs
    figures = sum(path.stat().st_size for path in StudyFolder(Path(state.path)).runs()) / 1e6
    assert 0.3 * figures < found.megabytes < 3 * figures
    assert found.minutes > 0


def test_a_study_leaves_as_one_file_of_either_form(monthly: StudyState) -> None:
    folder = StudyFolder(Path(monthly.path))
    packed = {form: zipfile.ZipFile(io.BytesIO(b"".join(archive(folder, form))))
              for form in ("parquet", "csv")}
    for each in packed.values():
        assert each.testzip() is None
        assert json.loads(each.read("out/study.json")) == folder.describe()
    assert set(packed["parquet"].namelist()) == {
        f"out/{path.relative_to(folder.path)}" for path in folder.files()}
    kept = pd.read_parquet(folder.path / "runs").drop(columns="block").astype({"policy": str})
    sent = pd.read_csv(io.BytesIO(packed["csv"].read("out/runs.csv")))
    order = ["point", "draw", "replicate", "month"]
    pd.testing.assert_frame_equal(
        sent.sort_values(order, ignore_index=True),
        kept.sort_values(order, ignore_index=True), check_dtype=False)


def test_a_lab_keeps_studies_as_they_are_written_and_loses_none(lab: Lab) -> None:
    assert save_study(lab, OWN).name == "mine"
    assert find_study(lab, "mine") == save_study(lab, OWN)
    edited = OWN + "replicates: 2\n"
    with pytest.raises(LabError, match="another study called mine"):
        save_study(lab, edited)
    save_study(lab, edited, replaces=version_of(OWN))
    with pytest.raises(LabError, match="since you opened it"):
        save_study(lab, OWN, replaces=version_of(OWN))
    assert find_study(lab, "mine").replicates == 2


@pytest.mark.parametrize(("written", "said"), [
    (OWN.replace("mine", "three_policies"), "built-in study"),
    (OWN.replace("sales_transition", "/etc/passwd.yaml"), "There is no '/etc/passwd.yaml' here"),
    (OWN + "policies: [/etc/passwd.yaml]\n", "There is no '/etc/passwd.yaml' here"),
    (OWN.replace("mine", "../mine"), "name"),
    ("[", "YAML"),
    ("just words", "a study is a mapping"),
])
def test_what_is_no_study_of_ones_own_is_refused_and_not_kept(
    lab: Lab, written: str, said: str
) -> None:
    with pytest.raises(LabError, match=said):
        save_study(lab, written)
    assert not list((lab.path / "studies").glob("**/*"))


def test_a_built_in_study_is_shown_as_it_is_run() -> None:
    tree = yaml.safe_load(study_text("coaching_and_guarantee"))
    assert tree["points"] == load_study("coaching_and_guarantee").points
