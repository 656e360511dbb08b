"""Does the report show what stands behind a comparison, and a past change that was replayed?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from simlab.decide import Terms, compare
from simlab.decide.advice import lever_evidence
from simlab.decide.channels import Apart
from simlab.report import comparing, figures
from simlab.report.page import render
from tests.report.test_page import Toy, contents

OUTCOMES = ("headcount", "vacancies", "regretted", "business", "cost", "replacement_cost",
            "lost_business")
TITLES = {"now": "As now", "plan": "Plan A", "more": "Plan B"}


def whole() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    y = rng.poisson(4.0, (40, 4, 3, 12, len(OUTCOMES))).astype(float)
    totals = y.sum(axis=3)
    apart = Apart(totals, {"pay": totals[:, ::-1], "help": totals}, totals + 5)
    levers = lever_evidence("plan", "now", {"training.coaching"}, [], [])
    return compare(Toy(y), "now", outcomes=OUTCOMES, apart=apart, levers=levers, plan=50,
                   terms=Terms(down_by=0.1, budget=10, margin=0.3, currency="CNY")).to_json()


def event() -> dict[str, Any]:
    span = {"mean": 3.0, "lower": 1.0, "upper": 6.0}
    rows = [{"month": f"2025-0{m}", "observed": m, "without": span, "under": span}
            for m in (7, 8)]
    total = {"observed": 15, "without": span, "under": span, "difference": span,
             "departure": span, "place_without": 0.2, "place_under": 0.5, "story": "both"}
    return {"title": {"en": "Two days <at home>", "zh": "居家两天"}, "date": "2025-07",
            "options": {"months": 2}, "informed": ["a"], "cautions": [], "confounders": [],
            "groups": [{"changed": True, "people": 30, "months": rows, "total": total}]}


@pytest.mark.parametrize(("lang", "said"), [
    ("en", ["Chances of each policy", "P(best)", "Target: regretted exits down by 10%",
            "Worth in money", "margin of 30%", "The cost of doing nothing",
            "Headcount against plan", "Through which channels", "Evidence of each lever",
            "from totals of a survey", "A past change, replayed", "Two days &lt;at home&gt;"]),
    ("zh", ["各方案的把握", "P(最佳)", "折合金额", "什么都不做的代价", "各月在职人数与编制",
            "通过哪些渠道", "每个杠杆的证据", "一次既往变化的重演", "居家两天"]),
])
def test_the_page_shows_what_stands_behind_the_answer(lang: str, said: list[str]) -> None:
    source = "from totals of a survey"
    page = render(contents(comparison=whole(), event=event(), totals=source), lang)
    for sentence in said:
        assert sentence in page
    assert source in page
    for name in ("dots", "cost-effect", "net-value", "headcount", "vacancies", "channels-0"):
        assert f'id="figure-{name}"' in page


def test_a_comparison_without_all_this_still_renders() -> None:
    page = render(contents(), "en")
    assert 'id="figure-channels-0"' not in page


def drawn(figure: go.Figure) -> str:
    return json.dumps(figure.to_plotly_json(), default=str, ensure_ascii=False)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_policies_are_told_apart_without_colour(lang: str) -> None:
    tree = whole()
    for made in (figures.difference_dots, figures.cost_effect):
        symbols = {trace.marker.symbol for trace in made(tree, TITLES, lang).data
                   if trace.mode == "markers"}
        assert len(symbols) == 2
    assert "Plan B" in drawn(figures.cost_effect(tree, TITLES, lang))
    assert "CNY" in drawn(figures.net_value(tree, TITLES, lang))


def test_channel_bars_hold_every_part_the_remainder_and_the_whole() -> None:
    (first, *_) = whole()["channels"]
    (bars,) = figures.channel_bars(first, "en").data
    assert list(bars.y) == ["pay", "help after early warning", "Remainder (interaction)",
                            "All together"]
    assert sum(bars.x[:3]) == pytest.approx(bars.x[3])


def test_dots_are_the_draws_and_their_mean_the_effect() -> None:
    tree = whole()
    effect = next(e for e in tree["effects"] if (e["policy"], e["against"], e["outcome"]) == (
        "plan", "now", "regretted"))
    assert np.mean(tree["dots"][0]["headline"]) == pytest.approx(effect["difference"]["mean"])


def test_what_precision_came_to_is_said() -> None:
    tree = whole()
    for ratio, asked, replicates, said in (
            (0.08, 0.1, 16, "asked: 0.1"), (0.5, 0.1, 64, "the cap"), (0.5, 0.0, 8, "as asked"),
            (None, 0.1, 1, "cannot be told"), (None, 0.1, 64, "still hides all")):
        reached = ratio is not None and ratio <= asked
        tree["precision"] = {"ratio": ratio, "asked": asked, "replicates": replicates,
                             "cap": 64, "reached": reached}
        assert said in comparing.precision(tree, "en")[0]


def test_terms_are_plain_data() -> None:
    assert whole()["terms"] == asdict(Terms(down_by=0.1, budget=10, margin=0.3, currency="CNY"))
