"""The reference month as a Starsim module: states are FloatArr, every number its own `Dist`."""

from __future__ import annotations

import numpy as np
import spec
import starsim as ss


class Month(ss.Module):
    """The month as one module. Leavers' seats are filled in place, which spares Starsim the
    growth of its population arrays by one person per leaver."""

    def __init__(self) -> None:
        super().__init__()
        self.define_states(
            *(ss.FloatArr(name, default=value) for name, value in spec.START.items())
        )
        self.luck = ss.normal(loc=0, scale=1)
        self.waiting = ss.expon(scale=spec.WAITING)
        self.practice = ss.random()
        self.complaint = ss.bernoulli(p=spec.COMPLAINT)
        self.decision = ss.bernoulli(p=chance_of_quitting)
        self.quits = 0

    def step(self) -> None:
        """One month of everybody."""
        uids = self.sim.people.auids
        skill, support, reward, expected, efficacy, stress, belonging, morale = (
            self[name][uids] for name in ("skill", "support", "reward", "expected", "efficacy",
                                          "stress", "belonging", "morale"))
        sales = skill * (1 + spec.LUCK * self.luck.rvs(uids))
        support += spec.SUPPORT * (1 - np.minimum(self.waiting.rvs(uids), 1) - support)
        surprise = 1 + spec.COMMISSION * sales - expected
        upset = spec.UPSET * self.complaint.rvs(uids)
        reward += spec.REWARD * (0.5 + np.clip(surprise, -0.5, 0.5) - reward)
        efficacy += spec.EFFICACY * (np.clip(sales, 0, 1) - efficacy)
        belonging += spec.BELONGING * (support - belonging)
        self.sales[uids] = sales
        self.support[uids] = support
        self.reward[uids] = reward
        self.expected[uids] = expected + spec.EXPECTED * surprise
        self.skill[uids] = skill + spec.LEARNING * self.practice.rvs(uids) * (1 - skill)
        self.efficacy[uids] = efficacy
        self.stress[uids] = stress + spec.STRESS * (
            0.5 + spec.CALM * (0.5 - support) + upset - stress)
        self.belonging[uids] = belonging
        mix = (efficacy + reward + belonging) * (1 / 3)
        self.morale[uids] = morale + spec.MORALE * (mix - morale)
        self.tenure[uids] += 1

        leavers = self.decision.filter(uids)
        for name, value in spec.START.items():
            self[name][leavers] = value
        self.quits += len(leavers)


def chance_of_quitting(module: Month, sim: ss.Sim, uids: ss.uids) -> np.ndarray:  # noqa: ARG001
    """The logistic decision, as Starsim's distributions take it: a function of the module."""
    logit = (
        spec.LEVEL
        - spec.MORALE_SLOPE * module.morale[uids]
        + spec.STRESS_SLOPE * module.stress[uids]
        - spec.REWARD_SLOPE * module.reward[uids]
        - spec.TENURE * module.tenure[uids]
    )
    return 1 / (1 + np.exp(-logit))


class Staff:
    """A Starsim simulation with this one module, moved on month by month."""

    CAPACITY = 10_000
    """Months for which Starsim lays out its time line beforehand; past its end nothing happens."""

    def __init__(self, people: int, seed: int) -> None:
        self.sim = ss.Sim(n_agents=people, modules=Month(), rand_seed=seed, verbose=0,
                          start=2000, dt=ss.month, dur=ss.months(self.CAPACITY))
        self.sim.init()
        self.month = self.sim.get_module(Month)  # the simulation holds a copy of its own

    def advance(self, months: int) -> int:
        """Run the months; how many quit."""
        if self.sim.t.ti + months > self.CAPACITY:
            raise ValueError(f"the time line ends after {self.CAPACITY} months")
        before = self.month.quits
        for _ in range(months):
            self.sim.run_one_step()
        return self.month.quits - before

    def states(self) -> dict[str, np.ndarray]:
        """The module's state arrays."""
        return {name: np.array(self.month[name].values) for name in spec.STATES}


def one_stream(people: int, seed: int) -> Staff:
    """The same without common random numbers: one stream for everybody, which costs less and
    gives up that a person keeps their luck when another is added."""
    ss.options(crn=False)
    return Staff(people, seed)
