"""Work: effort is split, standard business comes in, key accounts open, close and are cared for."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.numeric import exp, log, logistic, normal_quantile
from simlab.rules import rule
from simlab.rules.leave import LOG_13
from simlab.rules.warn import helped
from simlab.world import ACCOUNTS, SKILLS, STAGES, TASKS, Help, Stage, Status, Task

LOG_2PI_HALF = 0.9189385332046727


@njit
def fit(skills, demand):
    """How well skills meet a demand: their weighted mean, 0..1."""
    total = 0.0
    for k in range(SKILLS):
        total += skills[k] * demand[k]
    return total


@njit
def stage_of(firm, policy):
    """Which stage of the incentive scheme holds this month."""
    since = firm.month - firm.transition_start
    stage = 0
    for k in range(STAGES):
        if since >= policy.stage_from[k]:
            stage = k
    return stage


@njit
def share_effort(person, firm, policy, practice, param):
    """What is weighed is done: effort is a softmax over the KPI weights that each task serves.

    Effort of a task is stated against an even split, so 1 is the neutral figure. Key tasks take
    part with the share of key work, learning while a course runs.
    """
    stage = stage_of(firm, policy)
    total = 0.0
    present = 0.0
    for task in range(TASKS):
        place = 1.0
        if task == Task.OPEN or task == Task.CARE:
            place = person.key
        elif task == Task.LEARN:
            place = 1.0 if person.course >= 0 else 0.0
        weighed = 0.0
        if place > 0.0:
            weighed = place * exp(policy.pull[stage, task] / param.effort_temperature)
        person.effort[task] = weighed
        total += weighed
        present += place
    lost = 0.0
    if person.course >= 0:
        lost = policy.hours_per_month / practice.hours * (0.5 if policy.fragments else 1.0)
    for task in range(TASKS):
        person.effort[task] *= present / total * (1.0 - lost)


@njit
def expect_results(person, firm, practice, param):
    """Sets what is usual for the person's tenure, pay and season; returns (log-odds of any
    business, mean log of its size) for this very person."""
    tenure = firm.month - person.entered
    season = firm.season[firm.calendar]
    size = (
        log(firm.base_reference)
        + param.size_level
        + param.size_pay * person.pay_level
        + param.size_tenure * (log(1.0 + min(tenure, 60)) - LOG_13)
    )
    share = max(1.0 - person.key, 0.02)
    person.quarter_typical += exp(size) * share
    size += param.size_season * season + log(share)
    odds = (
        param.activity_level
        - param.activity_newcomer * exp(-(tenure + person.head_start) / param.ramp_months)
        + param.activity_season * season
    )
    person.typical = exp(size)
    person.usual = 0.5 * logistic(odds)

    pull = param.effort_return * log(max(person.effort[Task.SELL], 0.05))
    odds += param.activity_ability * person.ability + pull
    odds += param.activity_efficacy * (person.efficacy - 0.5)
    if person.status == Status.NOTICE:
        odds -= param.notice_drop
    talent = fit(person.skills, practice.standard_demand) - fit(
        practice.entry_skill, practice.standard_demand
    )
    size += param.size_ability * person.ability + param.skill_return * talent + pull
    return odds, size


@njit
def draw_results(odds, size, param, draw):
    """A month's standard business: nothing, a lognormal amount, or a net refund."""
    amount = exp(size + param.size_spread * normal_quantile(draw.size))
    if draw.refund < param.refund:
        return -0.5 * amount
    return amount if draw.any_business < logistic(odds) else 0.0


@njit
def results_density(business, odds, size, param):
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
    z = (amount - size) / param.size_spread
    return log(share) - 0.5 * z * z - log(param.size_spread) - LOG_2PI_HALF - amount


@njit
def tend_account(person, account, place, firm, policy, practice, param, luck):
    """One account's month: it opens, is decided, or is cared for and may complain or leave."""
    opening = max(person.effort[Task.OPEN], 0.05)
    if account.stage == Stage.EMPTY:
        account.shifted = 0
        rate = param.key_openings * person.key * (0.5 + person.proactivity) / ACCOUNTS
        if luck.event < rate * exp(param.effort_return * log(opening)):
            account.stage = Stage.OPENING
            account.months = 1 + int(practice.cycle * (0.5 + luck.size))
            value = practice.account_value * person.base * (0.5 + luck.size)
            account.value = value
            due = (firm.month + 1) % len(person.due)
            person.due[due] += policy.milestone_share * policy.key_commission * value
    elif account.stage == Stage.OPENING:
        account.months -= 1
        if account.months <= 0:
            decide_account(person, account, place, opening, firm, policy, practice, param, luck)
    else:
        care_for_account(person, account, place, firm, policy, param, luck)


@njit
def decide_account(person, account, place, opening, firm, policy, practice, param, luck):
    """The customer decides: skills fit for key work, support and effort win."""
    person.decided += 1
    odds = (
        -param.key_difficulty
        + param.key_fit * (fit(person.skills, practice.key_demand) - 0.5)
        + param.key_support * (person.support - 0.5)
        + param.effort_return * log(opening)
    )
    if helped(person, Help.JOINT_VISIT):
        odds += param.visit_win
    if luck.event < logistic(odds):
        person.won += 1
        account.stage = Stage.CUSTOMER
        account.months = 0
        account.satisfaction = 0.6
        due = (firm.month + policy.payout_lag) % len(person.due)
        rest = 1.0 - policy.milestone_share
        person.due[due] += rest * policy.key_commission * account.value
    else:
        close_account(account, place)


@njit
def care_for_account(person, account, place, firm, policy, param, luck):
    """Care and unresolved requests move satisfaction; complaints and renewal follow it."""
    care = min(person.effort[Task.CARE], 2.0)
    gain = param.care_gain * care * 0.5 - param.care_decay - 0.05 * person.past_sla
    account.satisfaction = min(max(account.satisfaction + gain, 0.0), 1.0)
    account.months += 1
    better = account.satisfaction - 0.5
    if luck.complaint < logistic(param.complaint_level - param.complaint_fall * better):
        person.complaints += 1
    if luck.event < logistic(param.renewal_level + param.renewal_rise * better):
        person.key_business += account.value
        due = (firm.month + policy.payout_lag) % len(person.due)
        person.due[due] += policy.key_commission * account.value
    else:
        close_account(account, place)


@njit
def close_account(account, place):
    """The place becomes free; its next account gets a new uid."""
    account.stage = Stage.EMPTY
    account.opened += 1
    account.id = place
    account.generation = account.opened
    account.value = 0.0
    account.months = 0


@rule(
    "person",
    draws=("any_business", "size", "refund"),
    account_draws=("event", "size", "complaint"),
)
def work(person, accounts, firm, policy, practice, param, seen, draw, account_draw):
    """A month's work: effort, standard business (drawn, or clamped to the record), key accounts."""
    share_effort(person, firm, policy, practice, param)
    odds, size = expect_results(person, firm, practice, param)
    if seen.has_business:
        person.business = seen.business
        person.log_weight += results_density(person.business, odds, size, param)
    else:
        person.business = draw_results(odds, size, param, draw)
    earned = max(person.business, 0.0)
    person.success = earned / (earned + person.typical)

    person.won = 0
    person.decided = 0
    person.complaints = 0
    person.key_business = 0.0
    if person.key > 0.0:
        for a in range(len(accounts)):
            place = person.slot * len(accounts) + a
            tend_account(
                person, accounts[a], place, firm, policy, practice, param, account_draw[a]
            )
    person.quarter_business += person.business + person.key_business
