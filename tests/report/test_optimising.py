"""Does a search's answer read the same in figure, tables and sentences, in both languages?"""

from __future__ import annotations

from typing import Any

import pytest

from simlab.i18n import LANGUAGES, text
from simlab.report import optimising, wording


def interval(mean: float, half: float) -> dict[str, float]:
    return {"mean": mean, "lower": mean - half, "upper": mean + 2 * half}


def option(name: str, cost: float, exits: float, standing: str, sure: float | None,
           warrant: str = "partly", by: str | None = None) -> dict[str, Any]:
    effects = {"regretted": interval(exits, 1), "full_cost": interval(cost, 100),
               "cost": interval(cost, 100), "involuntary": interval(0.1, 0.2)}
    return {
        "policy": name, "standing": standing, "on_front": sure, "by": by, "histories": 10,
        "effects": {} if standing == "dropped" else effects, "warrant": warrant,
        "owed": interval(0.4, 0.1), "searched": {},
        "values": {"training.coaching": 0.5, "incentive.stages.0.weights": {"sales_amount": 1.0}},
        "held": [{"constraint": "hours", "figure": 170 + exits, "limit": 180, "met": exits < 9,
                  "probability": 0.8}]}


def tree(**changes: Any) -> dict[str, Any]:
    names = ("one", "two", "three", "four", "five")
    return {
        "title": {"en": "T", "zh": "题"}, "calibrated": True, "check": {},
        "titles": {name: {"en": f"<{name}>", "zh": f"《{name}》"} for name in names},
        "options": {"draws": 50, "finalists": 20, "fresh_draws": 200, "replicates": 8,
                    "months": 24, "people": 150},
        "budget": 2500.0, "picked": "two",
        "optimisation": {
            "objectives": ["regretted", "full_cost"], "baseline": "one", "tried": 1859,
            "feasible": 1787, "late": 3,
            "reference": {"regretted": interval(30, 5), "full_cost": interval(5e6, 1e5)},
            "constraints": [{"name": "hours", "limit": 180, "probability": 0.9,
                             "at_least": False}],
            "optimism": {"regretted": {"mean": 1.5, "lower": 0.5, "upper": 2.5},
                         "full_cost": {"mean": 0.0, "lower": 0.0, "upper": 0.0}},
            "options": [option("one", 0, 0, "front", 0.3), option("two", 2000, -4, "front", 0.95),
                        option("three", 3000, -3, "dominated", 0.1, by="two"),
                        option("four", 1000, 9, "unmet", None),
                        option("five", 0, 0, "dropped", None, by="two")]}} | changes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_shows_every_estimate_with_its_interval(lang: str) -> None:
    figure = optimising.figure(tree(), lang)
    beaten, front = figure.data
    assert list(front.x) == [0, 2000]
    assert list(front.y) == [0, -4]
    assert list(front.error_y.array) == [2, 2]
    assert list(front.error_y.arrayminus) == [1, 1]
    assert list(front.error_x.arrayminus) == [100, 100]
    assert list(beaten.x) == [3000]
    assert beaten.marker.symbol != front.marker.symbol  # told apart without colour
    said = " ".join(note.text for note in figure.layout.annotations)
    assert "&lt;two&gt;" in said if lang == "en" else "《two》" in said
    assert wording.number(2500.0, lang) in said
    assert text("outcome.cost", lang) in figure.layout.xaxis.title.text


def test_a_likelier_policy_has_a_larger_mark() -> None:
    front = optimising.figure(tree(), "en").data[1]
    assert front.marker.size[1] > front.marker.size[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tables_and_sentences_hold_the_same_figures(lang: str) -> None:
    header, rows = optimising.table(tree(), lang)
    assert [row[0] for row in rows] == ([f"<{n}>" for n in ("one", "two")] if lang == "en"
                                        else ["《one》", "《two》"])
    assert wording.share(0.95) in rows[1]
    assert len(header) == len(rows[0])
    header, rows = optimising.held(tree(), lang)
    assert len(header) == len(rows[0]) == 4
    assert "166" in rows[0][3]
    header, rows = optimising.levers(tree(), lang)
    assert "sales_amount" in rows[0][2]
    (picked, rests) = optimising.picked(tree(), lang)
    assert "two" in picked
    assert "40%" in rests
    notes = optimising.notes(tree(), lang)
    assert any("1.5" in note for note in notes)
    assert not any("0 (" in note for note in notes)  # nothing was too good in cost
    (beaten,) = [note for note in notes if "three" in note]
    assert text("optimise.constraint.hours", lang) in beaten


@pytest.mark.parametrize(("warrant", "key"), [("assumed", "pilot"), ("unknown", "unknown")])
def test_what_rests_on_assumptions_is_to_be_piloted(warrant: str, key: str) -> None:
    alone = tree()
    alone["optimisation"]["options"][1]["warrant"] = warrant
    assert optimising.picked(alone, "en")[1] == text(f"optimise.{key}", "en")


def test_without_a_budget_nothing_is_picked() -> None:
    assert optimising.picked(tree(budget=None, picked=None), "en") == [
        text("optimise.picked_not", "en")]
