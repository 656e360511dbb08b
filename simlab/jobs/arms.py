"""Which parameters a study runs over: the lab's posterior, and beside it what the data did not say.

All arms of a study are rows of one run: it then has one progress bar, and its chunks stay full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from calibration.effects import Reading, teach
from simlab.decide import Beside, Parameters
from simlab.engine.ensemble import Ensemble
from simlab.jobs.aggregates import (
    LEARNT,
    estimated_from_totals,
    load_aggregate_posterior,
)
from simlab.jobs.calibrating import choose, load_fit, load_posterior
from simlab.jobs.past_changes import informed as learnt_from_changes
from simlab.jobs.past_changes import readings
from simlab.lab import RECORDED, Lab
from simlab.parameters import NAMES, REGISTRY, prior_draws
from simlab.parameters.priors import PRIORS, registry_under
from simlab.posterior import Posterior

_FEWER = {"zeroed": 2, "rival": 5}
"""Parts run over so many times fewer draws: they stand beside the answer, and need no tail."""
_LEAST = 20
_EFFECTS = np.array([p.effect for p in REGISTRY])


@dataclass(frozen=True)
class Arms:
    """Rows of parameters, the main ones first."""

    rows: NDArray[np.float64]
    """(row, parameter)"""
    parts: Mapping[str, slice]
    """``main``, ``prior``, ``zeroed`` and ``rival:NAME`` -> its rows."""
    calibrated: bool
    """The main rows come from the lab's posterior; else from the prior."""
    prior: str
    """The prior of what records cannot move."""
    informed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(len(REGISTRY), bool))
    """(parameter,) whether the data informed it."""

    @property
    def main(self) -> NDArray[np.float64]:
        """(draw, parameter) what the answers are about."""
        return self.rows[self.parts["main"]]

    def of(self, ensemble: Ensemble, part: str) -> Ensemble:
        """The histories of one part of a run over all rows."""
        rows = self.parts[part]
        groups = ensemble.groups
        return replace(ensemble, y=ensemble.y[rows],
                       groups=None if groups is None else groups[rows])

    def beside(self, ensemble: Ensemble, varied: frozenset[tuple[str, str]]) -> Beside:
        """What a comparison is told besides the main histories. Uncalibrated, the main ones are
        the prior's own, and every effect is an assumption."""
        rivals = {part.partition(":")[2]: self.of(ensemble, part)
                  for part in self.parts if part.startswith("rival:")}
        return Beside(
            prior=self.of(ensemble, "prior" if self.calibrated else "main"),
            zeroed=self.of(ensemble, "zeroed"), rivals=rivals, varied=varied,
            parameters=Parameters(NAMES, self.main, self.informed))


def main_rows(
    lab: Lab | None, practice: str, draws: int, seed: int, prior: str = "registry"
) -> tuple[NDArray[np.float64], bool]:
    """(draw, parameter) draws that the answers are about, and whether they are calibrated.

    Those of the posterior about staff of this `practice`, where there is one, with parameters
    that the calibration did not inform drawn from `prior` where that is another one than the
    calibration's, and those that past changes of the lab speak of redrawn by what these say.
    LabError ``unknown_prior``.
    """
    registry = registry_under(prior)
    posterior = posterior_about(lab, practice)
    if lab is None or posterior is None:
        return prior_draws(draws, seed, registry), False
    rows = choose(posterior, draws, seed)
    if calibrated_under(posterior) != prior:
        rows = np.where(_told(lab, practice)[1], prior_draws(draws, seed, registry), rows)
    return teach(rows, changes_about(lab, practice), registry, seed).rows, True


def arms(
    lab: Lab | None, practice: str, draws: int, seed: int, prior: str = "registry", *,
    beside: bool = True,
) -> Arms:
    """The main rows of a study and, with `beside`, those beside them; see `main_rows` for the
    other arguments."""
    main, calibrated = main_rows(lab, practice, draws, seed, prior)
    informed, free = (_told(lab, practice) if lab is not None and calibrated
                      else (np.zeros(len(NAMES), bool), np.ones(len(NAMES), bool)))
    if not beside:
        return Arms(main, {"main": slice(0, len(main))}, calibrated, prior, informed)
    blocks = {"main": main}
    if calibrated:
        blocks["prior"] = prior_draws(draws, seed, registry_under(prior))
    few = {part: max(draws // fewer, min(draws, _LEAST)) for part, fewer in _FEWER.items()}
    blocks["zeroed"] = np.where(_EFFECTS & ~informed, 0.0, main[: few["zeroed"]])
    for name in PRIORS:
        if name != prior:
            registry = registry_under(name)
            drawn = prior_draws(few["rival"], seed, registry)
            blocks[f"rival:{name}"] = teach(
                np.where(free, drawn, main[: few["rival"]]), changes_about(lab, practice),
                registry, seed).rows if lab is not None and calibrated else drawn
    ends = np.cumsum([len(block) for block in blocks.values()]).tolist()
    parts = {name: slice(end - len(block), end)
             for (name, block), end in zip(blocks.items(), ends, strict=True)}
    return Arms(np.concatenate(list(blocks.values())), parts, calibrated, prior, informed)


def calibrated_under(posterior: Posterior) -> str:
    """The prior that a posterior was calibrated under."""
    return str(posterior.provenance.get("prior", "registry"))


def posterior_about(lab: Lab | None, practice: str) -> Posterior | None:
    """The lab's posterior about staff of a practice: records hold sales staff, of others there may
    be totals. None where there is none, or no lab."""
    if lab is None:
        return None
    if practice == RECORDED:
        return load_posterior(lab)
    return load_aggregate_posterior(lab, practice)


def changes_about(lab: Lab, practice: str) -> tuple[Reading, ...]:
    """What the past changes replayed in the lab say of staff of a practice: its records hold sales
    staff."""
    return readings(lab) if practice == RECORDED else ()


def informed_in(lab: Lab, practice: str) -> NDArray[np.bool_]:
    """(parameter,) which parameters the lab's calibration about a practice, or a past change
    replayed in it, informed."""
    return _told(lab, practice)[0]


def _told(lab: Lab, practice: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(parameter,) which parameters the calibration about a practice, or a past change, informed,
    and (parameter,) which the calibration could not move."""
    if practice != RECORDED:
        known = estimated_from_totals(lab, practice)
        return (np.array([name in known for name in NAMES]),
                np.array([name not in LEARNT for name in NAMES]))
    fit = load_fit(lab)
    moved = set() if fit is None else {p.name for p in fit.parameters if p.calibrated}
    known = set() if fit is None else {p.name for p in fit.parameters if p.informed == "estimated"}
    known |= learnt_from_changes(lab)
    return (np.array([name in known for name in NAMES]),
            np.array([name not in moved for name in NAMES]))
