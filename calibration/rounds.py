"""Rounds of simulation and learning: from the prior, or from an earlier posterior, to a posterior.

From scratch, the first round draws from the whole prior, and each further one from the prior cut
to the box around what the round before leaves plausible. Where the firm was calibrated on fewer
months before, the box around that posterior takes the place of the first round's: a small sample
of the prior then only says which summaries the model can produce. Cutting the prior weighs
nothing twice, since inside the box it is the prior as before; that the box holds the new posterior
is checked, and where it presses against an edge the work begins from scratch.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.amortised import Amortised, fit
from calibration.features import LEAST, Distance, distance_of
from calibration.reference import CALIBRATED, Box, Table, Tables, renamed, seed_of
from simlab.errors import LabError
from simlab.parameters import INDEX

Matrix = NDArray[np.float64]

DRAWS = 1000
"""Posterior draws handed out, and drawn between rounds."""
LEVELS = ("rating_2", "size_level", "activity_level", "exit_level")
"""Parameters that set a level against all that moves it: learnt given the others, so that what
they jointly produce (the exit rate, the share of idle months) stays as narrow as the data say."""
ONE_ROUND = 1000
"""Up to so many simulations all come from the whole prior unless rounds are asked for."""
FIRST_ROUND = 0.4
"""Share of the simulations that the first of several rounds draws from the whole prior."""
GLANCE = 0.1
"""Share of the simulations drawn from the whole prior where a former posterior gives the box."""
BEYOND = 0.2
"""Share of summaries outside what the model can produce from which a record is refused: a fifth
goes only where a whole side of the record (leaving, results, idle months) is not of this world;
a real sales panel has 3%."""
_RIM, _PRESSED = 0.01, 0.02
"""A box cuts into a posterior where more than this share (second) of draws lie in the outermost
share (first) of its width."""


@dataclass(frozen=True)
class Learnt:
    """The amortised posterior: what it says of any record of the same people.

    It was taught by parameters from the prior cut to `box`, and answers under that prior.
    """

    amortised: Amortised
    box: Box
    used: NDArray[np.bool_]
    """(K,) summaries it looks at; the others are set aside (`Range.set_aside`)."""

    def draws(self, summaries: Matrix, n: int, seed: int) -> Matrix:
        """(n, parameter) draws in natural units given a record's (K,) `summaries`."""
        return self.box.constrain(self.amortised.draw(summaries[self.used], n, seed))

    def centres(self, summaries: Matrix) -> Matrix:
        """(n, calibrated parameter) where the posterior puts each of n records, (n, K)."""
        return self.amortised.centres(summaries[:, self.used])


@dataclass(frozen=True)
class Found:
    """What the rounds end with for one record."""

    learnt: Learnt
    table: Table
    """All simulations inside the last box: what the posterior was learnt from."""
    observed: Matrix
    """(K,) summaries of the record."""
    distance: Distance
    """Where they lie among simulations from the whole prior."""
    simulated: int
    """Panels simulated, or read, in all rounds."""
    rounds: int
    continued: bool = False
    """Whether a former posterior gave the first box."""

    def draw(self, n: int, seed: int) -> Matrix:
        """(n, parameter) posterior draws in natural units."""
        return self.learnt.draws(self.observed, n, seed)


class Clock:
    """Seconds between laps, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on `stage`."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


def sizes(simulations: int, rounds: int | None) -> tuple[int, ...]:
    """Simulations of each round from scratch: all in one, or `FIRST_ROUND` of them in the first
    and the rest shared evenly. `rounds` None: two, or one up to `ONE_ROUND` simulations."""
    count = rounds or (1 if simulations <= ONE_ROUND else 2)
    if count == 1:
        return (simulations,)
    first = round(FIRST_ROUND * simulations)
    each, over = divmod(simulations - first, count - 1)
    return (first, *(each + (k < over) for k in range(count - 1)))


def learn(
    tables: Tables, observed: Matrix, simulations: int, rounds: int | None, clock: Clock,
    former: Matrix | None = None,
) -> Found:
    """The posterior of `observed` (K,) summaries. `former` (draw, parameter) are draws given
    fewer months of the same firm: where their box holds the new posterior, the round from the
    whole prior is spared."""
    plan = sizes(simulations, rounds)
    whole = tables.whole
    if former is not None:
        glance = max(round(GLANCE * simulations), LEAST)
        work = _Rounds(tables, observed, clock, glance, max(len(plan), 2))
        box = whole.around(former, tables.summariser.calibrated)
        closer = [max(size, LEAST) for size in plan[1:] or (simulations - glance,)]
        found = work.refine(box, closer)
        edge = pressed(found.learnt.box, found.draw(DRAWS, seed_of(tables.seed, "between")))
        if not edge.any():
            return replace(found, continued=True)
    work = _Rounds(tables, observed, clock, plan[0], len(plan))
    found = work.learn(whole, work.first)
    if len(plan) == 1:
        return found
    return work.refine(work.around(found), plan[1:])


def pressed(box: Box, draws: Matrix) -> NDArray[np.bool_]:
    """(parameter,) whether `box` cuts into the posterior of (n, parameter) `draws`: where it is
    narrower than the registry's bounds and draws crowd at its edge."""
    whole = Box.whole()
    rim = _RIM * (box.upper - box.lower)
    low = (draws < box.lower + rim).mean(axis=0) > _PRESSED
    high = (draws > box.upper - rim).mean(axis=0) > _PRESSED
    return np.asarray(CALIBRATED & ((low & (box.lower > whole.lower))
                                    | (high & (box.upper < whole.upper))))


def _refuse_beyond_model(distance: Distance) -> None:
    """LabError ``record_outside_model`` where too few summaries are left to learn from."""
    aside, total = int(distance.flagged.sum()), len(distance.flagged)
    if aside >= BEYOND * total:
        raise LabError("record_outside_model", count=aside, total=total)


class _Rounds:
    """The rounds of one calibration: `first` from the whole prior, then narrower ones."""

    def __init__(
        self, tables: Tables, observed: Matrix, clock: Clock, size: int, rounds: int
    ) -> None:
        self._tables, self._observed, self._clock = tables, observed, clock
        self._telling, self._rounds = renamed(tables.progress, "fit"), rounds
        self.first = tables.table(tables.whole, size, 1)
        self._distance = distance_of(observed, self.first.summaries)
        _refuse_beyond_model(self._distance)
        self._simulated = size
        self._number = 1
        clock.lap("reference")

    def learn(self, box: Box, table: Table) -> Found:
        """The posterior from one table of simulations inside `box`."""
        self._telling.advance("", self._number - 1, self._rounds)
        used = ~self._distance.flagged
        fitted = fit(
            box.unconstrain(table.theta), table.summaries[:, used],
            seed_of(self._tables.seed, "fit", self._number),
            self._tables.summariser.calibrated,
            [INDEX[name] for name in LEVELS])
        self._telling.advance("", self._number, self._rounds)
        self._clock.lap("fit")
        return Found(Learnt(fitted, box, used), table, self._observed, self._distance,
                     self._simulated, self._number)

    def around(self, found: Found) -> Box:
        """The box for the round after `found`."""
        draws = found.draw(DRAWS, seed_of(self._tables.seed, "between", self._number))
        return self._tables.whole.around(draws, self._tables.summariser.calibrated)

    def refine(self, box: Box, plan: Sequence[int]) -> Found:
        """A round in `box`, and one more for each further size of `plan` in a narrower one. What
        earlier rounds simulated inside a box is learnt from too."""
        table = self.first
        for place, size in enumerate(plan):
            self._number += 1
            made = self._tables.table(box, size, self._number)
            self._simulated += size
            self._clock.lap("reference")
            inside = box.holds(table.theta)
            table = Table(np.vstack([made.theta, table.theta[inside]]),
                          np.vstack([made.summaries, table.summaries[inside]]))
            found = self.learn(box, table)
            if place < len(plan) - 1:
                box = self.around(found)
        return found
