"""Learn: courses and exams, coaching, learning by doing, forgetting."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.numeric import logistic
from simlab.rules import rule
from simlab.world import SKILLS, Help


@njit
def next_course(person, policy):
    """The first skill with a course that the person has not passed; -1 when none is left."""
    for k in range(SKILLS):
        if policy.course_hours[k] > 0.0 and not (person.passed >> k) & 1:
            return k
    return -1


@rule("person", draws=("exam",))
def learn(person, team, policy, practice, param, draw):
    """Skill gained this month from courses, coaching and doing, less what is forgotten.

    A passed course gives the full gain (Arthur et al. 2003) and raises self-efficacy; a failed
    exam costs a third of the course again.
    """
    if person.course < 0:
        person.course = next_course(person, policy)
    if person.course >= 0:
        k = person.course
        person.hours += policy.hours_per_month
        if person.hours >= policy.course_hours[k]:
            odds = (
                param.exam_level
                + 3.0 * (person.skills[k] - policy.pass_mark)
                + 2.0 * (person.willingness - 0.5)
            )
            if draw.exam < logistic(odds):
                gain = param.course_gain * (0.5 + person.willingness)
                person.skills[k] = min(person.skills[k] + gain, 1.0)
                person.efficacy = min(person.efficacy + param.learning_efficacy, 1.0)
                person.passed |= 1 << k
                person.hours = 0.0
                person.course = -1
            else:
                person.retakes = min(person.retakes + 1, 99)
                person.hours -= policy.course_hours[k] / 3.0

    coached = policy.coaching * team.coaching
    if person.help == Help.COACHING and person.help_left > 0:
        coached += 1.0
    for k in range(SKILLS):
        used = person.key * practice.key_demand[k]
        used += (1.0 - person.key) * practice.standard_demand[k]
        gain = (param.coaching_gain * coached + param.doing_gain * person.key) * used * SKILLS
        above = person.skills[k] - practice.entry_skill[k]
        if above > 0.0:
            gain -= param.forgetting * above * max(1.0 - used * SKILLS, 0.0)
        person.skills[k] = min(max(person.skills[k] + gain, 0.0), 1.0)
