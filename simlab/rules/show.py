"""Show: what HR can see of a month. Risk scores read only this, never the hidden states."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.numeric import log, logistic, normal_quantile
from simlab.rules import rule


@njit
def expect_attainment(person):
    """Log attainment of the quarter so far; -50 without business."""
    if person.quarter_business <= 0.0 or person.quarter_typical <= 0.0:
        return -50.0
    return log(person.quarter_business / person.quarter_typical)


@njit
def draw_rating(attainment, luck, newcomer, param):
    """Rating 1..4: an ordinal rule with logistic noise; newcomers may get 1 by default."""
    if newcomer:
        if luck < param.rating_newcomer:
            return 1
        luck = (luck - param.rating_newcomer) / max(1.0 - param.rating_newcomer, 1e-6)
    luck = min(max(luck, 1e-6), 1.0 - 1e-6)
    reached = attainment + param.rating_spread * log(luck / (1.0 - luck))
    rating = 1
    for step in range(2, 5):
        if reached >= rating_cut(step, param):
            rating = step
    return rating


@njit
def rating_density(rating, attainment, newcomer, param):
    """Log probability of a recorded rating under `draw_rating`."""
    above = 1.0 if rating == 1 else rating_reached(rating, attainment, param)
    share = above - (0.0 if rating == 4 else rating_reached(rating + 1, attainment, param))
    if newcomer:
        default = 1.0 if rating == 1 else 0.0
        share = param.rating_newcomer * default + (1.0 - param.rating_newcomer) * share
    return log(max(share, 1e-12))


@njit
def rating_reached(rating, attainment, param):
    """Probability that the rule gives at least this rating (2..4)."""
    return logistic((attainment - rating_cut(rating, param)) / param.rating_spread)


@njit
def rating_cut(rating, param):
    """Log attainment from which the rating (2..4) is given, without noise."""
    cut = param.rating_2
    if rating >= 3:
        cut += param.rating_gap_3
    if rating >= 4:
        cut += param.rating_gap_4
    return cut


@rule("person", draws=("rating", "absence", "ticket", "contacts", "pulse"))
def show(person, firm, param, seen, draw):
    """The rating of the running quarter (known at its end; drawn, or clamped to the record),
    absence days, tickets, contacts with colleagues and the pulse answer, each with noise."""
    quarter_month = firm.calendar % 3
    if person.quarter_luck == 0.0:
        person.quarter_luck = draw.rating
    newcomer = firm.month - person.entered < 3
    attainment = expect_attainment(person)
    if seen.rating:
        person.running_rating = seen.rating
        if quarter_month == 2:
            person.log_weight += rating_density(seen.rating, attainment, newcomer, param)
    else:
        person.running_rating = draw_rating(attainment, person.quarter_luck, newcomer, param)
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
