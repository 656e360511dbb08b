"""Show: what HR can see of a month. Risk scores read only this, never the hidden states."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import log, logistic, normal_quantile
from simlab.rules import exponential, rule
from simlab.rules.work import fit
from simlab.world import TAGS, Tag

THREE = 0b111
"""The last three months in a person's `tag_months`."""
CONTACT_NOISE = 0.5
"""Half width of the even spread of a month's contacts around their mean, as a share of it: what
it does to false alarms is set by the threshold HR chooses."""
CONTACT_MEMORY = 0.2
"""Weight of the newest month in the average that HR's rule compares contacts with."""


@inlined
def usual_contacts(person, param):
    """Mean contacts with colleagues a month: more of the proactive and of those who belong."""
    return param.contacts * (person.proactivity + person.belonging)


@inlined
def expect_attainment(person):
    """Log attainment of the quarter so far; -50 without business."""
    if person.quarter_business <= 0.0 or person.quarter_typical <= 0.0:
        return -50.0
    return log(person.quarter_business / person.quarter_typical)


@inlined
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


@inlined
def rating_density(rating, attainment, newcomer, param):
    """Log probability of a recorded rating under `draw_rating`."""
    above = 1.0 if rating == 1 else rating_reached(rating, attainment, param)
    share = above - (0.0 if rating == 4 else rating_reached(rating + 1, attainment, param))
    if newcomer:
        default = 1.0 if rating == 1 else 0.0
        share = param.rating_newcomer * default + (1.0 - param.rating_newcomer) * share
    return log(max(share, 1e-12))


@inlined
def rating_reached(rating, attainment, param):
    """Probability that the rule gives at least this rating (2..4)."""
    return logistic((attainment - rating_cut(rating, param)) / param.rating_spread)


@inlined
def rating_cut(rating, param):
    """Log attainment from which the rating (2..4) is given, without noise."""
    cut = param.rating_2
    if rating >= 3:
        cut += param.rating_gap_3
    if rating >= 4:
        cut += param.rating_gap_4
    return cut


@inlined
def write_tickets(person, practice, param, draw):
    """Feedback tickets by tag: pressure by stress, communication by what key work asks for and
    skills do not give, resources while requests wait past their term. Three months are kept."""
    unfit = 0.0
    if person.key > 0.0:
        unfit = person.key * (1.0 - fit(person.skills, practice.key_demand))
    pressure = draw.pressure < param.ticket_pressure * person.stress
    communication = draw.communication < param.ticket_communication * unfit
    resources = draw.resources < param.ticket_resources * person.past_sla
    person.tickets[Tag.PRESSURE] = 1 if pressure else 0
    person.tickets[Tag.COMMUNICATION] = 1 if communication else 0
    person.tickets[Tag.RESOURCES] = 1 if resources else 0
    for tag in range(TAGS):
        person.tag_months[tag] = ((person.tag_months[tag] << 1) | person.tickets[tag]) & THREE


@inlined
def answer_pulse(person, param, draw):
    """The survey's answer 0..10 with noise; -1 where nobody asks or no answer comes."""
    if draw.answered >= param.pulse_response:
        return -1.0
    answer = 10.0 * person.morale + param.pulse_noise * normal_quantile(draw.pulse)
    return min(max(answer, 0.0), 10.0)


@rule(
    "person",
    draws=(
        "rating",
        exponential("absence"),
        "pressure",
        "contacts",
        "pulse",
        "communication",
        "resources",
        "answered",
    ),
)
def show(person, firm, practice, param, seen, draw):
    """The rating of the running quarter (known at its end; drawn, or clamped to the record),
    absence days, tickets by tag, contacts with colleagues and, at the end of a quarter, the pulse
    answer, each with noise."""
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
    person.pulse = -1.0
    if quarter_month == 2:
        person.rating = person.running_rating
        person.quarter_business = 0.0
        person.quarter_typical = 0.0
        person.quarter_luck = 0.0
        person.pulse = answer_pulse(person, param, draw)

    days = param.absence_days + param.absence_stress * (person.stress - 0.5)
    person.absence = draw.absence * max(days, 0.0)
    write_tickets(person, practice, param, draw)
    usual = usual_contacts(person, param)
    person.contacts = usual * (1.0 + CONTACT_NOISE * (2.0 * draw.contacts - 1.0))
    person.usual_contacts += CONTACT_MEMORY * (person.contacts - person.usual_contacts)
