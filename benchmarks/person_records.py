"""What a firm's records would hold of its people: simulated month by month, person by person.

The firm's own path (`simlab.simulate`) keeps outcomes of the firm only. Here the very same months
run one at a time, and after each of them what HR can see of every person is noted. Hidden states
are not noted: patterns are computed from records, as a study would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.ensemble import state
from simlab.engine.kernel import load_kernel
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.world import SEEN, Exit, Firm, Status, Tag, blank

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Records:
    """Records of one history, each (month, slot); NaN where the person does not work.

    `exited` is the kind of the month's exit (0 = none), `person` changes where the slot passes to
    another person, `on_notice` says that an exit has been announced, `pulse` is NaN where nobody
    asked or no answer came, `rating` is of the last completed quarter (0 = none).
    """

    person: NDArray[np.int64]
    team: NDArray[np.int64]
    exited: NDArray[np.int8]
    on_notice: NDArray[np.bool_]
    tenure: Matrix
    base: Matrix
    business: Matrix
    rating: Matrix
    pulse: Matrix
    pressure: Matrix
    """Tickets about pressure this month: 0 or 1."""
    absence: Matrix
    contacts: Matrix

    @property
    def working(self) -> NDArray[np.bool_]:
        """(month, slot) who works in the month, the month of exit included."""
        return np.isfinite(self.base)


GENERATIONS = 100_000
"""More people than ever follow one another in a slot."""


def recorded(
    firm: Firm,
    policy: Policy,
    draws: Matrix,
    *,
    months: int,
    seed: int = 1,
    current: Policy | None = None,
    policies: Mapping[int, Policy] | None = None,
) -> Iterator[Records]:
    """The records of one history per row of `draws`, after the firm's burn-in under `current`
    (default: `policy`); `policies` names other policies by the month from which they hold."""
    kernel, live = load_kernel(), one_month()
    schedule = {-firm.burn_in: current or policy, 0: policy, **(policies or {})}
    compiled = {m: compile_policies([p]) for m, p in schedule.items()}
    practices, begin = firm.practices, state(firm)
    address = split_seed(seed)
    outcomes, seens = np.zeros(kernel.OUTCOMES), blank(SEEN, 1)
    for history, row in enumerate(draws):
        people, places, teams, departments, facts = (part.copy() for part in begin[:5])
        people = people[0]
        params, scratch = as_records(row[None, :]), kernel.scratch_rows(np.uint32(history))
        kept: list[dict[str, NDArray[np.generic]]] = []
        for m in range(-firm.burn_in, months):
            held = compiled[max(since for since in compiled if since <= m)]
            live(firm.start, m, people, places, teams, departments, facts, practices, held, params,
                 seens, outcomes, *address, scratch)
            if m >= 0:
                kept.append(_noted(people, m))
        yield Records(**{name: np.array([one[name] for one in kept]) for name in kept[0]})


@cache
def one_month() -> Callable[..., None]:
    """The kernel's month, by arrays of one row (compiled once a process)."""
    kernel = load_kernel()
    month, start_month = kernel.month, kernel.start_month

    @njit(nogil=True)
    def live(start, m, people, places, teams, departments, firms, practices, policies, params,
             seens, outcomes, k0, k1, scratch):
        start_month(firms[0], start, m)
        month(people, places, teams, departments, firms[0], practices, policies[0], params[0],
              seens[0], outcomes, k0, k1, scratch[0])

    return live


def _noted(people: NDArray[np.void], month: int) -> dict[str, NDArray[np.generic]]:
    """What the record holds of everybody after a month."""
    left = people["left"] > 0
    works = np.isin(people["status"], (Status.ACTIVE, Status.NOTICE)) | left

    def seen(values: NDArray[np.generic]) -> Matrix:
        return np.where(works, values, np.nan)

    pulse = np.where(people["pulse"] >= 0, people["pulse"], np.nan)
    return {
        "person": people["slot"].astype(np.int64) * GENERATIONS + people["generation"],
        "team": people["team"].astype(np.int64),
        "exited": np.where(left, people["leaving"], Exit.NONE).astype(np.int8),
        "on_notice": people["status"] == Status.NOTICE,
        "tenure": seen(month - people["entered"]),
        "base": seen(people["base"]),
        "business": seen(people["business"] + people["key_business"]),
        "rating": seen(people["rating"]),
        "pulse": seen(pulse),
        "pressure": seen(people["tickets"][:, Tag.PRESSURE]),
        "absence": seen(people["absence"]),
        "contacts": seen(people["contacts"]),
    }
