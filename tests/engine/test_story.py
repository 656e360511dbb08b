"""Is a story the very history that the ensemble counted, and does it say why?"""

import json
import re

import numpy as np
import pytest

import scenarios
from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import history_number, simulate
from simlab.engine.month import MONTH
from simlab.engine.outcomes import OUTCOMES
from simlab.engine.story import MORALE, NOTICED, tell
from simlab.i18n import LANGUAGES, catalogue
from simlab.panel import month_name, month_number
from simlab.parameters import INDEX, prior_draws, prior_mean
from simlab.policy import Policy
from simlab.world import Cause, Exit, Help

MONTHS = 15
FIRM = scenario_firm(FirmFacts(people=14, team_size=7, support_capacity=0.05),
                     month_number("2026-01"), seed=4)
BUSY = scenarios.policy("train_and_help")


@pytest.fixture(scope="module")
def stories():
    """Everybody of a firm that hires nobody, in one history; work is hard, so people leave."""
    firm = FIRM.with_facts(vacancies=0)
    draw = prior_mean()
    draw[INDEX["exit_level"]], draw[INDEX["request_rate"]] = -2.8, 2.0
    number = int(history_number(0, 1))
    told = [tell(firm, BUSY, draw, slot=slot, months=MONTHS, history=number, seed=5)
            for slot in range(len(firm.people))]
    y = simulate(firm, [BUSY], draw[None, :], months=MONTHS, replicates=2, seed=5).y
    return told, y[0, 1, 0]


def events(told, kind):
    return [(story, month, event) for story in told for month in story.months
            for event in month.events if event.kind == kind]


def test_the_told_history_is_the_ensembles_bit_for_bit(stories):
    told, y = stories
    for story in told:
        np.testing.assert_array_equal(story.outcomes, y)


def test_the_stories_of_all_people_add_up_to_the_firms_figures(stories):
    """Each exit, exam, complaint and offer of help is in exactly one story, in its month."""
    told, y = stories
    names = [month_name(FIRM.start + m) for m in range(MONTHS)]
    for kind, outcome in (("exit", "exits"), ("exam_passed", "exams_passed"),
                          ("exam_failed", "exams_failed")):
        found = [month.month for _, month, _ in events(told, kind)]
        counted = y[:, OUTCOMES.index(outcome)]
        assert [found.count(name) for name in names] == counted.tolist(), kind
        assert kind == "exam_failed" or counted.sum() > 0, kind
    complaints = np.zeros(MONTHS)
    for _, month, event in events(told, "complaint"):
        complaints[names.index(month.month)] += event.values["count"]
    np.testing.assert_array_equal(complaints, y[:, OUTCOMES.index("complaints")])
    offers = events(told, "help_accepted") + events(told, "help_declined")
    assert len(offers) == y[:, OUTCOMES.index("approached")].sum() > 0
    voluntary = [e for _, _, e in events(told, "exit") if e.values["kind"] == "voluntary"]
    assert len(voluntary) == y[:, OUTCOMES.index("voluntary")].sum() > 0


def test_headcount_is_the_number_of_stories_still_going_on(stories):
    told, y = stories
    going = [sum(len(story.months) > m for story in told) for m in range(MONTHS)]
    assert going == y[:, OUTCOMES.index("headcount")].tolist()


def test_a_decision_names_the_largest_cause_of_its_month(stories):
    decided = [(month, event) for _, month, event in events(stories[0], "decision")]
    assert decided
    for month, event in decided:
        above = {c: v for c, v in month.causes.items() if c != "level" and v > 0}
        assert event.values["reason"] == (max(above, key=above.get) if above else "level")
        assert 0 <= event.values["avoidable"] < 1


def test_the_chance_follows_from_the_causes_and_morale_from_the_states(stories):
    for story in stories[0]:
        for month in story.months:
            assert sum(month.morale.values()) == pytest.approx(
                sum(w * (month.states[s] - 0.5) for s, w in MORALE.items()))
            if month.chance is None:
                assert month.causes == {}
                continue
            assert set(month.causes) == {cause.name.lower() for cause in Cause}
            hazard = np.exp(sum(month.causes.values()))
            assert month.chance == pytest.approx(1 - np.exp(-hazard))


def test_help_that_ends_has_begun(stories):
    for story in stories[0]:
        running = 0
        for month in story.months:
            for event in month.events:
                running += (event.kind == "help_begun") - (event.kind == "help_ended")
                assert running in (0, 1)


def test_the_twin_differs_only_by_the_policy():
    as_is = Policy(name="as_is", title={"en": "As is", "zh": "现状"})
    draw = prior_draws(1, 3)[0]
    same = [tell(FIRM, as_is, draw, slot=2, months=6, seed=8) for _ in range(2)]
    assert same[0].months == same[1].months
    other = tell(FIRM, BUSY, draw, slot=2, months=6, seed=8)
    assert other.months != same[0].months
    assert json.loads(json.dumps(other.to_json()))["person"] == "P3"


def test_a_burn_in_is_lived_but_not_told_and_an_empty_seat_waits_for_its_next_person():
    as_is = Policy(name="as_is", title={"en": "As is", "zh": "现状"})
    firm = scenario_firm(FirmFacts(people=14, team_size=7), month_number("2026-01"), seed=4,
                         burn_in=12)
    draw = prior_mean()
    draw[INDEX["exit_level"]] = -1.5
    y = simulate(firm, [BUSY], draw[None, :], months=6, seed=2, current=as_is).y[0, 0, 0]
    told = [tell(firm, BUSY, draw, slot=slot, months=6, seed=2, current=as_is)
            for slot in range(len(firm.people))]
    for story in told:
        np.testing.assert_array_equal(story.outcomes, y)
    present = [sum(any(month.month == month_name(firm.start + m) for month in story.months)
                   for story in told) for m in range(6)]
    # nobody is told of twice, but a seat can see its second person, who is not told of
    assert present[0] == y[0, OUTCOMES.index("headcount")]
    assert all(here <= there for here, there in
               zip(present, y[:, OUTCOMES.index("headcount")], strict=True))
    late = [story for story in told if story.months and story.months[0].month != "2026-01"]
    assert late
    assert all(story.months[0].events[0].kind == "joined" for story in late)


def test_every_kind_of_event_has_words_and_takes_its_own_figures(stories):
    seen = {event.kind: event for story in stories[0] for month in story.months
            for event in month.events}
    assert {"moved_to_key", "account_opened", "course_begun", "rating", "alert",
            "help_begun"} <= set(seen)
    for lang in LANGUAGES:
        for kind, event in seen.items():
            said = catalogue(lang)[f"story.event.{kind}"]
            assert set(re.findall(r"{(\w+)}", said)) <= set(event.values), kind


def test_everything_that_can_be_told_has_words():
    assert set(NOTICED) <= {declared.name for declared in MONTH.rules}
    for lang in LANGUAGES:
        said = catalogue(lang)
        helping = [code for code in Help if code != Help.NONE]
        for group, codes in (("story.cause", Cause), ("choice.Intervention.kind", helping),
                             ("story.exit", Exit)):
            for code in codes:
                assert f"{group}.{code.name.lower()}" in said
