"""Fit with key work: what recorded signs say of a person's skills, and whether they tell people
apart at all.

A sign goes with a skill by a correlation that nobody has measured here: it is drawn anew with each
draw of the parameters, so that intervals hold this ignorance. What a sign adds is the exact
conditional of a normal skill, drawn after Matheron's rule (Journel, Huijbregts 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Sign:
    """A recorded figure of a person that stands for skills."""

    name: str
    column: str
    """Where it is recorded."""
    skills: tuple[str, ...]
    lower: float
    upper: float
    """Of the correlation between the sign and each of the skills; assumed, every value in between
    as likely."""


SIGNS = (
    Sign("customer_satisfaction", "monthly_performance.customer_satisfaction",
         ("needs_discovery", "executive_communication", "patient_communication",
          "needs_listening"), 0.1, 0.5),
    Sign("collaboration_satisfaction", "monthly_performance.collaboration_satisfaction",
         ("collaboration", "solution_design", "individual_planning"), 0.1, 0.5),
    Sign("experience", "employees.prior_ka_experience", ("industry_insight", "premium_process"),
         0.0, 0.3),
)
"""Of the skills those count that a role pack has. Experience of such work weighs least of all: it
must not crowd out who could learn it."""


def standardised(values: Figures) -> Figures:
    """(person,) figures in SDs from the mean of the people who have one; NaN where there is none,
    and of everybody where all have the same."""
    known = values[np.isfinite(values)]
    spread = known.std() if len(known) > 1 else 0.0
    return np.asarray((values - known.mean()) / spread if spread > 0 else values * np.nan)


def conditioned(
    levels: Figures, signs: list[tuple[Figures, Figures]], spread: Figures, rng: np.random.Generator
) -> Figures:
    """(draw, person) levels of a skill given `signs`: each the standardised figure (person,) and
    its correlation (draw,) with the skill, whose SD over people is `spread` (draw,).

    Of a person without a sign nothing changes; levels stay within 0..1.
    """
    centre = levels.mean(axis=1, keepdims=True)
    x = (levels - centre) / spread[:, None]
    left = np.ones_like(x)  # variance not yet explained
    for z, correlation in signs:
        r = np.maximum(correlation, 1e-6)[:, None]
        noise = (1.0 - r * r) / (r * r)
        gain = np.where(np.isfinite(z), left / (left + noise), 0.0)
        seen = np.nan_to_num(z) / r
        x = x + gain * (seen - x - np.sqrt(noise) * rng.standard_normal(x.shape))
        left = left * (1.0 - gain)
    return np.asarray(np.clip(centre + x * spread[:, None], 0.0, 1.0))


def told_apart(fit: Figures) -> float:
    """Share of the variance of fit (draw, person) between people that is known: that of their means
    over draws, less what so many draws leave to chance; 0 = the records say nothing of who."""
    draws = len(fit)
    within = fit.var(axis=0, ddof=1).mean()
    between = fit.mean(axis=0).var(ddof=1) - within / draws
    return float(max(between, 0.0) / max(between + within, 1e-12))
