"""Feel: how the month's work, pay, help and colleagues move a person's states."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.rules.warn import helped
from simlab.rules.work import fit
from simlab.world import TIES, Help, Status

# weights of the reported morale index (assumed; the hazard holds the components, never morale)
MORALE_EFFICACY = 0.30
MORALE_REWARD = 0.20
MORALE_SUPPORT = 0.15
MORALE_BELONGING = 0.15
MORALE_CONTROL = 0.05
MORALE_CALM = 0.15
TIE = 1.0 / TIES
"""What one tie is of all that a person can have."""
MORALE_MEMORY = 0.3
"""Weight of the newest month in the reported index; nothing but the pulse answer reads it."""


@inlined
def held(x):
    """X held within 0..1."""
    return min(max(x, 0.0), 1.0)


@inlined
def feel_able(person, unfit, practice, param):
    """Efficacy follows success against what is usual in standard work; in key work it follows
    decisions against their standard and the felt lack of fit ("I do not know how to talk to
    them"). Relief lowers what is expected; joint visits add success of their own."""
    expected = person.usual
    if helped(person, Help.RELIEF):
        expected *= 1.0 - param.relief_target
    gap = 0.5 + person.success - expected - person.efficacy
    person.efficacy += param.efficacy_memory * (1.0 - person.key) * gap
    if person.key > 0.0:
        person.efficacy += param.felt_fit * person.key * (0.5 - unfit - person.efficacy)
    if person.decided > 0:
        outcome = person.won / person.decided - practice.key_standard
        person.efficacy += param.key_memory * (0.5 + outcome - person.efficacy)
    if helped(person, Help.JOINT_VISIT):
        person.efficacy += param.visit_efficacy
    person.efficacy = held(person.efficacy)


@inlined
def feel_part_of(person, team, firm, policy, param):
    """Belonging recovers, is lifted by a manager who coaches, drawn to the team's climate and lost
    with the colleagues who leave (those of the team, and more with one's own ties) and while other
    departments leave requests waiting. What counts is how many more leave than is usual
    in the firm."""
    belonging = person.belonging + param.belonging_recovery * (0.5 - person.belonging)
    belonging += param.coaching_belonging * policy.coaching * team.coaching
    if firm.couple_climate:
        belonging += param.climate_pull * (team.climate - person.belonging)
    if firm.couple_peers:
        belonging -= param.peers_belonging * (team.exits - firm.usual_exits)
        belonging -= param.ties_belonging * (person.ties_gone * TIE - firm.usual_ties)
    person.ties_gone = 0
    belonging -= param.wait_isolation * person.past_sla
    person.belonging = held(belonging)


@inlined
def feel_strain(person, unfit, policy, param):
    """Stress moves towards demands over resources (waiting, change, work that one is not fit for;
    support buffers), and complaints come on top; counselling takes a share of it away."""
    demands = policy.workload - 1.0 + param.demand_waiting * person.past_sla
    demands += param.demand_change * person.change
    if policy.feedback:
        demands += param.feedback_work
    demands += param.demand_misfit * person.key * unfit
    if helped(person, Help.RELIEF):
        demands -= param.relief_demand
    elif helped(person, Help.WORKLOAD):
        demands -= param.workload_demand
    buffered = param.stress_support * (person.support - 0.5)
    level = held(0.5 + param.stress_demand * demands - buffered)
    stress = person.stress + param.stress_memory * (level - person.stress)
    stress += param.stress_complaint * person.complaint_load
    if helped(person, Help.COUNSELLING):
        stress -= param.counselling_stress * stress
    person.stress = held(stress)
    person.change -= param.change_fading * person.change


@rule("person")
def feel(person, team, firm, policy, practice, param):
    """Efficacy follows success against expectation, belonging follows ties and climate, stress
    follows demands over resources, control follows transparency; morale is their slow mix.

    Results of someone on notice say nothing about what they can do: efficacy stands still. Seeing
    one's own score and advice raises control, a wide gap to the target takes some of it back.
    """
    unfit = 0.0
    if person.key > 0.0:
        unfit = practice.profile - fit(person.skills, practice.key_demand)
    if person.status == Status.ACTIVE:
        feel_able(person, unfit, practice, param)
    feel_part_of(person, team, firm, policy, param)
    feel_strain(person, unfit, policy, param)

    informed = 0.5
    if policy.transparency:
        gap = min(max(1.0 - 0.01 * person.score, 0.0), 1.0)
        informed += param.control_informed - param.control_gap * gap
    person.control += param.control_memory * (informed - person.control)

    mix = (
        MORALE_EFFICACY * person.efficacy
        + MORALE_REWARD * person.reward
        + MORALE_SUPPORT * person.support
        + MORALE_BELONGING * person.belonging
        + MORALE_CONTROL * person.control
        + MORALE_CALM * (1.0 - person.stress)
    )
    person.morale += MORALE_MEMORY * (mix - person.morale)
