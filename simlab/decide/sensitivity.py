"""What moves the difference between each policy and the baseline, and what knowing more is worth.

Five questions of one study: which parameters matter at all (a screen), how the variance is divided
among those (Sobol indices on an emulator), what each does by itself from its 5% to its 95% (a
tornado), what knowing it before choosing would be worth (EVPPI), and where the choice turns
(thresholds and break-even prices).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc, rankdata

from simlab.decide.emulator import LEAST_ROWS, emulate
from simlab.decide.experiment import Model, beneath
from simlab.decide.intervals import Interval
from simlab.decide.outcomes import HEADLINE, named, outcome
from simlab.decide.screening import HIGH, LOW, Screened, screened, trajectories
from simlab.decide.sensitivity_answers import Emulated, OnePolicy, Sensitivity, Swing, Valued
from simlab.decide.sobol import Index, sobol_indices
from simlab.decide.switching import PRICES, Threshold, break_even, person_price, thresholds
from simlab.decide.value_of_information import evpi, evppi
from simlab.decide.warrant import Parameters
from simlab.errors import LabError
from simlab.parameters import NAMES
from simlab.progress import Progress

TRAJECTORIES, KEPT = 10, 15
"""Paths of the screen, and the parameters it hands on, where nothing else is asked."""
LEAST_R2 = 0.7
"""Share of the variance of runs left out of its fit that an emulator must foretell; below it no
Sobol index is given."""
_STILL = 1e-5
"""SD of draws up to which a parameter is held at one value: the registry holds one by a prior of
a millionth."""
_TURNING = 8
"""Parameters whose thresholds are looked for."""
_DESIGN, _TORNADO, _PATHS = 1, (2, 3, 4, 5), 6
"""Sets of luck: of the emulator's runs, of the tornado's, and from which on of the screen's paths.
A tornado has few runs, so each can meet four sets."""

Matrix = NDArray[np.float64]
Quantiles = Callable[[Matrix], Matrix]
"""(row, parameter) shares 0..1 -> the values of the parameters, each by itself."""


@dataclass(frozen=True)
class AtFact:
    """A model at two values of a fact of the firm."""

    low: float
    below: Model
    high: float
    above: Model


def sensitivity(
    model: Model, parameters: Parameters | None = None, *, baseline: str | None = None,
    outcome: str = HEADLINE, quantiles: Quantiles | None = None,
    trajectories: int = TRAJECTORIES, keep: int = KEPT, valued: Valued | None = None,
    facts: Mapping[str, AtFact] | None = None,
    prices: Mapping[str, Mapping[str, float]] | None = None,
    evidence: Mapping[str, Sequence[str]] | None = None, seed: int = 1,
    progress: Progress | None = None,
) -> Sensitivity:
    """What moves the difference in `outcome` between each policy of `model` and the `baseline`
    (default: the first).

    `parameters` names the columns of ``model.draws`` (default: the registry's).
    `quantiles` turns shares into values (default: the quantiles of the draws). The screen has so
    many `trajectories`; the `keep` parameters that it ranks first are emulated. Choices are judged
    by the outcome, or with `valued` by net value. `facts` are those of the firm that are tried;
    `prices` map a policy to its price fields and what they are; `evidence` a record or study to
    the parameters that it would show.

    LabError for an outcome or baseline that is not there, fewer than two policies, too few draws
    for an emulator, an outcome that is neither good nor bad, or a difference that is the same
    whatever the parameters.
    """
    if parameters is None:
        parameters = Parameters(NAMES, model.draws, np.zeros(len(NAMES), bool))
    study = _Study(model, parameters, _place(model, baseline), outcome, seed,
                   progress or Progress())
    _check(model, outcome)
    quantiles = quantiles or study.marginal
    totals = model.over_draws(study.progress)
    screens, ranked = study.screen(quantiles, trajectories, keep)
    x, runs = study.design(quantiles, ranked)
    swings = study.swings(quantiles, ranked, facts or {})
    benefit = _benefit(totals, model, outcome, valued)
    study.progress.advance("information", 0, 1)
    each = {name: [name] for name in study.moving}
    return Sensitivity(
        baseline=model.policies[study.base], outcome=outcome, draws=len(totals),
        replicates=totals.shape[1], trajectories=trajectories,
        benefit="outcome" if valued is None else "net_value", valued=valued or Valued(),
        least_r2=LEAST_R2,
        policies=tuple(
            OnePolicy(
                policy=name, **_effect(study.differences(totals, p), outcome),
                screen=screens[p], emulator=study.emulated(x, runs, totals, ranked, p),
                tornado=swings[p],
                thresholds=study.turning(totals, screens[p], p),
                **study.prices(totals, p, valued or Valued(), (prices or {}).get(name, {})))
            for p, name in enumerate(model.policies) if p != study.base),
        chosen=model.policies[int(benefit.mean(axis=(0, 1)).argmax())],
        evpi=evpi(benefit, seed), evppi=evppi(benefit, parameters, each, seed),
        evidence=evppi(benefit, parameters, evidence or {}, seed),
        together=_together(ranked, parameters))


@dataclass(frozen=True)
class _Study:
    """One study's model and what all its questions share."""

    model: Model
    parameters: Parameters
    base: int
    outcome: str
    seed: int
    progress: Progress

    @property
    def moving(self) -> tuple[str, ...]:
        """Parameters that are not held at one value."""
        spread = self.model.draws.std(axis=0)
        return tuple(name for name, wide in zip(self.parameters.names, spread, strict=True)
                     if wide > _STILL)

    def columns(self, names: Sequence[str]) -> list[int]:
        """Their places among the parameters."""
        return [self.parameters.names.index(name) for name in names]

    def marginal(self, shares: Matrix) -> Matrix:
        """Quantiles of the draws, each parameter by itself."""
        return np.stack([np.quantile(self.model.draws[:, k], shares[:, k])
                         for k in range(shares.shape[1])], axis=1)

    def differences(self, totals: Matrix, policy: int) -> Matrix:
        """(row, replicate) paired differences to the baseline in the outcome asked for."""
        o = self.model.outcomes.index(self.outcome)
        found: Matrix = totals[:, :, policy, o] - totals[:, :, self.base, o]
        return found

    def shares(self, names: Sequence[str], given: Matrix) -> Matrix:
        """(row, parameter) the shares `given` of some parameters, all others at their medians."""
        rows = np.full((len(given), len(self.parameters.names)), 0.5)
        rows[:, self.columns(names)] = given
        return rows

    def screen(
        self, quantiles: Quantiles, count: int, keep: int
    ) -> tuple[dict[int, tuple[Screened, ...]], tuple[str, ...]]:
        """Elementary effects by policy, and the parameters that any difference hangs on most.

        Each path meets luck of its own, the same all along it.
        """
        names = self.moving
        shares = trajectories(names, count, self.seed)
        rows = quantiles(self.shares(names, shares))
        steps = len(names) + 1
        parts = []
        for path in range(count):
            parts.append(self.model.at(rows[path * steps:(path + 1) * steps], _PATHS + path,
                                       "screen_path", beneath(self.progress)))
            self.progress.advance("screen", path + 1, count)
        totals = np.concatenate(parts)
        found = {
            p: screened(names, shares, self.differences(totals, p), self.seed)
            for p in range(len(self.model.policies)) if p != self.base}
        weight = dict.fromkeys(names, 0.0)
        moved = [effects for effects in found.values() if effects[0].mu_star.mean > 0]
        if not moved:
            raise LabError("sensitivity_nothing", outcome=self.outcome)
        for effects in moved:
            largest = effects[0].mu_star.mean
            for row in effects:
                told = row.mu_star.mean - np.nan_to_num(row.luck)
                weight[row.name] = max(weight[row.name], told / largest)
        return found, tuple(sorted(names, key=lambda name: -weight[name])[:keep])

    def design(self, quantiles: Quantiles, names: tuple[str, ...]) -> tuple[Matrix, Matrix]:
        """(run, input) shares spread evenly over `names`, and (run, replicate, policy, outcome)
        there."""
        spread = qmc.LatinHypercube(len(names), rng=np.random.default_rng(self.seed))
        x = spread.random(len(self.model.draws))
        rows = quantiles(self.shares(names, x))
        return x, self.model.at(rows, _DESIGN, "emulate", self.progress)

    def emulated(
        self, x: Matrix, runs: Matrix, totals: Matrix, names: tuple[str, ...], policy: int
    ) -> Emulated:
        """The emulator of one policy's difference, and its Sobol indices where it is good."""
        paired = self.differences(runs, policy)
        over = self.differences(totals, policy)
        emulator = emulate(x, paired.mean(axis=1), self.seed, self.progress)
        held = _held(paired, over, self.seed)
        indices: tuple[Index, ...] = ()
        if emulator.r2.mean >= LEAST_R2:
            def resampled(rng: np.random.Generator) -> tuple[NDArray[np.intp], Matrix]:
                rows = rng.integers(len(x), size=len(x))
                luck = rng.integers(paired.shape[1], size=paired.shape[1])
                return rows, paired[rows][:, luck].mean(axis=1)

            indices = sobol_indices(names, emulator, x, resampled, self.seed,
                                    self.progress)
        return Emulated(emulator.kind, emulator.r2, len(x), held, indices)

    def swings(
        self, quantiles: Quantiles, names: tuple[str, ...],
        facts: Mapping[str, AtFact],
    ) -> dict[int, tuple[Swing, ...]]:
        """One parameter or fact at a time at two values, all parameters else at their medians."""
        given = np.full((2 * len(names), len(names)), 0.5)
        for k in range(len(names)):
            given[2 * k, k], given[2 * k + 1, k] = LOW, HIGH
        rows = quantiles(self.shares(names, given))
        totals = self._often(self.model, rows)
        middle = quantiles(np.full((1, len(self.parameters.names)), 0.5))
        places = self.columns(names)
        ends = [(name, False, float(rows[2 * k, places[k]]), totals[2 * k],
                 float(rows[2 * k + 1, places[k]]), totals[2 * k + 1])
                for k, name in enumerate(names)]
        ends += [(name, True, fact.low, self._often(fact.below, middle)[0],
                  fact.high, self._often(fact.above, middle)[0])
                 for name, fact in facts.items()]
        # a fact that no policy's figures feel is none of this outcome's
        ends = [end for end in ends if not end[1] or not np.array_equal(
            *(totals_[..., self.model.outcomes.index(self.outcome)] for totals_ in end[3::2]))]
        return {p: tuple(sorted(
            (self._swing(name, fact, low, below, high, above, p)
             for name, fact, low, below, high, above in ends),
            key=lambda swing: -abs(swing.swing.mean)))
            for p in range(len(self.model.policies)) if p != self.base}

    def _often(self, model: Model, rows: Matrix) -> Matrix:
        return np.concatenate(
            [model.at(rows, luck, "tornado", self.progress) for luck in _TORNADO], axis=1)

    def _swing(
        self, name: str, fact: bool, low: float, below: Matrix, high: float, above: Matrix,
        policy: int,
    ) -> Swing:
        one, other = (self.differences(end[None], policy)[0] for end in (below, above))
        return Swing(name, fact, low, high, _mean(one), _mean(other), _mean(other - one))

    def turning(
        self, totals: Matrix, screen: tuple[Screened, ...], policy: int
    ) -> tuple[Threshold, ...]:
        """Where P(policy beats baseline) crosses one half along what matters most to it."""
        self.progress.advance("thresholds", 0, 1)
        names = [each.name for each in screen[:_TURNING]]
        gap = self.differences(totals, policy).mean(axis=1)
        return thresholds(names, self.model.draws[:, self.columns(names)],
                          _favourable(gap, self.outcome), self.seed)

    def prices(
        self, totals: Matrix, policy: int, valued: Valued, prices: Mapping[str, float]
    ) -> dict[str, Any]:
        """Break-even prices of one policy; none where people or money are not among the
        outcomes."""
        if not {HEADLINE, "business", "cost"} <= set(self.model.outcomes):
            return {"break_even": (), "per_person": None}
        net = valued.of(totals, self.model.outcomes).mean(axis=1)
        stated = {}
        for field, price in prices.items():
            item = PRICES.get(field, "")
            if price > 0 and item in self.model.outcomes:
                cost = totals[:, :, policy, self.model.outcomes.index(item)].mean(axis=1)
                stated[field] = (price, cost)
        gain = net[:, policy] - net[:, self.base]
        lost = totals[..., self.model.outcomes.index(HEADLINE)].mean(axis=1)
        retained = lost[:, self.base] - lost[:, policy]
        return {"break_even": break_even(gain, stated),
                "per_person": person_price(gain - valued.person * retained, retained)}


def _benefit(totals: Matrix, model: Model, name: str, valued: Valued | None) -> Matrix:
    if valued is not None:
        return valued.of(totals, model.outcomes)
    figure: Matrix = totals[..., model.outcomes.index(name)]
    return figure if outcome(name).better == "higher" else -figure


def _check(model: Model, name: str) -> None:
    if outcome(named(name, model.outcomes)).better == "neither":
        raise LabError("sensitivity_neither", outcome=name)
    if len(model.draws) < LEAST_ROWS:
        raise LabError("sensitivity_few_draws", draws=len(model.draws), least=LEAST_ROWS)


def _place(model: Model, baseline: str | None) -> int:
    if len(model.policies) < 2:
        raise LabError("too_few_policies", count=len(model.policies))
    if baseline is not None and baseline not in model.policies:
        raise LabError("unknown_baseline", baseline=baseline, policies=", ".join(model.policies))
    return 0 if baseline is None else model.policies.index(baseline)


def _favourable(gap: Matrix, name: str) -> NDArray[np.bool_]:
    return gap > 0 if outcome(name).better == "higher" else gap < 0


def _effect(paired: Matrix, name: str) -> dict[str, Any]:
    expected = paired.mean(axis=1)
    lower, upper = np.quantile(expected, (0.05, 0.95))
    return {"difference": Interval(float(expected.mean()), float(lower), float(upper)),
            "beats": float(_favourable(expected, name).mean())}


def _mean(values: Matrix) -> Interval:
    """(replicate,) -> their mean with the 90% interval of its Monte Carlo error."""
    half = 1.6448536 * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    middle = float(values.mean())
    return Interval(middle, middle - half, middle + half)


def _held(design: Matrix, over: Matrix, seed: int) -> Interval:
    """Variance over the design against that over draws, both without simulation noise."""
    rng = np.random.default_rng(seed)

    def share(one: Matrix, other: Matrix) -> float:
        # luck is common to the rows of a design: the mean over it is a smooth figure already
        spread = float(other.mean(axis=1).var())
        noise = float(other.var(axis=1, ddof=1).mean()) / other.shape[1]
        return float(float(one.mean(axis=1).var()) / max(spread - noise, 1e-12))

    again = [share(design[rng.integers(len(design), size=len(design))],
                   over[rng.integers(len(over), size=len(over))]) for _ in range(200)]
    lower, upper = np.quantile(again, (0.05, 0.95))
    return Interval(share(design, over), float(lower), float(upper))


def _together(names: tuple[str, ...], parameters: Parameters) -> tuple[str, str, float] | None:
    if len(names) < 2:
        return None
    places = [parameters.names.index(name) for name in names]
    ranks = rankdata(parameters.draws[:, places], axis=0)
    found = np.array(np.corrcoef(ranks, rowvar=False))
    np.fill_diagonal(found, 0.0)
    one, other = np.unravel_index(int(np.abs(found).argmax()), found.shape)
    return names[int(one)], names[int(other)], float(found[one, other])
