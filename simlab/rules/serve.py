"""Serve: the many standard customers of a person, through the goodwill they bear."""
# mypy: disable-error-code="no-untyped-def"

import math

from simlab.compiled import inlined
from simlab.rules import normal, rule


@inlined
def complaint_chance(goodwill, param):
    """Chance a month of a complaint among a full portfolio of standard customers."""
    usual = 1.0 - param.goodwill_complaint * (goodwill - 0.5)
    return min(max(param.standard_complaint * usual, 0.0), 1.0)


@inlined
def returning(due, goodwill, practice, param, luck):
    """How many of the customers due do return: a binomial count in its normal approximation."""
    share = practice.standard_return * (1.0 + param.goodwill_return * (goodwill - 0.5))
    share = min(max(share, 0.0), 1.0)
    spread = math.sqrt(due * share * (1.0 - share))
    return min(max(int(due * share + spread * luck + 0.5), 0), due)


@rule("person", draws=("complaint", normal("returned")))
def serve(person, policy, practice, param, draw):
    """Goodwill of standard customers follows care and waiting slowly; complaints fall with it,
    customers return with it.

    Care is stated against that of a seller paid for sales alone, so without a difference in
    policy goodwill stays at 0.5, and the load of complaints, stated against the usual, at 0.
    """
    lean = param.goodwill_care * person.care - param.goodwill_wait * person.past_sla
    if policy.feedback:
        lean += param.feedback_gain
    level = min(max(0.5 + lean, 0.0), 1.0)
    person.goodwill += param.goodwill_memory * (level - person.goodwill)

    person.standard_complaints = 0
    person.returns_due = 0
    person.returned = 0
    standard = 1.0 - person.key
    if standard <= 0.0:
        return
    chance = complaint_chance(person.goodwill, param)
    if draw.complaint < standard * chance:
        person.standard_complaints = 1
        person.complaints += 1
    person.complaint_load += standard * (chance - param.standard_complaint)
    due = int(practice.standard_due * standard + 0.5)
    person.returns_due = due
    person.returned = returning(due, person.goodwill, practice, param, draw.returned)
