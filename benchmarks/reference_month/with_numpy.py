"""The reference month over NumPy columns: float32 arrays, one generator, whole-column steps."""

from __future__ import annotations

import numpy as np
import spec


class Staff:
    """One array per state; a month is a few dozen array operations."""

    def __init__(self, people: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.people = people
        self.at = {name: np.full(people, value, np.float32) for name, value in spec.START.items()}

    def advance(self, months: int) -> int:
        """Run the months; how many quit."""
        return sum(self.month() for _ in range(months))

    def month(self) -> int:
        """One month of everybody."""
        s, n, rng = self.at, self.people, self.rng
        z = rng.standard_normal(n, np.float32)
        e = rng.standard_exponential(n, np.float32)
        a, b, c = rng.random((3, n), np.float32)

        sales = s["sales"] = s["skill"] * (1 + spec.LUCK * z)
        s["support"] += spec.SUPPORT * (1 - np.minimum(spec.WAITING * e, 1) - s["support"])
        surprise = 1 + spec.COMMISSION * sales - s["expected"]
        s["reward"] += spec.REWARD * (0.5 + np.clip(surprise, -0.5, 0.5) - s["reward"])
        s["expected"] += spec.EXPECTED * surprise
        s["skill"] += spec.LEARNING * a * (1 - s["skill"])
        s["efficacy"] += spec.EFFICACY * (np.clip(sales, 0, 1) - s["efficacy"])
        upset = spec.UPSET * (b < spec.COMPLAINT)
        s["stress"] += spec.STRESS * (
            0.5 + spec.CALM * (0.5 - s["support"]) + upset - s["stress"]
        ).astype(np.float32)
        s["belonging"] += spec.BELONGING * (s["support"] - s["belonging"])
        mix = (s["efficacy"] + s["reward"] + s["belonging"]) * (1 / 3)
        s["morale"] += spec.MORALE * (mix - s["morale"])
        s["tenure"] += 1

        logit = (
            spec.LEVEL
            - spec.MORALE_SLOPE * s["morale"]
            + spec.STRESS_SLOPE * s["stress"]
            - spec.REWARD_SLOPE * s["reward"]
            - spec.TENURE * s["tenure"]
        )
        leavers = np.flatnonzero(c * (1 + np.exp(-logit)) < 1)
        for name, value in spec.START.items():
            s[name][leavers] = value
        return len(leavers)

    def states(self) -> dict[str, np.ndarray]:
        """The columns."""
        return dict(self.at)
