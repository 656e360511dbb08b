"""Learn: courses and exams, coaching, learning by doing, forgetting."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import logistic
from simlab.rules import rule
from simlab.rules.warn import helped
from simlab.world import ACCOUNTS, COURSES, SKILLS, Audience, Help, Stage, Task


@inlined
def invited(person, firm, policy):
    """Whether the person belongs to those who are trained."""
    if policy.audience == Audience.KEY:
        return person.key > 0.0 or person.nominated == 1
    if policy.audience == Audience.BELOW:
        return person.results < firm.target
    return True


@inlined
def next_course(person, policy):
    """The first course that the person has not passed, those of skills before those of industries;
    -1 when none is left."""
    left = policy.courses & ~person.passed
    if left != 0:
        for k in range(COURSES):
            if (left >> k) & 1:
                return k
    return -1


@inlined
def mastery(person, k, practice):
    """How far the person masters what course `k` teaches: a skill, or insight into an industry."""
    if k < SKILLS:
        return 1.0 * person.skills[k]
    return person.skills[practice.insight_skill] + 1.0 * person.insight[k - SKILLS]


@inlined
def improve(person, k, gain, practice):
    """What course `k` teaches gains `gain`, up to full mastery."""
    gain = min(gain, 1.0 - mastery(person, k, practice))
    if k < SKILLS:
        person.skills[k] += gain
    else:
        person.insight[k - SKILLS] += gain


@inlined
def sit_exam(person, k, policy, practice, param, luck):
    """The course's hours are done: attendance alone gives a share of the gain, once; the exam
    passes by skill and willingness and gives the rest, or part of the course is taken again."""
    gain = param.course_gain * (0.5 + person.willingness)
    if person.attempts == 0:
        improve(person, k, param.course_attended * gain, practice)
    odds = (
        param.exam_level
        + param.exam_skill * (mastery(person, k, practice) - policy.pass_mark)
        + param.exam_willingness * (person.willingness - 0.5)
    )
    if luck < logistic(odds):
        person.examined = 1
        improve(person, k, (1.0 - param.course_attended) * gain, practice)
        person.efficacy = min(person.efficacy + param.learning_efficacy, 1.0)
        person.passed |= 1 << k
        person.hours = 0.0
        person.attempts = 0
        person.course = -1
    else:
        person.examined = -1
        person.attempts = min(person.attempts + 1, 99)
        person.hours -= policy.retake_share * policy.course_hours[k]


@inlined
def practise(person, coached, practice, param):
    """Skills gain with coaching and key work as far as the work uses them; what lies above the
    starting level is forgotten as far as it does not. Without branches: everybody, every month."""
    rate = param.coaching_gain * coached + param.doing_gain * person.key
    kept = param.forgetting * param.passed_forgetting
    for k in range(SKILLS):
        used = person.key * practice.key_demand[k]
        used += (1.0 - person.key) * practice.standard_demand[k]
        used *= SKILLS
        idle = max(person.skills[k] - practice.entry_skill[k], 0.0) * max(1.0 - used, 0.0)
        fading = kept if (person.passed >> k) & 1 else param.forgetting
        skill = person.skills[k] + rate * used - fading * idle
        person.skills[k] = min(max(skill, 0.0), 1.0)


@rule("person", draws=("exam",))
def learn(person, accounts, team, firm, policy, practice, param, draw):
    """Skill gained this month from courses, coaching and doing, less what is forgotten.

    Who is invited takes courses one after the other; what is not weighed is attended less. A
    passed course gives the full gain (Arthur et al. 2003), raises self-efficacy and is forgotten
    more slowly; a failed exam costs a share of the course again.
    """
    person.studied = 0.0
    person.examined = 0
    if person.course < 0 and invited(person, firm, policy):
        person.course = next_course(person, policy)
    if person.course >= 0:
        weighed = min(person.effort[Task.LEARN], 1.0)
        attended = param.attendance + (1.0 - param.attendance) * weighed
        person.studied = policy.hours_per_month * attended
        person.hours += person.studied
        if person.hours >= policy.course_hours[person.course]:
            sit_exam(person, person.course, policy, practice, param, draw.exam)

    coached = policy.coaching * team.coaching
    if helped(person, Help.COACHING):
        coached += 1.0
    elif helped(person, Help.JOINT_VISIT):
        coached += param.visit_coaching
    practise(person, coached, practice, param)
    if person.key > 0.0:
        for a in range(ACCOUNTS):
            if accounts[a].stage != Stage.EMPTY:
                improve(person, SKILLS + accounts[a].industry, param.doing_gain, practice)
