"""Does Support answer its question, from the page's own button to the figure?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from simlab.decide.waiting import recorded
from simlab.i18n import text
from simlab.jobs.stored import stored_of_policy
from simlab.lab import Lab
from simlab.report import figures, wording
from simlab.report.support import by_department
from simlab.ui.pages import one_policy

Visitor = Callable[..., Any]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("zh", "phone")])
def test_where_requests_die(
    visit: Visitor, lab: Lab, monkeypatch: pytest.MonkeyPatch, lang: str, view: str
) -> None:
    monkeypatch.setattr(one_policy, "FULL", {"draws": 10, "replicates": 2, "months": 14})
    page = visit(lang, view, "support?policy=move_only")
    page.get_by_text(text("page.support.empty_title", lang)).wait_for()
    page.get_by_role("button", name=text("page.support.run", lang), exact=True).click()
    page.locator("#support-open .scatterlayer .trace").first.wait_for()
    tree = stored_of_policy(lab, "support", "sales_transition", "move_only")
    assert tree is not None
    # The one number is the share past the SLA over all departments.
    late = 100 * tree["waiting"][0]["late"]["mean"]
    assert page.locator("#support-late .lab-big").inner_text() == wording.number(late, lang)
    # A line with a band for each department and for all together.
    assert page.locator("#support-open .scatterlayer .trace").count() == 2 * len(tree["waiting"])
    assert page.locator("#support-levers tbody tr").count() == len(tree["changes"]) - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_recorded_and_simulated_stand_together() -> None:
    seen = asdict(recorded("Lab", np.array([20.0, 8, 3]), np.array([12.0, 5, 2]), 1))
    line = {**seen, "department": "all", "recorded": False}
    tree = {"waiting": [line], "observed": [seen], "practice": "sales", "sla": 1}
    figure = figures.still_open(tree, "en")
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.name for trace in marks] == ["Lab (recorded)"]
    assert marks[0].y == seen["mean"]
    header, rows = by_department(tree, "zh")
    assert [row[0] for row in rows] == ["所有部门", "Lab（记录）"]
    assert all(len(row) == len(header) for row in rows)
