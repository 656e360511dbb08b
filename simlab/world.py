"""What exists: one NumPy structured array per kind of entity, a row per entity.

These record types are the state of a history and the vocabulary of the rules. Fields are
grouped as the rules use them. States such as morale lie in 0..1 with 0.5 as the neutral value.
Money is the firm's currency; months inside a history count from its first month (0).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

SKILLS = 6
"""Skills of a role pack (its registry gives them names)."""
KPIS = 8
"""KPIs of a role pack."""
TASKS = 5
"""What effort is split over: see `Task`."""
ACCOUNTS = 3
"""Key accounts (premium panels) a person can hold at a time."""
RING = 12
"""Months ahead for which commission can fall due."""
STAGES = 3
"""Stages of an incentive scheme: early, middle, late."""
TIES = 3
"""Colleagues a person is tied to at most."""
TAGS = 3
"""Tags of feedback tickets: see `Tag`."""
SIGNS = 5
"""Visible signs that raise an alert: see `Sign`."""
DEPARTMENTS = 2
"""Supporting departments: product and technical (nursing and diagnostics in a hospital)."""
INDUSTRIES = 4
"""Industries (specialties) of accounts that a role pack can list."""
MARKET_YEARS = 40
"""Years of a history for which the labour market can be given; the last one goes on."""
COURSES = SKILLS + INDUSTRIES
"""Courses: one per skill, then one per industry."""


class Task(IntEnum):
    """Index of a task in effort arrays."""

    SELL = 0
    OPEN = 1
    CARE = 2
    COLLABORATE = 3
    LEARN = 4


class Kpi(IntEnum):
    """Index of a KPI in attainment and weight arrays."""

    SALES = 0
    CONVERSION = 1
    RETENTION = 2
    SATISFACTION = 3
    COMPLAINTS = 4
    COLLABORATION = 5
    TRAINING = 6
    PLAN_USE = 7


class Status(IntEnum):
    """Where a slot stands."""

    VACANT = 0
    ARRIVING = 1
    ACTIVE = 2
    NOTICE = 3
    AWAITED = 4


class Exit(IntEnum):
    """Kind of an exit."""

    NONE = 0
    VOLUNTARY = 1
    INVOLUNTARY = 2
    OTHER = 3
    RETIREMENT = 4


class Cause(IntEnum):
    """A named contribution to the log hazard of quitting, by its place in the list of them.

    LEVEL is the neutral hazard, so as the reason of an exit it reads "nothing above neutral".
    """

    LEVEL = 0
    TENURE = 1
    FRAILTY = 2
    EFFICACY = 3
    REWARD = 4
    STRESS = 5
    BELONGING = 6
    SUPPORT = 7
    CONTROL = 8
    MARKET = 9
    REMOTE = 10
    PAY = 11
    HELP = 12
    ANTICIPATION = 13


class Help(IntEnum):
    """Kind of help from early warning."""

    NONE = 0
    COACHING = 1
    RELIEF = 2
    UNBLOCK = 3
    JOINT_VISIT = 4
    WORKLOAD = 5
    COUNSELLING = 6


class Tag(IntEnum):
    """What a feedback ticket is about."""

    PRESSURE = 0
    COMMUNICATION = 1
    RESOURCES = 2


class Sign(IntEnum):
    """A visible sign that early warning reads."""

    FALLING = 0
    ABSENCE = 1
    PRESSURE = 2
    COMMUNICATION = 3
    CONTACTS = 4


class Audience(IntEnum):
    """Who is trained."""

    EVERYBODY = 0
    KEY = 1
    BELOW = 2


class Stage(IntEnum):
    """Where an account stands."""

    EMPTY = 0
    OPENING = 1
    CUSTOMER = 2


class Counted(IntEnum):
    """Figures of a group of people over the months of a history; `simlab.engine.outcomes` says
    what each counts, HEADS are person-months."""

    HEADS = 0
    EXITS = 1
    VOLUNTARY = 2
    REGRETTED = 3
    AVOIDABLE = 4


STANDING = (
    "segment:standard", "segment:key",
    "tenure:first_year", "tenure:second_and_third", "tenure:later",
    "tier:below", "tier:standard", "tier:high",
)
"""Groups that people pass through, as they stand in the month: work, tenure (months 0-11, 12-35,
from 36) and results (below the staff's mean, at or above it, by a standard deviation or more)."""


PERSON = np.dtype(
    [
        # who: uid is (slot, generation); here too what passes over the whole firm ask of everybody,
        # so that each of them touches one cache line a person
        ("slot", "u4"),
        ("generation", "u4"),
        ("status", "i1"),
        ("left", "i1"),  # 1 in the month of the exit
        ("practice", "i1"),
        ("nominated", "u1"),  # 1: moves to key work next
        ("team", "i2"),
        ("grade", "i2"),
        ("key", "f8"),  # share of time on key work
        ("results", "f8"),  # moving average of attained against typical results
        ("turn", "f4"),  # place in the order of moves to key work where fit does not decide
        ("entered", "i4"),  # month of hiring; negative before the history
        ("vacancy", "i2"),  # months until a vacant slot is filled
        ("head_start", "i2"),  # months of experience brought along
        ("arrives", "i4"),  # month of coming under observation, for AWAITED people
        ("retires", "i4"),  # month of reaching retirement age, 0 = not known
        ("ties", "i4", (TIES,)),  # slots of close colleagues, -1 = none; they stay with the seat
        ("ties_gone", "i1"),  # of them, left at the end of last month
        # traits: fixed for life
        ("ability", "f4"),  # results talent, SD 1
        ("frailty", "f4"),  # unobserved log hazard of leaving
        ("willingness", "f4"),  # to learn, 0..1
        ("proactivity", "f4"),  # contact with other departments, 0..1
        ("skills", "f8", (SKILLS,)),
        # insight into an industry above (below) the person's own skill of that kind: `work` reads
        # skills[practice.insight_skill] + insight[account.industry]; `learn` moves it by courses
        # per industry and by doing
        ("insight", "f4", (INDUSTRIES,)),
        # pay, a month
        ("base", "f8"),
        ("pay_level", "f8"),  # log of base pay over the firm's reference
        ("income", "f8"),
        ("expected", "f8"),  # income the person has come to expect
        ("bonus", "f4"),
        ("commission", "f4"),  # paid this month, standard and key
        ("due", "f4", (RING,)),  # key commission falling due in month m at [m % RING]
        ("earned", "f4"),  # key commission earned this month, whenever it falls due
        ("top_up", "f4"),  # paid this month under the guarantee, less what was recovered
        ("advance", "f4"),  # guarantee paid and still to be recovered
        ("short", "i1"),  # 1 when this month's income is below the expected
        # states, 0..1
        ("efficacy", "f8"),
        ("reward", "f8"),
        ("stress", "f8"),
        ("belonging", "f8"),
        ("support", "f8"),
        ("control", "f8"),
        ("morale", "f8"),
        # this month's work
        ("change", "f4"),  # novelty of the work, 1 on moving, fading
        ("moved", "i4"),  # month of moving to key work
        ("effort", "f8", (TASKS,)),  # 1 = a third of the month's hours
        ("care", "f8"),  # log care per customer against what sales pay alone would leave
        ("business", "f8"),
        ("typical", "f8"),  # business usual for tenure, pay, season and the scheme's pull
        ("success", "f8"),  # business against typical, 0..1
        ("usual", "f8"),  # success to be expected
        ("won", "i1"),  # key accounts won less lost this month
        ("decided", "i1"),
        ("progress", "i1"),  # accounts opened, won and renewed this month
        ("complaints", "i1"),
        ("standard_complaints", "i1"),  # of them, from standard customers
        ("complaint_load", "f4"),  # complaints above the usual, as `feel` takes them
        ("returns_due", "i2"),  # standard customers who could return this month
        ("returned", "i2"),  # of them, those who did
        ("customers", "i1"),  # key accounts held
        ("renewals_due", "i1"),  # of them, those whose term was over this month
        ("renewed", "i1"),
        ("key_business", "f4"),
        # standard customers
        ("goodwill", "f8"),  # their satisfaction, 0..1
        # results and scores
        ("attainment", "f8", (KPIS,)),
        ("at_cap", "f4", (KPIS,)),  # how often it was at the scheme's cap, moving average
        ("score", "f8"),  # 0..100 x cap
        ("quarter_business", "f8"),
        ("quarter_typical", "f8"),
        ("quarter_luck", "f4"),
        ("running_rating", "i1"),  # of the running quarter, known at its end
        ("rating", "i1"),  # of the last completed quarter
        ("falling", "i1"),  # months in a row of falling results
        ("below", "i1"),  # months in a row below standard
        # support
        ("requests", "i1", (DEPARTMENTS,)),  # waiting
        ("request_age", "i1", (DEPARTMENTS,)),  # months, of the oldest
        ("request_load", "f4", (DEPARTMENTS,)),  # on hand this month, weighed by priority
        ("raised", "i1"),  # requests raised this month, repeats included
        ("resolved", "i1"),
        ("repeats", "i1"),  # of those raised, asked again because the first one waits
        ("past_sla", "i1"),  # 1 when one waits past the SLA
        # learning
        ("course", "i1"),  # number of the course being taken, -1 none
        ("hours", "f4"),  # of that course so far
        ("studied", "f4"),  # course hours of this month
        ("passed", "u2"),  # bit per course
        ("attempts", "i1"),  # failed at its exam
        ("examined", "i1"),  # this month: 1 passed, -1 failed
        # what HR can see
        ("absence", "f4"),  # days
        ("tickets", "i1", (TAGS,)),  # of this month, by tag
        ("tag_months", "u1", (TAGS,)),  # bit j: a ticket with that tag j months ago (three months)
        ("contacts", "f4"),
        ("usual_contacts", "f4"),  # their moving average
        ("pulse", "f4"),  # 0..10, -1 = not asked or not answered
        # help
        ("risk", "f4"),
        ("uptake", "f4"),
        ("approached", "u1"),  # 1 in the month in which help is offered
        ("help", "i1"),  # kind, from the offer on
        ("help_wait", "i1"),  # months until it begins
        ("help_left", "i1"),  # months it still runs
        ("attention", "f4"),  # felt from help: 1 while it runs, fading afterwards
        ("alert", "i1"),  # months until an alert counts as false
        ("false_alarm", "u1"),  # 1 in the month in which it does
        # leaving
        ("notice", "i1"),  # months of notice left
        ("leaving", "i1"),  # Exit kind of someone on notice or just gone
        ("reason", "i1"),  # Cause of a decision to quit
        ("avoidable", "f4"),  # share of its hazard that levers can reach
        ("lost_business", "f4"),  # a month, of customers lost with the person who left
        ("log_weight", "f8"),  # of this copy, under replay
    ],
    align=True,
)

ROSTER = np.dtype(
    [
        (name, PERSON[name])
        for name in (
            "slot", "generation", "status", "practice", "team", "grade", "base", "entered",
            "arrives", "retires", "ties",
        )
    ],
    align=True,
)
"""What is known of people before they come under observation: a short PERSON, the rest of which
reads as zero. Rule `enter` draws what they bring."""

ACCOUNT = np.dtype(
    [
        ("id", "u4"),  # uid is (id, generation) and stays through hand-over
        ("generation", "u4"),
        ("opened", "u4"),  # accounts opened in this place so far
        ("stage", "i1"),
        ("months", "i2"),  # to the decision while opening; as a customer after it
        ("value", "f4"),  # business a month once won
        ("satisfaction", "f4"),
        ("industry", "i1"),
        ("unmet", "u1"),  # 1: its needs have changed and the owner does not know
        ("complaint", "i1"),  # 1 in the month of a complaint
        ("shifted", "i1"),  # of a leaver: 1 = to be handed over, 2 = lost
    ],
    align=True,
)

PORTFOLIO = np.dtype([("places", ACCOUNT, (ACCOUNTS,))], align=True)
"""One person's places for accounts: the row that rules get, the same memory as (n, ACCOUNTS).
Only people with a share of key work hold accounts."""

TEAM = np.dtype(
    [
        ("coaching", "f8"),  # skill of the team's manager as a coach, 0..1
        ("people", "i4"),
        ("exits", "f8"),  # share of the team that left last month
        ("climate", "f8"),  # mean belonging
        ("income", "f8"),  # mean income
    ],
    align=True,
)

DEPARTMENT = np.dtype(
    [
        ("capacity", "f8"),  # requests resolved a month
        ("backlog", "f8"),  # requests waiting
        ("waiting", "f8"),  # months that the oldest ones have waited, mean over people
        ("resolution", "f8"),  # capacity per request on hand, weighed by priority
        ("room", "f8"),  # share of the departments' free capacity
    ],
    align=True,
)

FIRM = np.dtype(
    [
        ("month", "i4"),  # months since the start of the history
        ("calendar", "i4"),  # 0 = January
        ("transition_start", "i4"),
        ("market", "f8"),  # outside labour market, log relative to usual
        ("market_years", "f8", (MARKET_YEARS,)),  # what each year of the history adds to it
        ("season", "f8", (12,)),  # log size of business by calendar month
        ("base_reference", "f8"),  # base pay at which the results level is stated
        ("entry_base", "f8"),  # base pay of newcomers
        ("target", "f8"),  # share of typical results that counts as the standard
        ("dismissal_months", "i4"),  # below standard in a row; 0 = nobody is dismissed
        ("grace", "i4"),  # months of tenure before dismissal
        ("replacement_cost", "f8"),  # in months of base pay
        ("usual_exits", "f8"),  # share of a team leaving a month that people are used to
        ("usual_ties", "f8"),  # the same of their close colleagues
        ("months_past", "i4"),  # months behind these figures
        ("vacancies", "u1"),  # 1: leavers are replaced
        # couplings between people: 0 = switched off, the neutral figure is read instead
        ("couple_peers", "u1"),
        ("couple_climate", "u1"),
        ("couple_queue", "u1"),
        ("couple_income", "u1"),
        ("couple_help", "u1"),
        ("couple_assign", "u1"),
        ("couple_handover", "u1"),
    ],
    align=True,
)

COUPLINGS: dict[str, tuple[str, ...]] = {
    "couple_peers": ("ties_gone", "belonging", "morale"),
    "couple_climate": ("belonging", "morale"),
    "couple_queue": (
        "requests", "request_age", "request_load", "raised", "resolved", "repeats", "past_sla",
        "support",
    ),
    "couple_income": ("expected",),
    "couple_help": ("help", "help_wait", "help_left", "approached"),
    "couple_assign": ("key", "nominated", "change", "moved"),
    "couple_handover": (),
}
"""Each coupling with the person fields that the rule reading it may write differently because of
it (the hand-over writes accounts only)."""

PRACTICE = np.dtype(
    [
        ("standard_demand", "f8", (SKILLS,)),  # weights of skills in standard work, sum 1
        ("key_demand", "f8", (SKILLS,)),
        ("entry_skill", "f8", (SKILLS,)),  # mean skills of newcomers
        ("entry_fit", "f8"),  # how well they meet the standard demand
        ("cycle", "f8"),  # mean months from opening to decision
        ("account_value", "f8"),  # monthly business of a won account, in months of base pay
        ("key_standard", "f8"),  # win rate expected of people in key work
        ("profile", "f8"),  # fit with key work from which a person meets its profile
        ("term", "i4"),  # months from one renewal of an account to the next
        ("serves", "f8", (TASKS, KPIS)),  # how far a task serves a KPI
        ("target", "f8", (KPIS,)),  # figure of each KPI at which its attainment is 1
        ("standard_due", "f8"),  # standard customers a month who could return
        ("standard_return", "f8"),  # share of them who do, at neutral goodwill
        ("industry_share", "f8", (INDUSTRIES,)),  # of accounts, sum 1
        ("insight_skill", "i1"),  # skill that is read per industry
        ("department_share", "f8", (DEPARTMENTS,)),  # of requests, sum 1
        ("hours", "f8"),  # working hours a month
    ],
    align=True,
)

POLICY = np.dtype(
    [
        # incentive
        ("weights", "f8", (STAGES, KPIS)),
        ("pull", "f8", (STAGES, TASKS)),  # weight of the KPIs that a task serves
        ("stage_from", "i4", (STAGES,)),
        ("base_factor", "f8"),
        ("pay_change", "f8"),  # its log
        ("commission", "f8"),
        ("key_commission", "f8"),
        ("payout_lag", "i4"),  # months after the close
        ("milestone_share", "f8"),  # of key commission, paid at opening
        ("guarantee", "f8"),  # share of expected income that is guaranteed
        ("guarantee_months", "i4"),
        ("bonus_pool", "f8"),  # bonus at a score of 100, as a share of base
        ("bonus_elasticity", "f8"),
        ("bonus_cap", "f8"),  # highest bonus, as a share of base; 0 = none
        ("stage_bonus", "f8"),  # share of base for each account opened, won or renewed
        ("recoverable", "u1"),  # 1: the guarantee is an advance, recovered from later income
        ("attainment_cap", "f8"),
        ("target", "f8", (KPIS,)),  # of a KPI; 0 = the role pack's
        ("transparency", "u1"),
        # training
        ("course_hours", "f8", (COURSES,)),  # length of each course, 0 = none
        ("courses", "u2"),  # bit per course on offer
        ("hours_per_month", "f8"),
        ("fragments", "u1"),  # taken in fragments: costs half the selling time
        ("coaching", "f8"),  # share of managers' coaching used, 0..1
        ("pass_mark", "f8"),
        ("retake_share", "f8"),  # of the course, taken again after a failed exam
        ("audience", "i1"),
        ("lead", "i4"),  # months before moving in which people are trained for key work
        ("fee", "f8"),  # money an hour
        # support
        ("support_capacity", "f8"),  # factor on departments' capacity
        ("sla", "i4"),  # months
        ("escalation", "f8"),  # factor on the priority of escalated requests
        ("escalate_after", "i4"),  # months past the SLA at which a request is escalated
        ("escalate_repeats", "i4"),  # requests waiting in one department at which they are; 0 = off
        ("routing", "f8"),  # share of requests that go to the department with room
        ("history", "u1"),  # 1: customers' history and changing needs are visible to the owner
        ("feedback", "u1"),  # 1: customers' feedback goes straight to the owner
        ("support_cost", "f8"),  # money a month per unit of capacity above 1 and head
        # intervention
        ("help_on", "u1"),
        ("signs", "f8", (SIGNS,)),  # what each visible sign adds to the risk index
        ("help_falling", "i4"),  # months in a row of falling results that count as a sign
        ("help_absence", "f8"),  # days of absence a month that count as a sign
        ("help_contacts", "f8"),  # share of usual contacts below which their fall is a sign
        ("help_capacity", "f8"),  # helped a month per 100 people
        ("help_threshold", "f8"),
        ("help_kind", "i1"),
        ("help_delay", "i4"),  # months from offer to beginning
        ("help_months", "i4"),
        ("help_cost", "f8"),  # money a month and person helped
        ("approach_cost", "f8"),  # money per person approached, false alarms included
        # selection
        ("key_share", "f8"),  # of people moved to key work at the end of the ramp
        ("key_ramp", "i4"),  # months
        ("select_fit", "f8"),  # 0 = by slot, 1 = by fit alone
        # hiring
        ("fill_months", "f8"),
        ("hire_skill", "f8"),  # shift of newcomers' skills
        ("hire_cost", "f8"),  # months of base pay
        ("experienced", "f8"),  # share of newcomers
        ("experienced_pay", "f8"),  # their base pay over that of other newcomers
        ("candidates", "i4"),  # per vacancy, the best is taken
        # working conditions
        ("workload", "f8"),  # factor on demands
        ("remote", "f8"),  # days a week at home
        ("conditions_cost", "f8"),  # money a head and month
    ],
    align=True,
)

SEEN = np.dtype(
    [
        ("stayed", "u1"),  # known to be still employed after this month
        ("has_business", "u1"),
        ("business", "f4"),
        ("rating", "i1"),  # of the month's quarter, 0 = not known
    ],
    align=True,
)
"""One recorded month of one person, clamped under replay; all zero = simulate."""


@dataclass(frozen=True)
class Firm:
    """The start of a history: who is there, how they are organised, what surrounds them.

    Arrays are never written after construction; every history copies them.
    """

    start: int
    """First month, months since year 0 (`simlab.panel.month_number`)."""
    people: NDArray[np.void]
    """(n,) of PERSON, or of ROSTER where nobody has come under observation yet; (draw, n) where
    each parameter draw has a past of its own."""
    accounts: NDArray[np.void]
    """(n, ACCOUNTS) of ACCOUNT."""
    teams: NDArray[np.void]
    """(teams,) of TEAM; at least one."""
    departments: NDArray[np.void]
    """(DEPARTMENTS,) of DEPARTMENT."""
    firm: NDArray[np.void]
    """(1,) of FIRM."""
    practices: NDArray[np.void]
    """(practices,) of PRACTICE, indexed by a person's practice."""
    burn_in: int = 0
    """Months lived before month 0 under the firm's current policy, not recorded."""
    names: tuple[str, ...] = field(default=())
    """Ids of the people by slot, for export; empty = slot numbers."""

    def with_facts(self, **facts: float) -> Firm:
        """The same firm with other figures in its FIRM record, e.g. a coupling switched off."""
        firm = self.firm.copy()
        for name, value in facts.items():
            firm[name] = value
        return replace(self, firm=firm)


def blank(dtype: np.dtype[np.void], *shape: int) -> NDArray[np.void]:
    """Zeroed rows of a record type."""
    return np.zeros(shape, dtype=dtype)
