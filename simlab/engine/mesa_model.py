"""The same world as Mesa agents: every agent is a handle on its row, stepped rule by rule.

The compiled rules are the ones the kernel loops over, so a history is the same bit for bit under
either; here one agent's rule can be overridden, a history watched month by month, and Mesa's
tools used. Only API that Mesa 3.3 to 4 share is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.ensemble import portfolios
from simlab.engine.generate import LIVES
from simlab.engine.kernel import compiled_for, load_kernel
from simlab.engine.month import MONTH, Month
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.world import SEEN, Firm, blank


class PersonAgent(mesa.Agent):  # type: ignore[misc]
    """The person in one slot. Subclass and define a method named after a rule to override it;
    `self.follow("learn")` runs the lab's own version from there."""

    def __init__(self, model: FirmModel, slot: int) -> None:
        super().__init__(model)
        self.slot = int(slot)

    @property
    def record(self) -> np.void:
        """The person's row (`simlab.world.PERSON`); writing a field changes the state."""
        row: np.void = self.firm_model.people[self.slot]
        return row

    @property
    def firm_model(self) -> FirmModel:
        """The model, by its own type."""
        model = self.model
        assert isinstance(model, FirmModel)
        return model

    def act(self, name: str) -> None:
        """One rule of the month: the agent's own method of that name, else the lab's."""
        own: Callable[[], None] | None = getattr(self, name, None)
        if own is not None:
            own()
        else:
            self.follow(name)

    def follow(self, name: str) -> None:
        """Run the lab's rule `name` for this person."""
        self.firm_model.apply(name, self.slot)


class FirmModel(mesa.Model):  # type: ignore[misc]
    """One history of a firm under one policy and one parameter row.

    `order` is the `AgentSet` method that steps people through a rule; "do" and "shuffle_do" give
    the same history. The first `firm.burn_in` steps are lived under the `current` policy (default:
    the same one), before month 0; `past` is the draw whose people start, where the firm holds a
    row of people per draw. `agents_by_slot` puts own `PersonAgent` subclasses into
    chosen slots.
    """

    def __init__(
        self,
        firm: Firm,
        policy: Policy,
        draw: NDArray[np.float64],
        *,
        seed: int = 1,
        history: int = 0,
        order: Literal["do", "shuffle_do"] = "do",
        agents_by_slot: Mapping[int, type[PersonAgent]] | None = None,
        month: Month = MONTH,
        current: Policy | None = None,
        past: int = 0,
    ) -> None:
        super().__init__(rng=seed)
        self.firm = firm
        self.order = order
        self.rules = month.rules
        self.outcome_names = month.outcomes
        self._kernel = load_kernel(month)
        self._steps: dict[str, Callable[..., Any]] = {}
        pasts = np.atleast_2d(month.people(firm.people))
        self.people = pasts[past if len(pasts) > 1 else 0].copy()
        self.accounts = firm.accounts.copy()
        self.teams, self.departments = firm.teams.copy(), firm.departments.copy()
        self.facts = firm.firm.copy()
        self._arrays = (
            self.people, portfolios(self.accounts), self.teams, self.departments, self.facts,
            firm.practices,
        )
        self._after = compile_policies([policy])
        self._before = compile_policies([current or policy])
        self._param = as_records(np.asarray(draw)[None, :], month.parameters)
        self._seen = blank(SEEN, 1)
        self._outcomes = np.zeros(len(month.outcomes))
        self._address = (*split_seed(seed), np.uint32(history))
        self.elapsed = -firm.burn_in
        special = dict(agents_by_slot or {})
        for slot in range(len(self.people)):
            kind = special.get(slot, PersonAgent)
            kind.create_agents(self, 1, [slot])
        self.datacollector = DataCollector(
            model_reporters={name: _reporter(k) for k, name in enumerate(month.outcomes)}
        )

    def apply(self, name: str, slot: int = 0) -> None:
        """Run one compiled rule for a slot (the slot is ignored by group and firm rules)."""
        given = (
            slot, *self._arrays, self._after if self.elapsed >= 0 else self._before, self._param,
            self._seen, self._outcomes, *self._address,
        )
        if name not in self._steps:
            self._steps[name] = compiled_for(getattr(self._kernel, f"step_{name}"), given)
        self._steps[name](*given)

    def step(self) -> None:
        """One month, rule by rule; the month's outcomes are collected."""
        facts = self.facts[0]
        facts["month"] = self.elapsed
        facts["calendar"] = (self.firm.start + self.elapsed) % 12
        for declared in self.rules:
            if declared.scope in LIVES:
                getattr(self.agents, self.order)("act", declared.name)
            else:
                self.apply(declared.name)
        self.datacollector.collect(self)
        self.elapsed += 1

    def outcomes(self) -> dict[str, float]:
        """The last month's outcomes by name."""
        return dict(zip(self.outcome_names, self._outcomes.tolist(), strict=True))


def _reporter(index: int) -> Callable[[Any], float]:
    return lambda model: float(model._outcomes[index])
