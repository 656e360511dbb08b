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
from simlab.report.page import Check, Contents, DataUsed, Fit, NoChange, ParameterRow, render

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
