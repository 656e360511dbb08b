"""Leave: one hazard for everyone, shocks, dismissal, retirement, notice."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.numeric import exp, log
from simlab.rules import exponential, rule
from simlab.rules.warn import helped
from simlab.world import ACCOUNTS, MARKET_YEARS, Cause, Exit, Help, Stage, Status

LOG_13 = 2.5649493574615367
"""log(1 + 12): tenure curves are stated at a tenure of one year."""
SETTLED = 120
"""Months of tenure beyond which its curve is flat."""
LOG_TENURE = np.array([log(1.0 + months) for months in range(SETTLED + 1)])
"""log(1 + tenure), looked up because everybody needs it every month."""
NEWCOMER = np.array([exp(-months / 3.0) for months in range(SETTLED + 1)])
"""What is left of a newcomer's own hazard."""


@inlined
def tenure_pull(tenure, param):
    """Log hazard of this tenure (months) against one year."""
    months = min(max(tenure, 0), SETTLED)
    lasting = param.exit_tenure * (LOG_TENURE[months] - LOG_13)
    return param.exit_newcomer * NEWCOMER[months] + lasting


@inlined
def tenure_hazard(tenure, param):
    """Log baseline hazard of quitting in a month at this tenure (months), neutral states."""
    return param.exit_level + tenure_pull(tenure, param)


@inlined
def labour_market(firm):
    """Log of the outside labour market in the history's present year, 0 = usual; before the first
    year (burn-in) it is as in the first."""
    year = min(max(firm.month // 12, 0), MARKET_YEARS - 1)
    return firm.market + firm.market_years[year]


@inlined
def contributions(person, firm, policy, param):
    """What each `Cause` adds to the log hazard of deciding to quit this month, in their order.

    The hazard holds the states, never morale, which is their mix. ANTICIPATION is the second
    reading of why people with falling results go: they expect to be dismissed (only where the
    firm dismisses at all), instead of believing that they are not fit.
    """
    anticipated = 0.0
    if firm.dismissal_months > 0:
        anticipated = param.anticipation_exit * max(firm.target - person.results, 0.0)
    return (
        param.exit_level,
        tenure_pull(firm.month - person.entered, param),
        1.0 * person.frailty,
        -param.efficacy_exit * (person.efficacy - 0.5),
        -param.reward_exit * (person.reward - 0.5),
        param.stress_exit * (person.stress - 0.5),
        -param.belonging_exit * (person.belonging - 0.5),
        -param.support_exit * (person.support - 0.5),
        -param.control_exit * (person.control - 0.5),
        param.market_exit * labour_market(firm),
        -param.remote_exit * policy.remote,
        -param.pay_exit * person.pay_level - param.pay_change_exit * policy.pay_change,
        -param.help_exit * person.attention,
        anticipated,
    )


@inlined
def quit_hazard(person, firm, policy, param):
    """Log hazard of deciding to quit this month."""
    total = 0.0
    for part in contributions(person, firm, policy, param):
        total += part
    return total


@inlined
def reachable(cause):
    """Whether a lever can move this contribution: the states can, who a person is and the market
    outside cannot."""
    return Cause.EFFICACY <= cause <= Cause.CONTROL or cause == Cause.ANTICIPATION


@inlined
def give_reason(person, firm, policy, param):
    """The reason of a decision to quit is its largest contribution above neutral (LEVEL if there
    is none); avoidable is the share of the hazard owed to what levers reach:
    1 - exp(-sum of the reachable contributions above neutral)."""
    parts = contributions(person, firm, policy, param)
    largest, reached = 0.0, 0.0
    person.reason = Cause.LEVEL
    for cause in range(1, len(parts)):
        if parts[cause] > largest:
            largest = parts[cause]
            person.reason = cause
        if reachable(cause):
            reached += max(parts[cause], 0.0)
    person.avoidable = 1.0 - exp(-reached)


@inlined
def notice_months(u, chance):
    """Months between decision and exit: binomial(3, chance), by inversion."""
    stay = 1.0 - chance
    reached = stay * stay * stay
    if u < reached:
        return 0
    reached += 3.0 * chance * stay * stay
    if u < reached:
        return 1
    reached += 3.0 * chance * chance * stay
    return 2 if u < reached else 3


@inlined
def go(person, kind):
    """The exit itself, at the end of this month."""
    person.left = 1
    person.leaving = kind
    person.notice = 0


@rule("person", draws=("pushed", "quit", "notice"))
def leave(person, firm, policy, param, seen, draw):
    """Retirement, shock, dismissal after months below standard, or a decision to quit with notice
    of zero to three months (complementary log-log of the hazard). Who is on notice leaves on its
    date.

    Under replay of a month the person is known to have stayed, the copy's weight is multiplied
    by the chance of staying, and a decision with notice is drawn conditional on it.
    """
    person.left = 0
    dismissed = dismissal_chance(person, firm, param)
    if seen.stayed:
        quits = 1.0 - exp(-exp(quit_hazard(person, firm, policy, param)))
        stay_on_record(person, quits, dismissed, firm, policy, param, draw)
    elif person.status == Status.NOTICE:
        person.notice -= 1
        if person.notice <= 0:
            go(person, person.leaving)
    elif 0 < person.retires <= firm.month:
        go(person, Exit.RETIREMENT)
    elif draw.pushed < param.shock:
        go(person, Exit.OTHER)
    elif draw.pushed < param.shock + (1.0 - param.shock) * dismissed:
        go(person, Exit.INVOLUNTARY)
    elif quits_now(draw.quit, quit_hazard(person, firm, policy, param)):
        give_reason(person, firm, policy, param)
        person.notice = notice_months(draw.notice, param.notice_chance)
        if person.notice == 0:
            go(person, Exit.VOLUNTARY)
        else:
            person.status = Status.NOTICE
            person.leaving = Exit.VOLUNTARY


@inlined
def dismissal_chance(person, firm, param):
    """Chance to be dismissed this month: results below standard for long enough, past the grace
    of newcomers, and not while targets are relieved."""
    if firm.dismissal_months <= 0 or person.below < firm.dismissal_months:
        return 0.0
    if firm.month - person.entered < firm.grace or helped(person, Help.RELIEF):
        return 0.0
    return param.dismissal


@inlined
def quits_now(u, hazard):
    """Whether u falls below 1 - exp(-e^hazard), which e^hazard bounds from above: for most people
    the second exponential is not needed."""
    rate = exp(hazard)
    return u < rate and u < 1.0 - exp(-rate)


@inlined
def stay_on_record(person, quits, dismissed, firm, policy, param, draw):
    """The person is known to be still here next month: weigh, and draw a decision with notice."""
    if person.status == Status.NOTICE:
        person.notice -= 1
        if person.notice <= 0:
            # this copy would have left: it explains nothing any more
            person.log_weight -= 700.0
            person.status = Status.ACTIVE
            person.leaving = 0
            person.notice = 0
        return
    at_once = (1.0 - param.notice_chance) * (1.0 - param.notice_chance)
    at_once *= 1.0 - param.notice_chance
    here = 1.0 - quits * at_once
    person.log_weight += log((1.0 - param.shock) * (1.0 - dismissed) * here)
    if draw.quit < quits * (1.0 - at_once) / here:
        give_reason(person, firm, policy, param)
        u = at_once + (1.0 - at_once) * draw.notice
        person.notice = notice_months(min(u, 1.0 - 1e-9), param.notice_chance)
        person.status = Status.NOTICE
        person.leaving = Exit.VOLUNTARY


@rule("departure", draws=(exponential("vacancy"),), account_draws=("handover",))
def depart(person, accounts, policy, param, draw, account_draw):
    """What an exit leaves behind: the length of the vacancy, and for each account whether it is to
    be handed over or is lost."""
    person.vacancy = 1 + int(policy.fill_months * draw.vacancy)
    for a in range(ACCOUNTS):
        account = accounts[a]
        if account.stage != Stage.EMPTY:
            account.shifted = 2 if account_draw[a].handover < param.handover_loss else 1
