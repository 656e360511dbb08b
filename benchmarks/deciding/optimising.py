"""Searches: time of a whole front, known answers of a toy whose front can be written down."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from scipy.stats import norm

from deciding import Known
from simlab.decide.optimise import Effort, optimise
from simlab.decide.tried import Sample, Tried
from simlab.jobs import optimising
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.policy.search import Search
from simlab.progress import Progress

GAIN, SPREAD = 2.0, 1.0
QUICK = Effort(evaluations=80, population=20, draws=5, fresh_draws=10, replicates=2, finalists=5)


def measure(quick: bool) -> dict[str, float]:
    """Seconds of the front of the built-in transition over its six levers, with everything: 2,000
    policies of 50 draws each in the search, the finalists in 200 further draws, the answer kept
    in a lab. How many of the policies differed; those that did not are not simulated again."""
    console = Console(stderr=True, highlight=False)

    def shown(stage: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            console.print(f"{stage} {done}/{total}", end="\r")

    with tempfile.TemporaryDirectory() as folder:
        lab = Lab.create(Path(folder) / "lab")
        begin = time.perf_counter()
        found = optimising.optimise(lab, "sales_transition", effort=QUICK if quick else Effort(),
                                    progress=Progress(shown))
        seconds = time.perf_counter() - begin
    return {"front_2000_s": round(seconds, 1), "front_2000_different": found.answer.tried,
            "front_2000_size": len(found.answer.front)}


class Toy:
    """Coaching x saves N(GAIN, SPREAD) x exits and costs x^2; fees cost and do nothing.
    Luck differs between policies of different coaching."""

    def __init__(self) -> None:
        self.gain = GAIN + SPREAD * np.random.default_rng(11).standard_normal(5000)

    def __call__(self, policies: Sequence[Policy], sample: Sample) -> Tried:
        """The baseline, and policies that are read as coaching and fee alone."""
        x = np.array([0.0, *(policy.training.coaching for policy in policies)])
        fee = np.array([0.0, *(policy.training.fee for policy in policies)])
        luck = np.stack([
            np.random.default_rng([sample.stream, int(1e6 * each)])
            .standard_normal((sample.draws, sample.replicates)) for each in x], -1)
        exits = 10 - self.gain[sample.rows, None, None] * x + luck
        flat = np.zeros_like(exits)
        return Tried(
            np.stack([exits, flat + x**2 + fee, flat + x**2 + fee, flat + 1, flat + 168, flat,
                      flat + 50], -1),
            ("regretted", "full_cost", "cost", "assured_pay", "hours", "involuntary", "headcount"))


def known_answers() -> list[Known]:
    """The front is fee 0 with any x. A policy with x > 0 is beaten by one with less of it exactly
    where coaching does not help, so it is on the front with probability Phi(GAIN / SPREAD). A
    budget of .5 pays for x = .5, not for .75, and saves GAIN / 2 exits."""
    space = Search.model_validate({"levers": {
        "training.coaching": {"lower": 0, "upper": 1, "step": 0.25},
        "training.fee": {"lower": 0, "upper": 1, "step": 0.25}}})
    start = Policy(name="start", title={"en": "Start", "zh": "起点"},
                   training={"coaching": 0, "fee": 0.1})
    effort = Effort(evaluations=400, population=20, draws=100, fresh_draws=4000, replicates=8,
                    finalists=8)
    answer = optimise(space, start, Toy(), baseline="baseline", effort=effort, seed=1)
    x = [each.values["training.coaching"] for each in answer.front]
    dearest = answer.front[int(np.argmax(x))]
    pick = answer.within(0.5)
    assert pick is not None
    return [
        Known("policies on the front", 5, len(answer.front), 0),
        Known("most coaching on the front", 1, max(x), 0),
        Known("waste on the front", 0, max(e.values["training.fee"] for e in answer.front), 0),
        Known("P(on the front)", float(norm.cdf(GAIN / SPREAD)), dearest.on_front, 0.02),
        Known("coaching that a budget pays for", 0.5, pick.values["training.coaching"], 0),
        Known("exits avoided at that budget", -GAIN / 2, pick.effects["regretted"].mean, 0.03),
    ]
