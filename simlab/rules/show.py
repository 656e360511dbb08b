"""Show: what HR can see of a month. Risk scores read only this, never the hidden states."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.numeric import log, normal_quantile
from simlab.rules import rule


@njit
def expect_attainment(person):
    """Log attainment of the quarter so far; -50 without business."""
    if person.quarter_business <= 0.0 or person.quarter_typical <= 0.0:
        return -50.0
    return log(person.quarter_business / person.quarter_typical)


@njit
def rate(attainment, luck, newcomer, param):
    """Rating 1..4: an ordinal rule with logistic noise; newcomers may get 1 by default."""
    if newcomer and luck < param.rating_newcomer:
        return 1
    if newcomer:
        luck = (luck - param.rating_newcomer) / max(1.0 - param.rating_newcomer, 1e-6)
    luck = min(max(luck, 1e-6), 1.0 - 1e-6)
    reached = attainment + param.rating_spread * log(luck / (1.0 - luck))
    cut = param.rating_2
    if reached < cut:
        return 1
    cut += param.rating_gap_3
    if reached < cut:
        return 2
    cut += param.rating_gap_4
    return 3 if reached < cut else 4


@rule("person", draws=("rating", "absence", "ticket", "contacts", "pulse"))
def show(person, firm, param, draw):
    """The rating of the running quarter (known at its end), absence days, tickets, contacts with
    colleagues and the answer to the pulse survey, each with noise."""
    quarter_month = firm.calendar % 3
    if person.quarter_luck == 0.0:
        person.quarter_luck = draw.rating
    newcomer = firm.month - person.entered < 3
    person.running_rating = rate(expect_attainment(person), person.quarter_luck, newcomer, param)
    if quarter_month == 2:
        person.rating = person.running_rating
        person.quarter_business = 0.0
        person.quarter_typical = 0.0
        person.quarter_luck = 0.0

    person.absence = -log(draw.absence) * (0.2 + 0.8 * person.stress)
    person.tickets = 1 if draw.ticket < 0.4 * person.past_sla + 0.1 * person.stress else 0
    person.contacts = 4.0 * (person.proactivity + person.belonging) * (0.5 + draw.contacts)
    pulse = 10.0 * person.morale + 1.5 * normal_quantile(draw.pulse)
    person.pulse = min(max(pulse, 0.0), 10.0)
