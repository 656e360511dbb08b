"""Work: effort is split, standard business comes in, key accounts open, close and are cared for."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.numeric import exp, log, logistic
from simlab.rules import normal, rule
from simlab.rules.effort import LEAST, share_effort
from simlab.rules.leave import LOG_13
from simlab.rules.warn import helped
from simlab.world import ACCOUNTS, INDUSTRIES, RING, SKILLS, Help, Stage, Status, Task

EXPERIENCE = 60
"""Months of tenure beyond which results grow no further."""
TENURE_CURVE = np.array([float(log(1.0 + t)) - LOG_13 for t in range(EXPERIENCE + 1)])
"""Log tenure by month, 0 at one year."""
RAMPED = 12.0
"""Ramps after which nothing is left of a newcomer's gap (a millionth part)."""
LOG_2PI_HALF = 0.9189385332046727
LEAST_STANDARD = 0.02
"""Share of standard work that remains with someone wholly in key work."""
SELLING = 0.566219
"""Log effort on selling of someone paid for sales alone over that of an even split between
selling and the rest: levels of results are stated at the latter, and records of such people
hold the former."""
NEW_CUSTOMER = 0.6
"""Satisfaction of a customer just won: they chose the firm, so a little above neutral."""


@inlined
def fit(skills, demand):
    """How well skills meet a demand: their weighted mean, 0..1."""
    total = 0.0
    for k in range(SKILLS):
        total += skills[k] * demand[k]
    return total


@inlined
def expect_results(person, scheme, hours, firm, practice, param):
    """Sets what is usual for the person's tenure, pay and season and the `scheme`'s split of
    effort (who is told to do other things does not fail by selling less); returns (log-odds of
    any business, mean log of its size over the firm's reference base pay) for this very person."""
    tenure = firm.month - person.entered
    season = firm.season[firm.calendar]
    size = (
        param.size_level
        + param.size_pay * person.pay_level
        + param.size_tenure * TENURE_CURVE[min(max(tenure, 0), EXPERIENCE)]
    )
    usual = exp(size) * firm.base_reference
    if person.key > 0.0:
        share = max(1.0 - person.key, LEAST_STANDARD)
        usual *= share
        size += log(share)
    person.quarter_typical += usual
    split = param.effort_return * scheme
    moved = param.size_season * season + split
    size += moved
    person.typical = usual if moved == 0.0 else usual * exp(moved)
    odds = param.activity_level + param.activity_season * season + split
    ramp = tenure + person.head_start
    if ramp < RAMPED * param.ramp_months:
        odds -= param.activity_newcomer * exp(-ramp / param.ramp_months)
    person.usual = 0.5 * logistic(odds)

    # selling beyond an even split, hours taken off, and customers who come back
    pull = param.effort_return * (SELLING + hours)
    pull += param.goodwill_business * (person.goodwill - 0.5)
    odds += param.activity_ability * person.ability + pull
    odds += param.activity_efficacy * (person.efficacy - 0.5)
    if person.status == Status.NOTICE:
        odds -= param.notice_drop
    talent = fit(person.skills, practice.standard_demand) - practice.entry_fit
    size += param.size_ability * person.ability + param.skill_return * talent + pull
    return odds, size


@inlined
def draw_results(odds, size, reference, param, draw):
    """A month's standard business: nothing, a lognormal amount, or a net refund."""
    refunded = draw.refund < param.refund
    if not refunded and draw.any_business >= logistic(odds):
        return 0.0
    amount = reference * exp(size + param.size_spread * draw.size)
    return -0.5 * amount if refunded else amount


@inlined
def results_density(business, odds, size, reference, param):
    """Log density of a recorded month's business under `draw_results`."""
    active = logistic(odds)
    if business == 0.0:
        return log((1.0 - param.refund) * (1.0 - active))
    share = (1.0 - param.refund) * active
    amount = log(business)
    if business < 0.0:
        # a refund is half an amount, so a unit of it spans two of the amount
        share = 2.0 * param.refund
        amount = log(-2.0 * business)
    z = (amount - log(reference) - size) / param.size_spread
    return log(share) - 0.5 * z * z - log(param.size_spread) - LOG_2PI_HALF - amount


@inlined
def industry_of(u, practice):
    """The industry that a uniform number falls into, by the role pack's shares."""
    reached = 0.0
    for industry in range(INDUSTRIES - 1):
        reached += practice.industry_share[industry]
        if u < reached:
            return industry
    return INDUSTRIES - 1


@inlined
def account_fit(person, account, practice):
    """Fit with key work for this account: insight is the one into its industry."""
    own = person.insight[account.industry]
    return fit(person.skills, practice.key_demand) + (
        practice.key_demand[practice.insight_skill] * own
    )


@inlined
def fall_due(person, months, amount, firm):
    """Key commission is earned now and paid in some months."""
    person.earned += amount
    person.due[(firm.month + months) % RING] += amount


@inlined
def tend_account(person, account, place, opening, push, firm, policy, practice, param, luck):
    """One account's month: it opens (chance `opening`), is decided, or is cared for and may
    complain or leave."""
    if account.stage == Stage.EMPTY:
        account.shifted = 0
        if luck.event < opening:
            account.stage = Stage.OPENING
            account.months = 1 + int(practice.cycle * (0.5 + luck.size))
            value = practice.account_value * person.base * (0.5 + luck.size)
            account.value = value
            account.industry = industry_of(luck.customer, practice)
            person.progress += 1
            fall_due(person, 1, policy.milestone_share * policy.key_commission * value, firm)
    elif account.stage == Stage.OPENING:
        account.months -= 1
        if account.months <= 0:
            decide_account(person, account, place, push, firm, policy, practice, param, luck)
    else:
        care_for_account(person, account, place, firm, policy, practice, param, luck)


@inlined
def opening_push(person, param):
    """What effort on opening adds to the log rate of opening and the log-odds of winning: its log
    per share of key work, against an even split, times the return to effort."""
    return param.effort_return * max(log(person.effort[Task.OPEN] / person.key), LEAST)


@inlined
def opening_chance(person, push, param):
    """Chance a month that an account is opened in a free place: more of the proactive."""
    rate = param.key_openings * person.key * (0.5 + person.proactivity) / ACCOUNTS
    return rate * exp(push)


@inlined
def decide_account(person, account, place, push, firm, policy, practice, param, luck):
    """The customer decides: skills fit for this account, support and effort win."""
    person.decided += 1
    odds = (
        -param.key_difficulty
        + param.key_fit * (account_fit(person, account, practice) - 0.5)
        + param.key_support * (person.support - 0.5)
        + push
    )
    if helped(person, Help.JOINT_VISIT):
        odds += param.visit_win
    if luck.event < logistic(odds):
        person.won += 1
        person.progress += 1
        person.customers += 1
        account.stage = Stage.CUSTOMER
        account.months = 0
        account.satisfaction = NEW_CUSTOMER
        rest = 1.0 - policy.milestone_share
        fall_due(person, policy.payout_lag, rest * policy.key_commission * account.value, firm)
    else:
        close_account(account, place)


@inlined
def meet_needs(account, policy, param, luck):
    """A customer's needs change now and then; the owner sees it at once where history and needs
    are visible, else comes to notice it after a time."""
    if luck.customer < param.needs_change:
        account.unmet = 1
    elif account.unmet and luck.customer > 1.0 - param.needs_noticed:
        account.unmet = 0
    if policy.history:
        account.unmet = 0


@inlined
def care_for_account(person, account, place, firm, policy, practice, param, luck):
    """Care raises satisfaction towards 1, time wears it; waiting requests and unmet needs cost
    it. Complaints follow it each month, renewal when the term is over."""
    meet_needs(account, policy, param, luck)
    care = param.care_gain * person.effort[Task.CARE]
    if policy.feedback:
        care += param.feedback_gain
    satisfaction = account.satisfaction
    satisfaction += care * (1.0 - satisfaction) - param.care_decay * satisfaction
    satisfaction -= param.wait_anger * person.past_sla + param.needs_anger * account.unmet
    account.satisfaction = min(max(satisfaction, 0.0), 1.0)
    account.months += 1
    better = account.satisfaction - 0.5
    account.complaint = 0
    if luck.complaint < logistic(param.complaint_level - param.complaint_fall * better):
        account.complaint = 1
        person.complaints += 1
        person.complaint_load += 1.0
    if account.months % practice.term == 0:
        person.renewals_due += 1
        if luck.event >= logistic(param.renewal_level + param.renewal_rise * better):
            close_account(account, place)
            return
        person.renewed += 1
        person.progress += 1
    person.customers += 1
    person.key_business += account.value
    fall_due(person, policy.payout_lag, policy.key_commission * account.value, firm)


@inlined
def close_account(account, place):
    """The place becomes free; its next account gets a new uid."""
    account.stage = Stage.EMPTY
    account.opened += 1
    account.id = place
    account.generation = account.opened
    account.value = 0.0
    account.months = 0
    account.unmet = 0
    account.complaint = 0


@rule(
    "person",
    draws=("any_business", normal("size"), "refund"),
    account_draws=("event", "size", "complaint", "customer"),
)
def work(person, accounts, firm, policy, practice, param, seen, draw, account_draw):
    """A month's work: effort, standard business (drawn, or clamped to the record), key accounts."""
    scheme, hours = share_effort(person, firm, policy, practice, param)
    odds, size = expect_results(person, scheme, hours, firm, practice, param)
    if seen.has_business:
        person.business = seen.business
        person.log_weight += results_density(
            person.business, odds, size, firm.base_reference, param
        )
    else:
        person.business = draw_results(odds, size, firm.base_reference, param, draw)
    earned = max(person.business, 0.0)
    person.success = earned / (earned + person.typical)

    person.won = 0
    person.decided = 0
    person.progress = 0
    person.complaints = 0
    person.complaint_load = 0.0
    person.customers = 0
    person.renewals_due = 0
    person.renewed = 0
    person.earned = 0.0
    person.key_business = 0.0
    if person.key > 0.0:
        push = opening_push(person, param)
        opening = opening_chance(person, push, param)
        for a in range(ACCOUNTS):
            place = person.slot * ACCOUNTS + a
            tend_account(
                person, accounts[a], place, opening, push, firm, policy, practice, param,
                account_draw[a],
            )
    person.quarter_business += person.business + person.key_business
