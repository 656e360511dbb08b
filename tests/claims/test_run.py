"""Does a run give the same result again, count its futures, stop when asked and say it all?"""

import json

import numpy as np
import pytest

from scenarios.claims import Verdict, load, names, run
from simlab.errors import Cancelled
from simlab.parameters import INDEX, prior_draws
from simlab.progress import Progress

QUICK = {"V3": 12, "V5": 14, "V7": 3, "V10": 14}
"""Months to run a case for in tests, where not its own first eight."""


def quick(name):
    """The case, shortened: its figures stay what they are."""
    case = load(name)
    months = QUICK.get(name, min(case.months, 8))
    tree = case.model_dump()
    tree["months"] = months
    for figure in tree["figures"]:
        for option, value in (("firms", 3), ("months", 8), ("first", 3), ("at", 6), ("after", 6)):
            if option in figure["options"]:
                figure["options"][option] = value
    return type(case).model_validate(tree)


@pytest.mark.parametrize("name", names())
def test_every_case_runs_and_is_judged(name):
    result = run(quick(name), draws=2, replicates=1, seed=3)
    assert isinstance(result.verdict, Verdict)
    assert result.draws == (2 if load(name).parameters else 1)
    tree = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert tree["name"] == name
    for figure in result.figures:
        assert figure.undefined < figure.futures or figure.judgement is None or (
            figure.judgement.verdict is Verdict.NOT_TESTED)
        if figure.undefined < figure.futures:
            assert figure.lower <= figure.median <= figure.upper
        if figure.judgement is not None:
            parts = figure.judgement.inside + figure.judgement.short + figure.judgement.beyond
            assert parts == pytest.approx(1 - figure.undefined / figure.futures)


def test_the_same_seed_gives_the_same_result_on_any_number_of_threads():
    case = quick("V2")
    one = run(case, draws=4, replicates=2, seed=7, threads=1)
    assert run(case, draws=4, replicates=2, seed=7, threads=2) == one
    assert run(case, draws=4, replicates=2, seed=8, threads=1) != one


def test_a_posterior_replaces_the_prior_and_the_prior_stays_beside():
    case = quick("V1")
    rows = prior_draws(6, 2)
    rows[:, INDEX["exit_level"]] = -6.4
    result = run(case, posterior=rows, seed=2)
    assert result.calibrated
    assert result.draws == 6
    figure = result.figures[0]
    assert figure.upper < 0.1
    assert figure.judgement.inside == 0
    prior = run(case, draws=6, seed=2)
    assert figure.prior_inside == prior.figures[0].judgement.inside
    assert prior.figures[0].median > figure.upper


def test_a_cancelled_run_stops():
    progress = Progress()

    def stop_soon(stage, done, total):
        if stage == "simulate":
            progress.cancel()

    progress._report = stop_soon
    with pytest.raises(Cancelled):
        run(quick("V2"), draws=4, replicates=2, progress=progress)


def test_the_exact_case_does_not_depend_on_draws():
    once, again = run(load("V9"), seed=1), run(load("V9"), draws=50, seed=9)
    np.testing.assert_allclose([f.median for f in once.figures],
                               [f.median for f in again.figures], rtol=1e-6)
    assert once.verdict is Verdict.AGREES
    verdicts = {f.name: f.judgement.verdict for f in once.figures}
    assert verdicts["score_ratio_capped"] is Verdict.CANNOT_HAPPEN
    np.testing.assert_allclose(once.figures[0].median, 1.2, rtol=1e-6)


def test_what_was_not_measured_is_not_claimed():
    result = run(load("V11"), replicates=1)
    assert result.verdict is Verdict.NOT_TESTED
    assert set(result.figures[0].reason) == {"en", "zh"}
