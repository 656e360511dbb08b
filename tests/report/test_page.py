"""Is the report one self-contained, escaped page that says what it rests on?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simlab.decide import Beside, compare
from simlab.report import figures, wording
from simlab.report.contents import Check, Contents, DataUsed, Fit, NoChange, ParameterRow
from simlab.report.page import render

OUTCOMES = ("headcount", "exits", "voluntary", "regretted", "business", "pay_cost", "cost",
            "morale")


@dataclass(frozen=True)
class Toy:
    y: NDArray[np.float64]
    policies: tuple[str, ...] = ("now", "plan", "more")
    start: int = 2026 * 12
    provenance: dict[str, Any] = field(default_factory=lambda: {"seed": 1})


def comparison(replicates: int = 4) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    y = rng.poisson(4.0, (80, replicates, 3, 12, len(OUTCOMES))).astype(float)
    y[..., 4] = 1e5 + 1e4 * rng.normal(size=y.shape[:-1])
    prior = Toy(y + rng.poisson(1.0, y.shape))
    return compare(Toy(y), beside=Beside(prior=prior), outcomes=OUTCOMES).to_json()


def contents(**changes: Any) -> Contents:
    bounds = {"mean": 0.2, "lower": 0.1, "upper": 0.3}
    whole = Contents(
        created="2026-01-31 12:00",
        question={"en": "Which plan keeps people?", "zh": "哪个方案能留住人？"},
        titles={"now": {"en": "As now", "zh": "维持现状"}, "plan": {"en": "Plan A", "zh": "方案甲"},
                "more": {"en": "Plan B", "zh": "方案乙"}},
        data=DataUsed(150, "2024-01", "2025-12", 3200, 61, "a1b2c3", "sample"),
        fit=Fit("2025-12", 5000, (Check("exits a month", 2.5, 2.0, 2.6, 3.0),
                                  Check("idle months", 0.5, 0.1, 0.2, 0.3)),
                (ParameterRow("slope", {"en": "Efficacy slope", "zh": "效能斜率"}, "", bounds,
                              bounds, 0.8, "Judge 2001", True, "estimated"),
                 ParameterRow("lag", {"en": "Pay lag", "zh": "薪酬滞后"}, "months", bounds, bounds,
                              0.02, "an assumption", True, "assumed"))),
        forecast=NoChange([{"month": f"2026-{m:02d}", "mean": 3, "p05": 0, "p25": 2, "p50": 3,
                            "p75": 4, "p95": 7} for m in range(1, 7)], 800),
        comparison=comparison(),
        provenance={"code": "0.1.0", "seed": 1},
    )
    return replace(whole, **changes)


def rolled() -> dict[str, Any]:
    """Two months' forecasts scored, as a lab keeps them."""
    def figure(value: float, lower: float, upper: float) -> dict[str, float]:
        return {"value": value, "lower": lower, "upper": upper}

    none = {"value": None, "lower": None, "upper": None}
    score = {"horizon": 1, "n": 400, "exits": 30, "mean": 0.08, "auc": figure(0.77, 0.74, 0.8),
             "brier": figure(0.07, 0.06, 0.08), "log_score": figure(0.25, 0.24, 0.26),
             "slope": figure(0.7, 0.6, 0.8)}
    count = {"group": "all", "horizon": 1, "origins": 2, "forecast": 16.0, "observed": 15.0,
             "crps": figure(2.0, 1.0, 3.0),
             "coverage": {level: figure(0.5, 0, 1) for level in ("50", "80", "90")}}
    points = [{"n": 40, "forecast": 0.05 * k, "observed": figure(0.05 * k, 0.0, 0.1 * k)}
              for k in (1, 2, 3)]
    month = {f"{group}_{part}": 15.0 for group in ("present", "all")
             for part in ("observed", "mean", "p05", "p25", "p75", "p95")}
    gaps = [("brier", "person", figure(-0.002, -0.003, -0.001)),
            ("auc", "person", figure(-0.02, -0.03, -0.01)),
            ("crps", "all", figure(0.1, -0.2, 0.4))]
    return {
        "start": "2026-01", "until": "2025-12", "last": "2026-02", "recalibrated": False,
        "scores": [{"method": "simlab", **score}, {"method": "base_rate", **score, "slope": none}],
        "counts": [{"method": "simlab", **count}, {"method": "base_rate", **count}],
        "differences": [{"measure": m, "group": g, "horizon": 1, "against": "base_rate",
                         "best": True, "figure": f} for m, g, f in gaps],
        "curves": {"simlab": points, "base_rate": points}, "steepness": [0.7, 0.8],
        "rows": [{"month": "2026-01", **month}, {"month": "2026-02", **month}],
    }


@pytest.mark.parametrize(("lang", "said"), [
    ("en", ["Brier score (people, 1 month): better than the best baseline, base rate",
            "AUC (people, 1 month): worse than", "CRPS (with new hires, 1 month): no clear",
            "forecasts are too bold", "0.75 of their log-odds", "left as it was"]),
    ("zh", ["Brier 评分（个人，1 个月）：优于最好的基线“基准率”", "AUC（个人，1 个月）：不如",
            "没有明确差异", "预测过于大胆"]),
])
def test_the_page_says_how_past_forecasts_turned_out(lang: str, said: list[str]) -> None:
    page = render(contents(rolling=rolled()), lang)
    for sentence in said:
        assert sentence in page
    assert 'id="figure-curve"' in page


@pytest.mark.smoke
@pytest.mark.parametrize(("lang", "said"), [
    ("en", ["Which plan keeps people?", "Plan A", "estimated from your data",
            "assumed, from: an assumption", "Jan 2024", "1 of 2 summaries"]),
    ("zh", ["哪个方案能留住人？", "方案甲", "由您的数据估计", "假设，来源：an assumption",
            "2024年1月"]),
])
def test_the_page_says_what_was_asked_answered_and_assumed(lang: str, said: list[str]) -> None:
    page = render(contents(), lang)
    for sentence in said:
        assert sentence in page


def test_the_page_loads_nothing() -> None:
    page = render(contents(), "en")
    head, _, body = page.partition("</script>")
    markup = head.split("<script>")[0] + body
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", markup)
    assert "@import" not in markup
    assert "url(" not in markup
    assert "Plotly.newPlot" in markup


def test_what_is_not_ours_is_escaped() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page = render(contents(question=hostile, titles={"plan": hostile},
                           provenance={hostile: hostile}), "en")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_a_lab_with_nothing_in_it_still_makes_a_page() -> None:
    page = render(Contents(created="today"), "zh")
    assert "尚未导入记录" in page
    assert "还没有比较过方案" in page


def test_one_replicate_is_said_to_mix_luck_in() -> None:
    assert "could not be told apart" in render(contents(comparison=comparison(1)), "en")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_name_unit_and_language(lang: str) -> None:
    tree = comparison()
    figure = figures.fan(tree, "regretted", lang, {"now": "<b>x</b>"})
    title = figure.layout.yaxis.title.text
    assert ("people" if lang == "en" else "人") in title
    assert figure.layout.xaxis.ticktext[0] == ("Jan 2026" if lang == "en" else "2026年1月")
    assert any(trace.name == "&lt;b&gt;x&lt;/b&gt;" for trace in figure.data)


def test_a_figure_is_small_because_it_holds_quantiles() -> None:
    figure = figures.fan(comparison(), "regretted", "en", {})
    assert len(figure.to_json()) < 12_000


@pytest.mark.parametrize(("value", "lang", "shown"), [
    (None, "en", "–"), (float("nan"), "en", "–"), (0.0, "en", "0"), (-3.24, "en", "−3.2"),
    (1234.4, "en", "1,234"), (1_234_567.0, "en", "1.2M"), (1_234_567.0, "zh", "123.5万"),
    (-0.0001, "en", "0.000"), (-12.0, "en", "−12.0"), (150, "zh", "150"), (0.25, "zh", "0.25"),
])
def test_numbers_are_written_for_people(value: float | None, lang: str, shown: str) -> None:
    assert wording.number(value, lang) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.0, "<1%"), (1.0, ">99%"), (0.5, "50%")])
def test_no_probability_is_certain(value: float, shown: str) -> None:
    assert wording.share(value) == shown
