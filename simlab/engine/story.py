"""What happened to one person in one history, month by month, and why.

The history is run anew through the very steps that the kernel is made of (`FirmModel`), so a story
is of the same life, bit for bit, that the ensemble counted. It tells one simulated future of many;
it is no forecast for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simlab.engine.generate import LIVES
from simlab.engine.mesa_model import FirmModel
from simlab.engine.outcomes import OUTCOMES
from simlab.numeric import exp
from simlab.panel import month_name
from simlab.policy import Policy
from simlab.practice import NAMES, skills
from simlab.rules.feel import (
    MORALE_BELONGING,
    MORALE_CALM,
    MORALE_CONTROL,
    MORALE_EFFICACY,
    MORALE_REWARD,
    MORALE_SUPPORT,
)
from simlab.rules.leave import contributions
from simlab.rules.warn import helped
from simlab.world import Cause, Exit, Firm, Help, Stage, Status

MORALE = {
    "efficacy": MORALE_EFFICACY, "reward": MORALE_REWARD, "support": MORALE_SUPPORT,
    "belonging": MORALE_BELONGING, "control": MORALE_CONTROL, "stress": -MORALE_CALM,
}
"""Weight of each state in the mix that morale follows; stress lowers it."""
STATES = (*MORALE, "morale")
FIGURES = ("business", "key_business", "income", "expected", "score", "key")

Row = np.void | NDArray[np.void]
Value = int | float | str


@dataclass(frozen=True)
class Event:
    """Something that happened: its kind (a key of the texts ``story.event``) and its figures."""

    kind: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class MonthTold:
    """One month of a person's life."""

    month: str
    status: str
    states: Mapping[str, float]
    """Each state at the end of the month, 0..1."""
    figures: Mapping[str, float]
    """Business, income, expected income (money), score (points), share of key work."""
    morale: Mapping[str, float]
    """What each state adds to the mix that morale follows, against the neutral 0.5."""
    causes: Mapping[str, float]
    """What each cause adds to the log hazard of deciding to quit this month; it is the hazard
    that `leave` used. Empty for someone on notice."""
    chance: float | None
    """Probability of deciding to quit this month; None for someone on notice."""
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Story:
    """A person's life in one history under one policy, up to the exit or the end."""

    person: str
    policy: str
    history: int
    months: tuple[MonthTold, ...]
    outcomes: NDArray[np.float64]
    """(month, outcome) of the whole firm in this history, in the order of `OUTCOMES`."""

    @property
    def exit(self) -> Event | None:
        """The exit; None where the person was still there at the end."""
        last = self.months[-1].events if self.months else ()
        return next((event for event in last if event.kind == "exit"), None)

    @property
    def reason(self) -> str | None:
        """The largest cause of the decision to quit; None where there was none in this story."""
        found = [event.values["reason"] for told in self.months for event in told.events
                 if event.kind == "decision"]
        return str(found[-1]) if found else None

    def to_json(self) -> dict[str, Any]:
        """As plain data; of the firm its headcount and exits."""
        return {
            "person": self.person, "policy": self.policy, "history": self.history,
            "exit": None if self.exit is None else self.exit.values["kind"],
            "reason": self.reason,
            "months": [asdict(told) for told in self.months],
            "firm": {name: self.outcomes[:, OUTCOMES.index(name)].tolist()
                     for name in ("headcount", "exits")},
        }


def tell(
    firm: Firm,
    policy: Policy,
    draw: NDArray[np.float64],
    *,
    slot: int,
    months: int,
    history: int = 0,
    seed: int = 1,
    current: Policy | None = None,
    past: int = 0,
) -> Story:
    """The life of the person in `slot` in `history` (as `simulate` counts them, its parameter
    row being `draw`), over `months` after the burn-in under the `current` policy.

    It is told of whoever holds the seat first after the burn-in; `past` is the draw whose people
    start, where the firm holds a row of people per draw.
    """
    model = ToldModel(firm, policy, draw, told=slot, seed=seed, history=history,
                      current=current, past=past)
    for _ in range(firm.burn_in):
        model.step()
    told = []
    outcomes = np.empty((months, len(OUTCOMES)))
    for m in range(months):
        model.begin()
        model.step()
        outcomes[m] = list(model.outcomes().values())
        if month := model.month_told(month_name(firm.start + m)):
            told.append(month)
    name = firm.names[slot] if firm.names else str(slot)
    return Story(name, policy.name, history, tuple(told), outcomes)


class ToldModel(FirmModel):
    """A history that notes what each rule does to one person."""

    def __init__(
        self, firm: Firm, policy: Policy, draw: NDArray[np.float64], *, told: int, **options: Any
    ) -> None:
        super().__init__(firm, policy, draw, **options)
        self.told = told
        self._own = {declared.name for declared in self.rules if declared.scope in LIVES}
        self._generation = -1
        self._noting = False
        self.begin()

    def begin(self) -> None:
        """Forget the month before; from month 0 on note what happens."""
        self._noting = self.elapsed >= 0
        self._events: list[Event] = []
        self._causes: dict[str, float] = {}
        self._lived: np.void | None = None

    def apply(self, name: str, slot: int = 0) -> None:
        """Run a rule; what it changes in the person told of becomes events."""
        if not self._noting or (name in self._own and slot != self.told):
            super().apply(name, slot)
            return
        before = self._view()
        if name == "leave":
            self._look_into(before.person)
        super().apply(name, slot)
        after = self._view()
        if self._is_told(after.person):
            for notice in NOTICED.get(name, ()):
                self._events += notice(before, after)
            if name == "leave":
                self._lived = after.person

    def _is_told(self, person: np.void) -> bool:
        """Whether the seat is held by the person told of: the first one who is there."""
        there = person["status"] in (Status.ACTIVE, Status.NOTICE)
        if self._generation < 0 and there:
            self._generation = int(person["generation"])
        return bool(there and person["generation"] == self._generation)

    def _look_into(self, person: np.void) -> None:
        if self._is_told(person) and person["status"] == Status.ACTIVE:
            parts = _causes(self.people, self.told, self.facts, self._policy_now(), self._param)
            self._causes = {cause.name.lower(): parts[cause] for cause in Cause}

    def _policy_now(self) -> NDArray[np.void]:
        return self._after if self.elapsed >= 0 else self._before

    def _view(self) -> View:
        helping = {kind: bool(_helped(self.people, self.told, int(kind))) for kind in Help}
        return View(self.people[self.told].copy(), self.accounts[self.told].copy(),
                    self._policy_now()[0], helping)

    def month_told(self, month: str) -> MonthTold | None:
        """The month just stepped; None where the person was not there."""
        person = self._lived
        if person is None:
            return None
        chance = None
        if self._causes:
            chance = float(1.0 - exp(-exp(sum(self._causes.values()))))
        return MonthTold(
            month=month,
            status="left" if person["left"] else Status(person["status"]).name.lower(),
            states={name: float(person[name]) for name in STATES},
            figures={name: float(person[name]) for name in FIGURES},
            morale={name: weight * (float(person[name]) - 0.5)
                    for name, weight in MORALE.items()},
            causes=self._causes, chance=chance, events=tuple(self._events),
        )


@dataclass(frozen=True)
class View:
    """The person told of at one moment: copies, since rows are written in place."""

    person: np.void
    accounts: NDArray[np.void]
    policy: np.void
    helping: Mapping[Help, bool]
    """Which kind of help is running."""


@njit
def _causes(people, slot, firms, policies, params):  # type: ignore[no-untyped-def]
    return contributions(people[slot], firms[0], policies[0], params[0])


@njit
def _helped(people, slot, kind):  # type: ignore[no-untyped-def]
    return helped(people[slot], kind)


def _notice_accounts(before: View, after: View) -> Iterator[Event]:
    """Accounts that opened, were decided, renewed or lost by the person's own work."""
    moved_on = 0
    for old, new in zip(before.accounts, after.accounts, strict=True):
        was, now = Stage(old["stage"]), Stage(new["stage"])
        if was == Stage.EMPTY and now == Stage.OPENING:
            moved_on += 1
            yield Event("account_opened", {"value": float(new["value"])})
        elif was == Stage.OPENING and now == Stage.CUSTOMER:
            moved_on += 1
            yield Event("account_won", {"value": float(new["value"])})
        elif was == Stage.OPENING and now == Stage.EMPTY:
            yield Event("account_refused", {"value": float(old["value"])})
        elif was == Stage.CUSTOMER and now == Stage.EMPTY:
            yield Event("account_lost", {"value": float(old["value"])})
    renewed = int(after.person["progress"]) - moved_on
    if renewed > 0:
        yield Event("account_renewed", {"count": renewed})


def _notice_complaints(_before: View, after: View) -> Iterator[Event]:
    if after.person["complaints"] > 0:
        yield Event("complaint", {"count": int(after.person["complaints"])})


def _notice_waiting(before: View, after: View) -> Iterator[Event]:
    if after.person["past_sla"] and not before.person["past_sla"]:
        yield Event("past_sla", {})


def _notice_results(before: View, after: View) -> Iterator[Event]:
    if after.person["falling"] > before.person["falling"] and (
        after.person["falling"] == after.policy["help_falling"]
    ):
        yield Event("falling", {"months": int(after.person["falling"])})
    if after.person["below"] > 0 and before.person["below"] == 0:
        yield Event("below_standard", {})


def _notice_course(before: View, after: View) -> Iterator[Event]:
    names = skills(NAMES[int(after.person["practice"])])
    if before.person["course"] < 0 <= after.person["course"]:
        yield Event("course_begun", {"skill": names[int(after.person["course"])]})
    if after.person["examined"]:
        # a course that is passed on the day it begins is in neither row's `course`
        passed = int(after.person["passed"]) & ~int(before.person["passed"])
        course = passed.bit_length() - 1 if passed else int(after.person["course"])
        kind = "exam_passed" if after.person["examined"] > 0 else "exam_failed"
        yield Event(kind, {"skill": names[course]})


def _notice_ties(before: View, _after: View) -> Iterator[Event]:
    if before.person["ties_gone"] > 0:
        yield Event("colleagues_left", {"count": int(before.person["ties_gone"])})


def _notice_rating(before: View, after: View) -> Iterator[Event]:
    if after.person["rating"] != before.person["rating"]:
        yield Event("rating", {"rating": int(after.person["rating"])})


def _notice_help(before: View, after: View) -> Iterator[Event]:
    for kind in Help:
        if kind and after.helping[kind] and not before.helping[kind]:
            yield Event("help_begun", {"help": kind.name.lower()})
        if kind and before.helping[kind] and not after.helping[kind]:
            yield Event("help_ended", {"help": kind.name.lower()})
    if after.person["alert"] > before.person["alert"]:
        yield Event("alert", {"risk": float(after.person["risk"])})
    if after.person["false_alarm"] and not before.person["false_alarm"]:
        yield Event("false_alarm", {})


def _notice_offer(before: View, after: View) -> Iterator[Event]:
    if after.person["approached"] and not before.person["approached"]:
        taken = after.person["help_left"] > before.person["help_left"]
        kind = Help(after.policy["help_kind"]).name.lower()
        yield Event("help_accepted" if taken else "help_declined", {"help": kind})


def _notice_leaving(before: View, after: View) -> Iterator[Event]:
    person = after.person
    decided = before.person["status"] == Status.ACTIVE and (
        person["status"] == Status.NOTICE
        or (person["left"] and person["leaving"] == Exit.VOLUNTARY)
    )
    if decided:
        yield Event("decision", {"reason": Cause(person["reason"]).name.lower(),
                                 "avoidable": float(person["avoidable"]),
                                 "notice": int(person["notice"])})
    if person["left"]:
        yield Event("exit", {"kind": Exit(person["leaving"]).name.lower()})


def _notice_handover(before: View, after: View) -> Iterator[Event]:
    for old, new in zip(before.accounts, after.accounts, strict=True):
        if old["stage"] == Stage.EMPTY and new["stage"] != Stage.EMPTY:
            yield Event("account_received", {"value": float(new["value"])})


def _notice_move(before: View, after: View) -> Iterator[Event]:
    if after.person["nominated"] and not before.person["nominated"]:
        yield Event("nominated", {})
    if after.person["key"] > 0 and before.person["key"] == 0:
        yield Event("moved_to_key", {})


def _notice_joining(before: View, _after: View) -> Iterator[Event]:
    if before.person["status"] == Status.ARRIVING:
        yield Event("joined", {})


NOTICED: dict[str, tuple[Callable[[View, View], Iterator[Event]], ...]] = {
    "enter": (_notice_joining,),
    "work": (_notice_accounts,),
    "serve": (_notice_complaints,),
    "support": (_notice_waiting,),
    "score": (_notice_results,),
    "learn": (_notice_course,),
    "feel": (_notice_ties,),
    "show": (_notice_rating,),
    "warn": (_notice_help,),
    "give_help": (_notice_offer, _notice_help),
    "leave": (_notice_leaving,),
    "hand_over": (_notice_handover,),
    "assign": (_notice_move,),
}
"""Rule -> what is noticed of it."""
