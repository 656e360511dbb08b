"""Is a history the same however it is run?"""

import threading

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import Histories, history_number, simulate
from simlab.engine.kernel import load_kernel
from simlab.engine.mesa_model import FirmModel, PersonAgent
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import Cancelled
from simlab.panel import month_number
from simlab.parameters import prior_draws, prior_mean
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.world import Exit, Status

MONTHS = 15


@pytest.fixture(scope="module")
def draws():
    return prior_draws(3, seed=11)


@pytest.fixture(scope="module")
def kernel(firm, busy, draws):
    return simulate(firm, [busy], draws, months=MONTHS, replicates=2, seed=5).y


def mesa_history(firm, policy, draw, history, **options):
    model = FirmModel(firm, policy, draw, seed=5, history=history, **options)
    rows = []
    for _ in range(MONTHS):
        model.step()
        rows.append([model.outcomes()[name] for name in OUTCOMES])
    return np.array(rows), model


@pytest.mark.smoke
@pytest.mark.parametrize("order", ["do", "shuffle_do"])
def test_mesa_steps_the_kernels_history_bit_for_bit(firm, busy, draws, kernel, order):
    for draw in range(3):
        for replicate in range(2):
            number = history_number(draw, replicate)
            rows, _ = mesa_history(firm, busy, draws[draw], number, order=order)
            np.testing.assert_array_equal(rows, kernel[draw, replicate, 0])


def test_a_small_firms_histories_are_the_same_too(busy):
    """Small arrays are freed and taken again soonest: a record must not outlive its array."""
    small = scenario_firm(FirmFacts(people=14, team_size=7, support_capacity=0.05),
                          month_number("2026-01"), seed=4)
    draw = prior_mean()
    y = simulate(small, [busy], draw[None, :], months=MONTHS, replicates=6, seed=5).y
    for replicate in range(6):
        rows, _ = mesa_history(small, busy, draw, history_number(0, replicate))
        np.testing.assert_array_equal(rows, y[0, replicate, 0])


@pytest.mark.smoke
@pytest.mark.parametrize(("threads", "chunk"), [(1, 1), (2, 1), (2, 4), (5, 2), (1, 100)])
def test_threads_and_chunks_change_nothing(firm, busy, draws, kernel, threads, chunk):
    again = simulate(
        firm, [busy], draws, months=MONTHS, replicates=2, seed=5, threads=threads, chunk=chunk
    )
    np.testing.assert_array_equal(again.y, kernel)


def test_another_seed_is_another_history(firm, busy, draws, kernel):
    other = simulate(firm, [busy], draws, months=MONTHS, replicates=2, seed=6)
    assert not np.array_equal(other.y, kernel)


def test_datacollector_holds_the_outcomes(firm, busy, draws, kernel):
    _, model = mesa_history(firm, busy, draws[0], 0)
    frame = model.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(frame[list(OUTCOMES)].to_numpy(), kernel[0, 0, 0])


def test_overriding_one_agents_rule_changes_that_agent(firm, busy, draws):
    class Quick(PersonAgent):
        def learn(self):
            self.follow("learn")
            self.record["skills"][1] = 1.0

    alone = firm.with_facts(couple_assign=0)
    model = FirmModel(alone, busy, draws[0], seed=5, agents_by_slot={7: Quick})
    model.step()
    other = FirmModel(alone, busy, draws[0], seed=5)
    other.step()
    changed = [i for i in range(len(model.people)) if model.people[i] != other.people[i]]
    assert changed == [7]
    assert model.people[7]["skills"][1] == 1.0
    assert other.people[7]["skills"][1] < 1.0


def test_a_policy_that_changes_nothing_changes_nothing(firm, draws):
    as_is = Policy(name="as_is", title={"en": "As is", "zh": "现状"})
    same = Policy.model_validate({"name": "same", "title": {"en": "Same", "zh": "相同"},
                                  "training": {"fee": 0.0}, "selection": {"ramp_months": 12}})
    y = simulate(firm, [as_is, same], draws, months=MONTHS, seed=5).y
    np.testing.assert_array_equal(y[:, :, 0], y[:, :, 1])


def test_cancel_stops_a_run(firm, busy, draws):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        simulate(firm, [busy], draws, months=MONTHS, progress=progress)


def test_a_running_kernel_reads_the_flag_every_month(firm, busy):
    """More months than anyone would wait for: the kernel itself must come back early."""
    kernel, flag = load_kernel(), Progress().flag
    months, count = 2000, 300
    lived = Histories.of(firm, [busy], prior_draws(1, 1), months=months, replicates=count,
                         current=None, seed=1)
    out = np.empty((count, 1, months, len(OUTCOMES)))

    def run(last):
        return lived.run(kernel, 0, last, out[:last], flag)

    assert run(1) == 1  # compiled, and a run that nobody stops is whole
    stopper = threading.Timer(0.2, lambda: flag.fill(1))
    stopper.start()
    assert run(count) < count
    stopper.join()


def test_a_start_is_never_written(firm, busy, draws):
    before = firm.people.copy()
    simulate(firm, [busy], draws, months=3)
    # one history alone is lived in rows of its own, too
    one, again = (simulate(firm, [busy], draws[:1], months=3).y for _ in range(2))
    np.testing.assert_array_equal(one, again)
    np.testing.assert_array_equal(firm.people, before)


def test_whoever_comes_to_a_seat_next_is_the_same_person_in_whatever_month(firm, busy, draws):
    """One leaves two months earlier than in the twin history: the vacancy lasts as long and the
    same newcomer fills it, so policies that lose people at different times still compare."""
    arrived = {}
    for goes in (1, 3):
        model = FirmModel(firm, busy, draws[0], seed=5)
        model.step()
        model.people[7]["status"], model.people[7]["leaving"] = Status.NOTICE, Exit.VOLUNTARY
        model.people[7]["notice"] = goes
        months = 0
        while model.people[7]["generation"] == 0 or model.people[7]["status"] != Status.ACTIVE:
            model.step()
            months += 1
        person = model.people[7]
        arrived[goes] = (months - goes, *(person[t].item() for t in ("willingness", "proactivity",
                                                                    "turn", "ability", "frailty")))
    assert arrived[1] == arrived[3]
