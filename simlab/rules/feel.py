"""Feel: how the month's work, pay, help and colleagues move a person's states."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.rules import rule
from simlab.rules.work import fit
from simlab.world import Help, Status

# weights of the reported morale index (assumed; the hazard holds the components, never morale)
MORALE_EFFICACY = 0.30
MORALE_REWARD = 0.20
MORALE_SUPPORT = 0.15
MORALE_BELONGING = 0.15
MORALE_CONTROL = 0.05
MORALE_CALM = 0.15


@njit
def held(x):
    """X held within 0..1."""
    return min(max(x, 0.0), 1.0)


@rule("person")
def feel(person, team, firm, policy, practice, param):
    """Efficacy follows success against expectation, belonging follows ties and climate, stress
    follows demands over resources, control follows transparency; morale is their slow mix.

    Results of someone on notice say nothing about what they can do: efficacy stands still.
    """
    if person.status == Status.ACTIVE:
        share = 1.0 - person.key
        gap = 0.5 + person.success - person.usual - person.efficacy
        person.efficacy += param.efficacy_memory * share * gap
        if person.decided > 0:
            outcome = person.won / person.decided - practice.key_standard
            person.efficacy += param.key_memory * outcome
        person.efficacy = held(person.efficacy)

    belonging = person.belonging + 0.05 * (0.5 - person.belonging)
    if firm.couple_climate:
        belonging += param.climate_pull * (team.climate - person.belonging)
    if firm.couple_peers:
        belonging -= param.peers_belonging * team.exits
    person.belonging = held(belonging)

    demands = policy.workload - 1.0 + 0.3 * person.past_sla
    demands += person.key * (0.5 - fit(person.skills, practice.key_demand))
    if person.help == Help.RELIEF and person.help_left > 0:
        demands -= 0.3
    level = held(0.5 + param.stress_demand * demands - 0.3 * (person.support - 0.5))
    stress = person.stress + param.stress_memory * (level - person.stress)
    person.stress = held(stress + param.stress_complaint * person.complaints)

    informed = 0.65 if policy.transparency else 0.5
    person.control += param.control_memory * (informed - person.control)

    mix = (
        MORALE_EFFICACY * person.efficacy
        + MORALE_REWARD * person.reward
        + MORALE_SUPPORT * person.support
        + MORALE_BELONGING * person.belonging
        + MORALE_CONTROL * person.control
        + MORALE_CALM * (1.0 - person.stress)
    )
    person.morale += 0.3 * (mix - person.morale)
