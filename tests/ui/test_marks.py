"""Does what an answer rests on stand on every chart, and go with every download?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from simlab.i18n import text
from simlab.jobs.answering import answers
from simlab.jobs.demo import sample_lab
from simlab.jobs.outlook import outlook
from simlab.jobs.runner import Runner
from simlab.jobs.stored import stored_answers
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.components import Source, chart_card, warrant_badge
from simlab.ui.components.charts import downloaded
from simlab.ui.pages.overview import layout
from simlab.ui.visit import Visit, visit

TREE = {"made": "2026-01-01", "calibrated": True, "check": {"verdict": "failed"},
        "inputs": {"code": "0.1.0", "data": "a1b2"}, "options": {"seed": 7}}


@pytest.fixture
def seen(lab: Lab) -> Iterator[Visit]:
    with create(lab, Runner(lab)).server.test_request_context("/overview"):
        yield visit()


def sent(component: Any) -> str:
    return json.dumps(component, default=lambda e: e.to_plotly_json(), ensure_ascii=False)


def chart(seen: Visit, tree: dict[str, Any], badge: Any = None) -> str:
    return sent(chart_card(
        seen, "x", "title", "note", go.Figure(), header=["a"], rows=[["1"]], data=[{"a": 1}],
        source=Source.of(tree, formula="f", n="n", period="p", unit="u"), badge=badge))


def test_a_chart_says_what_stands_beneath_it(seen: Visit) -> None:
    found = chart(seen, TREE)
    assert found.count(f'"children": "{text("ui.badge_calibrated", "en")}"') == 1
    assert text("check.short.failed", "en") in found
    prior = chart(seen, TREE | {"calibrated": False, "check": {}})
    assert f'"children": "{text("ui.badge_prior", "en")}"' in prior
    totals = chart(seen, TREE | {"options": {"totals": "Yearbook"}})
    assert f'"children": "{text("ui.badge_totals", "en")}"' in totals


def test_a_chart_of_the_records_alone_has_no_mark(seen: Visit) -> None:
    found = chart(seen, {"made": "2026-01-01"})
    assert "lab-badge" not in found
    assert '"rests_on": []' in found


def test_the_badge_of_an_answer_goes_with_its_downloads(seen: Visit) -> None:
    source = Source.of(TREE, formula="f", n="n", period="p", unit="u")
    data = downloaded(seen, "x", [{"a": 1}], source, warrant_badge("partly", "zh"))
    assert data["rests_on"] == [
        text("report.warrant_short_partly", "zh"), text("ui.badge_calibrated", "en"),
        text("check.short.failed", "en")]
    assert data["stamp"].startswith(" · ".join(data["rests_on"]))
    assert data["stamp"].endswith("simlab 0.1.0 · Seed: 7 · Data hash: a1b2")
    assert data["source"]["check"] == "failed"


def test_what_the_data_answer_stands_on_the_forecast(seen: Visit) -> None:
    outlook(seen.lab, months=2, draws=4, replicates=2)
    before = sent(layout.view(seen))
    answers(seen.lab, draws=20, replicates=2, months=1)
    grid = stored_answers(seen.lab)
    assert grid is not None
    verdict = next(each["verdict"] for each in grid["answers"] if each["question"] == "exits")
    said = text(f"grid.verdict.{verdict}", "en")
    assert f'"children": "{said}"' not in before
    assert f'"children": "{said}"' in sent(layout.view(seen))
    seen.lab.write_json("answers/grid.json", {**grid, "inputs": {}})
    assert f'"children": "{said}"' not in sent(layout.view(seen))  # of other records: not shown


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return sample_lab(tmp_path / "lab")[0]
