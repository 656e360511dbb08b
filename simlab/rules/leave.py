"""Leave: one hazard for everyone, shocks, dismissal, notice."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.numeric import exp, log
from simlab.rules import rule
from simlab.world import Exit, Stage, Status

LOG_13 = 2.5649493574615367
"""log(1 + 12): tenure curves are stated at a tenure of one year."""


@njit
def tenure_hazard(tenure, param):
    """Log baseline hazard of quitting in a month at this tenure (months), neutral states."""
    fading = param.exit_newcomer * exp(-tenure / 3.0)
    return param.exit_level + fading + param.exit_tenure * (log(1.0 + min(tenure, 120)) - LOG_13)


@njit
def quit_hazard(person, firm, policy, param):
    """Log hazard of deciding to quit this month: tenure, frailty, pay, and the states' pull."""
    pull = (
        -param.efficacy_exit * (person.efficacy - 0.5)
        - param.reward_exit * (person.reward - 0.5)
        + param.stress_exit * (person.stress - 0.5)
        - param.belonging_exit * (person.belonging - 0.5)
        - param.support_exit * (person.support - 0.5)
        - param.control_exit * (person.control - 0.5)
        + param.market_exit * firm.market
        - param.remote_exit * policy.remote
        - param.pay_exit * person.pay_level
    )
    if person.help_left > 0:
        pull -= param.help_exit
    tenure = max(firm.month - person.entered, 0)
    return tenure_hazard(tenure, param) + person.frailty + pull


@njit
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


@njit
def go(person, accounts, kind, policy, param, draw, account_draw):
    """The exit itself: the vacancy's length and the fate of accounts are decided."""
    person.left = 1
    person.leaving = kind
    person.vacancy = 1 + int(-policy.fill_months * log(draw.vacancy))
    for a in range(len(accounts)):
        account = accounts[a]
        if account.stage != Stage.EMPTY:
            account.shifted = 1
            if account_draw[a].handover < param.handover_loss:
                account.shifted = 2


@rule(
    "person",
    draws=("shock", "dismissal", "quit", "notice", "vacancy"),
    account_draws=("handover",),
)
def leave(person, accounts, firm, policy, param, seen, draw, account_draw):
    """Shock, dismissal after months below standard, or a decision to quit with notice of zero to
    three months (complementary log-log of the hazard).

    Under replay of a month the person is known to have stayed, the copy's weight is multiplied
    by the chance of staying, and a decision with notice is drawn conditional on it.
    """
    person.left = 0
    tenure = firm.month - person.entered
    quits = 1.0 - exp(-exp(quit_hazard(person, firm, policy, param)))
    below = firm.dismissal_months > 0 and person.below >= firm.dismissal_months
    dismissed = param.dismissal if below and tenure >= firm.grace else 0.0
    if seen.stayed:
        stay_on_record(person, quits, dismissed, param, draw)
        return
    if person.status == Status.NOTICE:
        person.notice -= 1
        if person.notice <= 0:
            go(person, accounts, Exit.VOLUNTARY, policy, param, draw, account_draw)
    elif draw.shock < param.shock:
        go(person, accounts, Exit.OTHER, policy, param, draw, account_draw)
    elif draw.dismissal < dismissed:
        go(person, accounts, Exit.INVOLUNTARY, policy, param, draw, account_draw)
    elif draw.quit < quits:
        person.notice = notice_months(draw.notice, param.notice_chance)
        if person.notice == 0:
            go(person, accounts, Exit.VOLUNTARY, policy, param, draw, account_draw)
        else:
            person.status = Status.NOTICE
            person.leaving = Exit.VOLUNTARY


@njit
def stay_on_record(person, quits, dismissed, param, draw):
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
        u = at_once + (1.0 - at_once) * draw.notice
        person.notice = notice_months(min(u, 1.0 - 1e-9), param.notice_chance)
        person.status = Status.NOTICE
        person.leaving = Exit.VOLUNTARY
