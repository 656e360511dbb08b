"""Does a search find the front that can be written down, judge it by fresh futures alone, and
say what cannot be had together?"""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import norm

from simlab.decide.finalists import ERROR, select
from simlab.decide.optimise import Effort, Optimised, optimise
from simlab.decide.search import Journal
from simlab.decide.tried import Sample, Tried
from simlab.errors import Cancelled, LabError
from simlab.policy import Policy, with_fields
from simlab.policy.search import Search
from simlab.progress import Progress

START = Policy(name="start", title={"en": "Start", "zh": "起点"})
FIGURES = ("regretted", "full_cost", "cost", "business", "assured_pay", "hours", "involuntary",
           "headcount")
GAIN, SPREAD, ROWS = 2.0, 1.0, 4000
EFFORT = Effort(evaluations=400, population=20, draws=20, fresh_draws=300, replicates=4,
                finalists=12)


class Toy:
    """Coaching x saves GAIN x exits (its spread over draws is SPREAD x) and costs x^2; fees cost
    and lose business. The front is therefore fee 0; a policy on it with x > 0 is dominated by one
    with less x exactly in the draws in which coaching does not help: Phi(-GAIN / SPREAD)."""

    def __init__(self, luck: float = 1.0, spread: float = SPREAD, seed: int = 0) -> None:
        self.luck, self.seed = luck, seed
        self.gain = GAIN + spread * np.random.default_rng(11).standard_normal(ROWS)
        self.calls: list[tuple[int, Sample]] = []

    def __call__(self, policies, sample: Sample) -> Tried:
        self.calls.append((len(policies), sample))
        x = np.array([0.0, *(p.training.coaching for p in policies)])
        fee = np.array([0.0, *(p.training.fee for p in policies)])
        shape = (sample.draws, sample.replicates)
        place = [self.seed, sample.stream, sample.rows.start]
        noise = self.luck * np.stack([  # a policy meets the same luck in the same sample
            np.random.default_rng([*place, *np.uint32(1e6 * each)]).standard_normal(shape)
            for each in np.stack([x, fee], -1)], -1)
        exits = 10 - self.gain[sample.rows, None, None] * x + noise
        flat = np.zeros_like(exits)
        cost = flat + x**2 + fee
        values = np.stack([exits, cost, cost, flat - fee, flat + 1.0, flat + 168, flat,
                           flat + 50], -1)
        return Tried(values, FIGURES)


def space(**changes) -> Search:
    return Search.model_validate({
        "levers": {"training.coaching": {"lower": 0, "upper": 1},
                   "training.fee": {"lower": 0, "upper": 1}}, **changes})


def found(luck: float = 1.0, effort: Effort = EFFORT, seed: int = 2, **changes) -> Optimised:
    return optimise(space(**changes), START, Toy(luck), baseline="baseline", effort=effort,
                    seed=seed)


def test_the_front_is_the_one_that_can_be_written_down() -> None:
    answer = found(luck=0.0)
    x = np.array([each.values.get("training.coaching", 0.0) for each in answer.front])
    fee = np.array([each.values.get("training.fee", 0.0) for each in answer.front])
    assert fee.max() < 0.02
    assert x.min() == 0
    assert x.max() > 0.97
    assert np.diff(np.sort(x)).max() < 0.25
    for each, value, extra in zip(answer.front, x, fee, strict=True):
        fresh = Toy().gain[EFFORT.draws:EFFORT.draws + EFFORT.fresh_draws]
        assert each.effects["regretted"].mean == pytest.approx(-value * fresh.mean(), abs=1e-6)
        assert each.effects["full_cost"].mean == pytest.approx(value**2 + extra, abs=1e-6)


@pytest.mark.parametrize("luck", [0.0, 1.0])
def test_the_probability_of_being_on_the_front_is_that_of_theory(luck: float) -> None:
    effort = Effort(evaluations=400, population=20, draws=20, fresh_draws=2000, replicates=8,
                    finalists=3)
    answer = found(luck, effort)
    made = [each for each in answer.front if each.values.get("training.coaching", 0) > 0.3]
    assert made
    for each in made:
        assert each.on_front == pytest.approx(norm.cdf(GAIN / SPREAD), abs=0.03)
    assert answer.option("start").on_front > 0.99


def test_what_the_search_saw_is_not_what_is_told() -> None:
    """With much luck the search's own estimates are too good; fresh futures give the truth."""
    loud = Effort(evaluations=200, population=20, draws=20, fresh_draws=400, replicates=4,
                  finalists=12)
    optimism = []
    for seed in range(8):
        toy = Toy(4.0, spread=0.2, seed=seed)
        answer = optimise(space(), START, toy, baseline="baseline", effort=loud, seed=seed)
        optimism.append(answer.optimism["regretted"].mean)
        assert answer.optimism["full_cost"].mean == pytest.approx(0, abs=1e-9)
        bias = [each.effects["regretted"].mean + GAIN * each.values["training.coaching"]
                for each in answer.front if each.values]
        assert np.mean(bias) == pytest.approx(0, abs=0.3)
    assert np.mean(optimism) > 3 * np.std(optimism, ddof=1) / np.sqrt(8)


def test_the_search_and_the_finalists_never_share_a_future() -> None:
    toy = Toy()
    optimise(space(), START, toy, baseline="baseline", effort=EFFORT, seed=1)
    searched = [sample for _, sample in toy.calls if sample.stream == 0]
    later = [sample for _, sample in toy.calls if sample.stream > 0]
    assert {sample.rows.stop for sample in searched} == {EFFORT.draws}
    assert min(sample.rows.start for sample in later) == EFFORT.draws
    assert len({sample.stream for sample in later}) == len(later)


def test_finalists_that_are_beaten_for_sure_are_not_tried_further() -> None:
    answer = found(luck=0.2, effort=Effort(
        evaluations=40, population=20, draws=20, fresh_draws=200, replicates=8, finalists=12))
    dropped = [each for each in answer.options if each.standing == "dropped"]
    assert dropped
    whole = 200 * 8
    assert {each.histories for each in answer.front} == {whole}
    for each in dropped:
        assert each.histories < whole
        rival = answer.option(each.by)
        if rival.values:
            assert rival.values["training.fee"] < each.values["training.fee"]


def test_a_policy_of_the_true_front_is_rarely_dropped() -> None:
    """Five policies of equal rank: dropping one takes luck, at most in one search of twenty."""
    policies = [with_fields(START, {"training.coaching": x}) for x in (0.2, 0.4, 0.6, 0.8, 1.0)]
    lost = sum(
        len(select(policies, Toy(3.0, seed=seed), ("regretted", "full_cost"), (),
                   rows=slice(0, 60), replicates=2).kept) < 5 for seed in range(60))
    assert lost <= 60 * ERROR + 2 * np.sqrt(60 * ERROR)


def test_a_policy_of_an_earlier_search_keeps_its_name() -> None:
    first = found()
    best = next(each for each in first.front if each.values)
    kept = with_fields(START, {"training.coaching": 0.5}, name=best.policy)
    again = optimise(space(), START, Toy(), baseline="baseline", known=[kept], effort=EFFORT,
                     seed=2)
    names = [each.policy for each in again.options]
    assert len(set(names)) == len(names)
    assert again.option(best.policy).values == {}
    assert again.option(f"{best.policy}b").values == best.values


def test_three_objectives_and_more_are_searched_too() -> None:
    answer = found(luck=0.0, objectives=("regretted", "full_cost", "business"))
    assert answer.objectives == ("regretted", "full_cost", "business")
    fees = [each.values["training.fee"] for each in answer.front if each.values]
    assert np.median(fees) < 0.1
    assert max(fees) < 0.4
    assert len(answer.front) > 3


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been() -> None:
    whole, lines = found(), []

    def stop(stage: str, done: int, _: int) -> None:
        if stage == "search" and done == 7:
            raise Cancelled

    def keep(text: str) -> None:
        lines[:] = text.splitlines()

    with pytest.raises(Cancelled):
        optimise(space(), START, Toy(), baseline="baseline", effort=EFFORT, seed=2,
                 journal=Journal(keep=keep), progress=Progress(stop))
    assert lines
    toy = Toy()
    again = optimise(space(), START, toy, baseline="baseline", effort=EFFORT, seed=2,
                     journal=Journal(lines, keep))
    assert again == whole
    generations = [sample for _, sample in toy.calls if sample.stream == 0]
    assert len(generations) == EFFORT.evaluations // EFFORT.population - 7 + 1  # and the optimism


def test_the_best_within_a_budget_is_the_dearest_that_it_pays_for() -> None:
    answer = found(luck=0.0)
    pick = answer.within(0.25)
    assert pick.effects["full_cost"].mean <= 0.25
    rivals = [each for each in answer.front if each.effects["full_cost"].mean <= 0.25]
    assert pick.effects["regretted"].mean == min(e.effects["regretted"].mean for e in rivals)
    assert answer.within(-1) is None


def test_constraints_are_kept_on_fresh_futures_in_their_form() -> None:
    answer = found(luck=0.0, constraints={"budget": {"at_most": 0.25}})
    assert max(each.effects["full_cost"].mean for each in answer.front) <= 0.25
    (held,) = [h for h in answer.front[0].held if h.constraint == "budget"]
    assert held.met
    assert held.limit == 0.25


def test_a_probability_asks_for_more_than_an_average() -> None:
    """Exits as a loss: at most 9 with probability .9 takes GAIN x - 1.28 SPREAD x > 1."""
    on_average, surely = (
        found(luck=0.0, constraints={"group_loss": {"at_most": -0.5, **form}})
        for form in ({}, {"probability": 0.9}))
    fresh = Toy().gain[EFFORT.draws:EFFORT.draws + EFFORT.fresh_draws]
    for answer, gain in ((on_average, fresh.mean()), (surely, np.quantile(fresh, 0.1))):
        x = [each.values["training.coaching"] for each in answer.front if each.values]
        assert min(x) >= 0.5 / gain - 1e-6
    assert "start" not in [each.policy for each in on_average.front]


def test_constraints_that_conflict_are_named_with_how_far_the_nearest_is() -> None:
    with pytest.raises(LabError) as caught:
        found(luck=0.0, constraints={"budget": {"at_most": 0.04}, "group_loss": {"at_most": -1}})
    assert caught.value.code == "nothing_feasible"
    (conflict,) = caught.value.problems
    assert conflict.values["constraints"] == "budget + group_loss"
    assert {p.values["constraint"] for p in conflict.problems} == {"budget", "group_loss"}
    said = caught.value.explain("en")
    assert "limit 0.04" in said
    assert "limit -1" in said


def test_a_constraint_that_nobody_meets_is_named_alone() -> None:
    with pytest.raises(LabError) as caught:
        found(luck=0.0, constraints={"budget": {"at_most": 9}, "hours": {"at_most": 160}})
    (conflict,) = caught.value.problems
    assert conflict.values["constraints"] == "hours"
    assert "168" in caught.value.explain("zh")


def test_an_objective_that_is_no_outcome_is_refused_with_the_nearest() -> None:
    with pytest.raises(LabError) as caught:
        found(objectives=("regreted", "full_cost"))
    assert caught.value.code == "unknown_objective"
    assert "regretted" in caught.value.explain("en")
    with pytest.raises(LabError):
        found(objectives=("arrivals", "full_cost"))  # neither more nor less is better


def test_the_answer_is_plain_data() -> None:
    answer = found()
    tree = json.loads(json.dumps(answer.to_json(), allow_nan=False))
    assert len(tree["options"]) == len(answer.options) == len(answer.to_rows())
    assert {row["standing"] for row in answer.to_rows()} <= {
        "front", "dominated", "dropped", "unmet"}
