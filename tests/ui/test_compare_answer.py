"""Does the page show the whole answer, and follow only addresses that make sense?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import dash_mantine_components as dmc
import pytest

import scenarios
from simlab.errors import LabError
from simlab.jobs.comparing import compare
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui.choices import Choices
from simlab.ui.pages.compare import results
from simlab.ui.pages.compare.asked import SECTIONS, Asked, Look, address, read, read_look
from simlab.ui.pages.compare.controls import gathered
from simlab.ui.pages.compare.reading import Reading
from simlab.ui.visit import Served, Visit

STUDY = "sales_transition"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A comparison of people drawn from the scenario, judged by everything there is."""
    lab = Lab.create(tmp_path_factory.mktemp("compared") / "lab")
    return compare(lab, STUDY, ["move_only", "pay_bridge"], draws=6, replicates=3, months=6, seed=3,
                   terms={"down_by": 0.1, "budget": 1e6, "margin": 0.3}).to_json()


@pytest.fixture
def reader(lab: Lab) -> Iterator[Visit]:
    runner = Runner(lab)
    yield Visit(Served(lab, runner), "en", Choices("strategist", "light", "average", "records"))
    runner.close()


def words(component: Any) -> str:
    return json.dumps(component.to_plotly_json(), default=lambda each: each.to_plotly_json()
                      if hasattr(each, "to_plotly_json") else str(each), ensure_ascii=False)


@pytest.mark.parametrize(("section", "said"), [
    ("chances", ["P(best)", "P(harm)", "P(target met)", "P(within budget)",
                 "Target: regretted exits down by 10%", "compare-outcomes-pay_bridge"]),
    ("months", ["compare-headcount", "compare-vacancies", "compare-cost", "plan ("]),
    ("money", ["Months until paid back", "margin of 30%", "compare-idle-replacement_cost",
               "compare-idle-lost_business", "compare-idle-total", "compare-ramp-up"]),
    ("channels", ["Remainder (interaction)", "The same 6 draws"]),
    ("groups", ["compare-groups-segment-regretted", "fewer than ten"]),
    ("evidence", ["Set differently", "Parameters by grade", "compare-tested-pay_bridge",
                  "3 replicates a draw", "Correlation of paired histories"]),
])
def test_a_section_shows_its_part(reader: Visit, tree: Any, section: str, said: list[str]) -> None:
    shown = words(results.section(Reading(reader, tree), Look(section=section)))
    assert [sentence for sentence in said if sentence not in shown] == []


def test_the_answer_stands_before_the_sections_and_only_one_is_drawn(
    reader: Visit, tree: Any
) -> None:
    view = results.view(reader, tree, Look(section="money"))
    assert [each.id for each in view.children[1:2]] == ["compare-answer-pay_bridge"]
    tabs = view.children[-1]
    panels = {each.value: each.children.children for each in tabs.children[1:]}
    assert list(panels) == list(SECTIONS)
    assert [name for name, content in panels.items() if content is not None] == ["money"]


def test_an_address_says_all_that_is_asked(lab: Lab) -> None:
    asked = Asked(STUDY, ("move_only", "pay_bridge"), 12, 50, 0.2, 16,
                  {"at_most": None, "down_by": 0.15, "budget": 2e6, "margin": None},
                  {"unit": ("a, b",), "site": (), "grade": ()})
    look = Look("groups", "cost", "monthly", "tier")
    query = dict(parse_qsl(address(asked, look)[1:]))
    assert read(query, lab) == asked
    assert read_look(query) == look
    assert read({}, lab).policies == tuple(scenarios.load(STUDY).policies)


@pytest.mark.parametrize(("query", "code"), [
    ({"scenario": "/etc/passwd"}, "not_offered"),
    ({"scenario": STUDY, "policies": "a,b", "months": "many"}, "address_value"),
    ({"scenario": STUDY, "policies": "a,b", "draws": "1e99"}, "address_value"),
    ({"scenario": STUDY, "policies": "a,b", "draws": "nan"}, "address_value"),
    ({"scenario": STUDY, "policies": "a,b", "unit": "[1]"}, "address_value"),
])
def test_an_address_that_makes_no_sense_is_refused(
    lab: Lab, query: dict[str, str], code: str
) -> None:
    with pytest.raises(LabError) as refused:
        read(query, lab)
    assert refused.value.code == code


def test_a_look_that_there_is_not_is_refused() -> None:
    with pytest.raises(LabError) as refused:
        read_look({"section": "<script>"})
    assert refused.value.code == "address_choice"


@pytest.mark.parametrize(("scenario", "policies", "code"), [
    (STUDY, ("move_only",), "too_few_policies"),
    (STUDY, ("move_only", "../secrets.yaml"), "not_offered"),
    ("../secrets.yaml", ("move_only", "pay_bridge"), "not_offered"),
])
def test_only_what_the_lab_offers_is_run(
    lab: Lab, scenario: str, policies: tuple[str, ...], code: str
) -> None:
    with pytest.raises(LabError) as refused:
        Asked(scenario, policies, 6).arguments(lab)
    assert refused.value.code == code


def test_the_form_is_read_in_the_units_it_shows() -> None:
    form = {"policies": ["a", "b"], "months": 12, "draws": 40, "precision": 0.1, "most": 8,
            "down_by": 20, "margin": "", "budget": 5000, "section": "money"}
    values = [{"id": {"compare": name}, "value": value} for name, value in form.items()]
    asked, look = gathered(STUDY, values)
    assert asked.terms == {"at_most": None, "down_by": 0.2, "budget": 5000.0, "margin": None}
    assert (asked.months, asked.most, look.section) == (12, 8, "money")
    for name, wrong in (("months", 0.5), ("draws", None), ("budget", "much"), ("most", 10**6)):
        with pytest.raises(LabError):
            gathered(STUDY, [{"id": {"compare": key}, "value": value}
                             for key, value in (form | {name: wrong}).items()])


def test_a_table_alone_has_no_picture_to_download(reader: Visit, tree: Any) -> None:
    card = results.section(Reading(reader, tree), Look()).children[0]
    buttons = {each.id["save"]: getattr(each, "display", None) for each in card._traverse()
               if isinstance(each, dmc.Button)}
    assert buttons == {"csv": None, "json": None, "png": "none"}
