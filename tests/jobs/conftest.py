from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import scenarios
from simlab.jobs import study_plan


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a study of seconds has many."""
    monkeypatch.setattr(study_plan, "LEAST_PERSON_MONTHS", 500)
    monkeypatch.setattr(study_plan, "CHUNK_PERSON_MONTHS", 5_000)


@pytest.fixture
def written(tmp_path: Path, small_chunks: None) -> Any:
    """Writes a study of a firm of twelve; gives its path."""
    made = scenarios.load("sales_transition")
    scenario = tmp_path / "tiny.yaml"
    scenario.write_text(yaml.safe_dump({
        "name": "tiny", "title": dict(made.title), "question": dict(made.question),
        "start": "2026-01", "months": 4, "burn_in": 2, "current": "before_transition",
        "policies": ["move_only", "train_and_help"], "baseline": "move_only",
        "firm": {"people": 12, "team_size": 6}}), encoding="utf-8")

    def write(**changes: Any) -> str:
        given = {"name": "small", "title": {"en": "Small", "zh": "小"}, "scenario": str(scenario),
                 "draws": 5, "replicates": 4, "outcomes": ["regretted", "headcount", "cost"]}
        file = tmp_path / "study.yaml"
        file.write_text(yaml.safe_dump(given | changes), encoding="utf-8")
        return str(file)

    return write


def computed(folder: Path) -> dict[str, bytes]:
    """What a study in `folder` has computed."""
    return {str(file.relative_to(folder)): file.read_bytes()
            for file in folder.rglob("*.parquet")}


@pytest.fixture
def files() -> Any:
    """The function that reads what a study in a folder has computed, file by file."""
    return computed
