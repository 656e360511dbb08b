"""The reference month as an ordinary Mesa model: agents with attributes, one step each."""

from __future__ import annotations

import math

import mesa
import numpy as np
import spec


class Person(mesa.Agent):
    """Someone in a seat; whoever quits is replaced in it by a newcomer."""

    def __init__(self, model: Staff) -> None:
        super().__init__(model)
        self.start()

    def start(self) -> None:
        """Become a newcomer."""
        self.tenure = spec.START["tenure"]
        self.skill = spec.START["skill"]
        self.sales = spec.START["sales"]
        self.support = spec.START["support"]
        self.reward = spec.START["reward"]
        self.expected = spec.START["expected"]
        self.efficacy = spec.START["efficacy"]
        self.stress = spec.START["stress"]
        self.belonging = spec.START["belonging"]
        self.morale = spec.START["morale"]

    def step(self) -> None:
        """One month."""
        # Python's own generator is the faster of Mesa's two for single numbers
        random = self.model.random
        self.sales = self.skill * (1 + spec.LUCK * random.gauss(0, 1))
        waiting = spec.WAITING * random.expovariate(1)
        self.support += spec.SUPPORT * (1 - min(waiting, 1) - self.support)
        surprise = 1 + spec.COMMISSION * self.sales - self.expected
        self.reward += spec.REWARD * (0.5 + min(max(surprise, -0.5), 0.5) - self.reward)
        self.expected += spec.EXPECTED * surprise
        self.skill += spec.LEARNING * random.random() * (1 - self.skill)
        self.efficacy += spec.EFFICACY * (min(max(self.sales, 0), 1) - self.efficacy)
        upset = spec.UPSET if random.random() < spec.COMPLAINT else 0.0
        self.stress += spec.STRESS * (0.5 + spec.CALM * (0.5 - self.support) + upset - self.stress)
        self.belonging += spec.BELONGING * (self.support - self.belonging)
        mix = (self.efficacy + self.reward + self.belonging) * (1 / 3)
        self.morale += spec.MORALE * (mix - self.morale)
        self.tenure += 1
        logit = (
            spec.LEVEL
            - spec.MORALE_SLOPE * self.morale
            + spec.STRESS_SLOPE * self.stress
            - spec.REWARD_SLOPE * self.reward
            - spec.TENURE * self.tenure
        )
        if random.random() * (1 + math.exp(-logit)) < 1:
            self.model.quits += 1
            self.start()


class Staff(mesa.Model):
    """Everybody; a month steps each person once."""

    def __init__(self, people: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.quits = 0
        Person.create_agents(self, people)

    def step(self) -> None:
        """One month."""
        self.agents.do("step")

    def advance(self, months: int) -> int:
        """Run the months; how many quit."""
        before = self.quits
        for _ in range(months):
            self.step()
        return self.quits - before

    def states(self) -> dict[str, np.ndarray]:
        """The agents' attributes."""
        return {name: np.array(self.agents.get(name)) for name in spec.STATES}
