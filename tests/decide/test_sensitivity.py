"""Does a sensitivity study find what moves a difference, on functions whose answers are known?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from simlab.decide.emulator import emulate
from simlab.decide.sensitivity import AtFact, sensitivity
from simlab.decide.sensitivity_answers import Valued
from simlab.decide.sobol import sobol_indices
from simlab.decide.switching import break_even, thresholds
from simlab.decide.value_of_information import evpi, evppi
from simlab.decide.warrant import Parameters
from simlab.errors import LabError
from simlab.progress import Progress

Matrix = NDArray[np.float64]


def ishigami(shares: Matrix) -> Matrix:
    """Ishigami, Homma 1990: three inputs between -pi and pi."""
    x = np.pi * (2 * shares - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2
                      + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


@pytest.mark.smoke
def test_the_indices_of_the_ishigami_function_are_the_known_ones() -> None:
    x = qmc.LatinHypercube(3, rng=np.random.default_rng(1)).random(400)
    y = ishigami(x)
    emulator = emulate(x, y)
    assert emulator.r2.lower > 0.9

    def resampled(rng: np.random.Generator) -> tuple[NDArray[np.intp], Matrix]:
        rows = rng.integers(len(x), size=len(x))
        return rows, y[rows]

    found = {index.name: index for index in sobol_indices("abc", emulator, x, resampled, 1)}
    # in closed form (Ishigami, Homma 1990; Sobol', Levitan 1999)
    known = {"a": (0.314, 0.558), "b": (0.442, 0.442), "c": (0.0, 0.244)}
    for name, (first, total) in known.items():
        assert found[name].first.mean == pytest.approx(first, abs=0.06)
        assert found[name].total.mean == pytest.approx(total, abs=0.06)
        assert found[name].first.lower <= first <= found[name].first.upper
        assert found[name].total.lower <= total <= found[name].total.upper
        assert 0.02 < found[name].total.upper - found[name].total.lower < 0.5


def test_an_emulator_says_when_it_foretells_nothing() -> None:
    rng = np.random.default_rng(1)
    emulator = emulate(rng.random((120, 2)), rng.normal(size=120))
    assert emulator.r2.mean < 0.2
    assert emulator.r2.lower < emulator.r2.mean < emulator.r2.upper


@dataclass(frozen=True)
class Toy:
    """Policy b keeps ``slope . parameters`` people more than a, at a cost of 10 each month."""

    draws: Matrix
    slope: tuple[float, ...]
    base: float = 0.0
    luck: float = 0.0
    policies: tuple[str, ...] = ("a", "b")
    outcomes: tuple[str, ...] = ("regretted", "cost", "training_cost", "headcount", "business")
    asked: list[str] = field(default_factory=list)

    def _figures(self, rows: Matrix, noise: Matrix) -> Matrix:
        kept = self.base + rows @ np.array(self.slope)
        y = np.zeros((*noise.shape, 2, len(self.outcomes)))
        y[..., 0] = 20.0
        y[..., 1, 0] -= kept[:, None] + self.luck * noise
        y[..., 1, 1] = y[..., 1, 2] = 10.0
        return y

    def over_draws(self, progress: Progress) -> Matrix:
        rng = np.random.default_rng(5)
        return self._figures(self.draws, rng.normal(size=(len(self.draws), 4)))

    def at(self, rows: Matrix, luck: int, stage: str, progress: Progress) -> Matrix:
        self.asked.append(stage)
        noise = np.random.default_rng(luck).normal(size=4)
        return self._figures(rows, np.broadcast_to(noise, (len(rows), 4)))


def toy(**options: object) -> Toy:
    made = Toy(np.random.default_rng(2).normal(size=(300, 4)), (3.0, 1.0, 0.0, 0.0))
    return replace(made, **options)  # type: ignore[arg-type]


def known_of(model: Toy) -> Parameters:
    return Parameters(("p", "q", "r", "s"), model.draws, np.zeros(4, bool))


@pytest.fixture(scope="module")
def studied() -> object:
    model = toy(luck=0.5)
    return sensitivity(model, known_of(model), trajectories=6, keep=2, valued=Valued(person=100.0),
                       facts={"market": AtFact(-0.2, replace(model, base=-1.0), 0.2,
                                               replace(model, base=1.0))},
                       prices={"b": {"training.fee": 5.0}},
                       evidence={"x.y": ["q", "r"], "pilot": ["p"]})


def test_the_screen_ranks_what_matters_and_gives_the_known_effects(studied) -> None:
    rows = studied.policies[0].screen
    assert [row.name for row in rows[:2]] == ["p", "q"]
    width = 2 * norm.ppf(0.95)  # from the 5% to the 95% of a standard normal
    assert rows[0].mu_star.mean == pytest.approx(3 * width, rel=0.25)
    assert rows[0].mu < 0  # fewer exits
    assert rows[2].mu_star.mean == pytest.approx(0.0, abs=1e-9)
    assert rows[0].luck == pytest.approx(0.0, abs=1e-9)  # the same luck in every row


def test_variance_tornado_and_facts_are_those_of_the_toy(studied) -> None:
    one = studied.policies[0]
    assert one.emulator.r2.mean > 0.9
    assert {i.name: round(i.total.mean, 1) for i in one.emulator.indices} == {"p": 0.9, "q": 0.1}
    assert one.emulator.held.lower < 1.0 < one.emulator.held.upper
    swings = {swing.name: swing for swing in one.tornado}
    assert list(swings) == ["p", "q", "market"]
    assert swings["p"].swing.mean == pytest.approx(-3 * 2 * norm.ppf(0.95), rel=0.15)
    assert swings["market"].fact
    assert swings["market"].swing.mean == pytest.approx(-2.0)
    assert one.difference.mean == pytest.approx(0.0, abs=0.6)


def test_the_choice_turns_where_the_toy_says(studied) -> None:
    one = studied.policies[0]
    at = {each.name: each for each in one.thresholds}["p"]
    assert at.better_above
    assert at.at is not None
    assert at.at.lower <= 0.0 <= at.at.upper
    assert at.beats_high > 0.95
    assert at.beats_low < 0.05
    lump, fee = one.break_even
    # 100 for each person, less the cost of 10 that is booked
    assert lump.limit.mean == pytest.approx(-100 * one.difference.mean - 10.0)
    assert fee.limit.mean == pytest.approx(5.0 + lump.limit.mean / 2)  # ten for two hours at 5
    assert fee.field == "training.fee"
    # the 10 it costs over the people it keeps
    kept = -one.difference.mean
    assert one.per_person is None if kept <= 0 else one.per_person.mean == pytest.approx(10 / kept)


def test_the_value_of_information_is_the_analytic_one() -> None:
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(6000, 2))
    gain = 0.4 + draws @ np.array([1.0, 0.6])
    benefit = np.zeros((6000, 4, 2))
    benefit[..., 1] = gain[:, None] + rng.normal(0, 1.5, size=(6000, 4))

    def worth(spread: float) -> float:
        """E[max(0, N(.4, spread))] - .4 (Raiffa, Schlaifer 1961: unit normal loss)."""
        return float(spread * norm.pdf(0.4 / spread) - 0.4 * norm.sf(0.4 / spread))

    whole = evpi(benefit)
    assert whole.mean == pytest.approx(worth(np.hypot(1.0, 0.6)), abs=0.03)
    assert whole.lower <= worth(np.hypot(1.0, 0.6)) <= whole.upper
    naive = benefit.mean(axis=1).max(axis=1).mean() - benefit.mean(axis=1).mean(axis=0).max()
    assert naive > whole.mean + 0.05  # noise alone looks like knowledge
    parts = {w.name: w for w in evppi(
        benefit, Parameters(("one", "two"), draws, np.zeros(2, bool)),
        {"one": ["one"], "two": ["two"], "both": ["one", "two"]})}
    assert parts["one"].value.mean == pytest.approx(worth(1.0), abs=0.03)
    assert parts["two"].value.mean == pytest.approx(worth(0.6), abs=0.03)
    assert parts["both"].value.mean == pytest.approx(worth(np.hypot(1.0, 0.6)), abs=0.03)
    assert list(parts) == ["both", "one", "two"]


def test_what_says_nothing_is_worth_nothing() -> None:
    rng = np.random.default_rng(4)
    draws = rng.normal(size=(400, 30))
    benefit = np.zeros((400, 4, 2))
    benefit[..., 1] = 0.5 + rng.normal(0, 1.0, size=(400, 1))  # hangs on none of them
    names = tuple(f"p{k}" for k in range(30))
    found = evppi(benefit, Parameters(names, draws, np.zeros(30, bool)),
                  {name: [name] for name in names})
    assert np.median([w.value.mean for w in found]) == 0.0
    assert found[0].value.mean < 0.2 * evpi(benefit).mean
    with pytest.raises(ValueError, match="two replicates"):
        evpi(benefit[:, :1])


def test_a_study_judged_by_money_names_what_to_measure_first(studied) -> None:
    assert studied.benefit == "net_value"
    assert studied.evppi[0].name == "p"
    assert studied.evidence[0].name == "pilot"
    assert studied.evppi[0].value.mean > 3 * studied.evppi[-1].value.mean
    assert studied.evpi.upper > studied.evppi[0].value.mean
    rows = studied.to_rows()
    assert {row["parameter"] for row in rows} == {"p", "q", "r", "s"}
    assert rows[0]["total"] > rows[1]["total"] > 0
    assert rows[2]["total"] is None


def test_a_threshold_that_is_not_crossed_is_not_made_up() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(300, 1))
    always, = thresholds(["p"], x, np.ones(300, bool), 1)
    assert always.at is None
    assert always.beats_low == always.beats_high == 1.0
    mostly, = thresholds(["p"], x, rng.random(300) < 0.95, 1)
    assert mostly.at is None
    never, = break_even(np.full(50, -3.0), {})
    assert never.limit.mean == -3.0
    assert never.pays == 0.0


@pytest.mark.parametrize(("options", "asked", "code"), [
    ({}, {"outcome": "regreted"}, "unknown_outcome"),
    ({}, {"outcome": "headcount"}, "sensitivity_neither"),
    ({"policies": ("a",)}, {}, "too_few_policies"),
    ({}, {"baseline": "z"}, "unknown_baseline"),
    ({"draws": np.eye(4)[np.arange(99) % 4]}, {}, "sensitivity_few_draws"),
    ({"slope": (0.0, 0.0, 0.0, 0.0)}, {}, "sensitivity_nothing"),
])
def test_bad_input_is_refused_before_the_long_work(options, asked, code) -> None:
    model = toy(**options)
    with pytest.raises(LabError) as refused:
        sensitivity(model, known_of(model), trajectories=2, keep=2, **asked)
    assert refused.value.code == code
    assert set(model.asked) <= {"screen_path"}
    if code == "unknown_outcome":
        assert "regretted" in str(refused.value)


def test_a_policy_that_changes_nothing_stands_beside_one_that_does() -> None:
    class Three(Toy):
        def _figures(self, rows: Matrix, noise: Matrix) -> Matrix:
            y = super()._figures(rows, noise)
            return np.concatenate([y, y[:, :, :1]], axis=2)

    made = toy()
    model = Three(made.draws, made.slope, policies=("a", "b", "c"))
    found = sensitivity(model, known_of(model), trajectories=2, keep=2)
    same = found.policies[1]
    assert same.policy == "c"
    assert same.difference.mean == same.beats == 0.0
    assert {row.mu_star.mean for row in same.screen} == {0.0}
    assert same.emulator.indices == ()
    assert found.policies[0].emulator.indices


def test_an_emulator_that_foretells_too_little_gives_no_index() -> None:
    class Rough(Toy):
        def at(self, rows: Matrix, luck: int, stage: str, progress: Progress) -> Matrix:
            noise = np.random.default_rng(7).normal(size=(len(rows), 4))
            return self._figures(rows, noise)

    model = Rough(np.random.default_rng(2).normal(size=(120, 4)), (0.1, 0.0, 0.0, 0.0), luck=3.0)
    found = sensitivity(model, known_of(model), trajectories=2, keep=2)
    assert found.policies[0].emulator.r2.mean < found.least_r2
    assert found.policies[0].emulator.indices == ()
