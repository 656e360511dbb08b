"""The rows of the pattern table: what is published or observed, and how it is simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import patterns_panel
import patterns_people as people
from numpy.typing import NDArray
from person_records import Records, recorded

import scenarios
from calibration.calibrate import calibrate
from scenarios import FirmFacts, scenario_firm
from simlab.engine.panels import simulate_panels
from simlab.engine.switches import Switch
from simlab.panel import Panel, month_number
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.world import Exit, Firm

Matrix = NDArray[np.float64]
Kind = Literal["input", "prediction"]
START = month_number("2026-01")
POINT = 0.05
"""Half width of the band around a published correlation that stands alone (our choice, about what
reviews of the same relation differ by)."""


@dataclass(frozen=True)
class Row:
    """A pattern: the band it should fall into, where that comes from, and whether a prior was set
    by it (input) or not (prediction). `switch` names the mechanism it is thought to rest on."""

    name: str
    low: float
    high: float
    source: str
    kind: Kind
    switch: str
    digits: int = 2
    share: bool = False

    def misfit(self, values: Matrix) -> Matrix:
        """Distance of each value from the band, 0 inside it."""
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)


@dataclass(frozen=True)
class Group:
    """Rows simulated together: `run` gives (row, draw) figures, mechanism off where given."""

    title: str
    says: str
    rows: tuple[Row, ...]
    run: Callable[[Switch | None], Matrix] = field(repr=False)


def _off(
    switch: Switch | None, firm: Firm, policy: Policy, draws: Matrix
) -> tuple[Firm, Policy, Matrix]:
    return (firm, policy, draws) if switch is None else switch.off(firm, policy, draws)


def point(value: float) -> tuple[float, float]:
    """The band around a correlation that stands alone."""
    return value - POINT, value + POINT


META = "Griffeth, Hom, Gaertner 2000 (from memory)"
PEOPLE: tuple[tuple[Row, Callable[[Records], float]], ...] = (
    (Row("quits with rated performance (r)", -0.28, -0.17,
         f"r -.28, meta-analysis of 24 studies; rho -.17, {META}", "input", "efficacy_leaving"),
     people.with_quits("rating")),
    (Row("quits with base pay (r)", *point(-0.11), f"rho -.11, {META}", "input", "pay_leaving"),
     people.with_quits("pay")),
    (Row("quits with tenure (r)", *point(-0.23), f"rho -.23, {META}", "input", "tenure_leaving"),
     people.with_quits("tenure")),
    (Row("quits with tickets about pressure (r; stress)", *point(0.16), f"rho .16, {META}",
         "input", "stress_leaving"),
     people.with_quits("pressure")),
    (Row("quits with contacts with colleagues (r; cohesion)", *point(-0.13), f"rho -.13, {META}",
         "input", "belonging_leaving"),
     people.with_quits("contacts")),
    (Row("quits with the pulse answer (r; satisfaction)", -0.28, -0.19,
         f"rho -.19 to -.22, {META}; -.28, Rubenstein et al. 2018 (from memory)",
         "prediction", "efficacy_leaving"),
     people.with_quits("pulse")),
    (Row("the same, corrected for the pulse's unreliability (r)", -0.28, -0.19,
         "as above", "prediction", "efficacy_leaving"),
     people.pulse_corrected),
    (Row("base pay with the pulse answer (r)", *point(0.15),
         "r .15 with job satisfaction, Judge et al. 2010 (92 samples)", "prediction",
         "reward_leaving"),
     people.pay_with_pulse),
    (Row("U-shape: quits in the square of rated performance (per SD squared)", 0.001, 0.1,
         "sign: Trevor, Gerhart, Boudreau 1997; Salamin, Hom 2005 (upper end ours)", "prediction",
         "efficacy_leaving", digits=3),
     people.curvature),
    (Row("teams: quits per head with business per head (r)", *point(-0.15),
         "rho -.15 of turnover rate and unit performance, Park, Shaw 2013 (N 309,245)",
         "prediction", "efficacy_leaving"),
     people.teams_quits_and_results),
    (Row("teams: quits per head with those of the half-year before (r; contagion)", 0.01, 0.5,
         "sign: Felps et al. 2009 (both ends ours)", "prediction", "peers"),
     people.teams_again),
)


def people_group(draws: int, seed: int) -> Group:
    """A sales firm without change: correlations with quits of the next twelve months."""
    firm = scenario_firm(FirmFacts(people=1000, team_size=10), START, seed=seed, burn_in=12)
    policy, theta = scenarios.policy("before_transition"), prior_draws(draws, seed)

    def run(switch: Switch | None) -> Matrix:
        arm, held, given = _off(switch, firm, policy, theta)
        found = [
            [figure(records) for _, figure in PEOPLE]
            for records in recorded(arm, held, given, months=24, seed=seed)
        ]
        return np.array(found).T

    return Group(
        "People", f"1,000 sales people who sell as they always did, in teams of ten; {draws} draws "
        "of the prior. Records of twelve months, then quits of the next twelve; who has announced "
        "to leave is left out.", tuple(row for row, _ in PEOPLE), run,
    )


def doctors_group(draws: int, seed: int) -> Group:
    """Doctors in ordinary care: strain and quitting within two years."""
    facts = FirmFacts(practice="medical", people=1000, team_size=12, tenure_months=48,
                      base_pay=22_000, base_spread=0.35, dismissal_months=0)
    firm = scenario_firm(facts, START, seed=seed, burn_in=12)
    policy, theta = scenarios.policy("ordinary_care"), prior_draws(draws, seed)
    row = Row("odds ratio of quitting within two years, the third with most tickets about pressure "
              "against the rest", 1.34, 5.38,
              "OR 2.68 (1.34 to 5.38) of burnout, Hamidi et al. 2018 (472 physicians): context, "
              "since tickets are no burnout scale", "prediction", "stress_leaving")

    def run(switch: Switch | None) -> Matrix:
        arm, held, given = _off(switch, firm, policy, theta)
        histories = recorded(arm, held, given, months=36, seed=seed)
        return np.array([[people.strained_odds(records) for records in histories]])

    return Group("Doctors", f"1,000 doctors in ordinary care; {draws} draws of the prior.",
                 (row,), run)


PROGRAMME = 9
"""Months that the managers' programme runs."""
TRIAL = "Friebel, Heinz, Zubanov 2022 (field trial)"
TRIALS = (
    Row("managers' programme: quits while it runs, nine months", -0.25, -0.20,
        f"-20 to -25%, {TRIAL}", "input", "attention_leaving", share=True),
    Row("managers' programme: quits half a year after its end", -0.15, 0.0,
        f"fading, {TRIAL}; less than three quarters of the least effect before (ours)", "input",
        "attention_leaving", share=True),
    Row("managers' programme: business while it runs", -0.02, 0.02,
        f"no effect on sales, {TRIAL} (within 2%: ours)", "prediction", "coaching_skill",
        share=True),
    Row("base pay cut by a tenth: quits of the next year", 0.20, 0.30,
        "+20 to 30%: elasticity 2 to 3, EPI review of quasi-experiments", "input",
        "pay_leaving", share=True),
)


def trials_group(draws: int, seed: int) -> Group:
    """A managers' programme and a pay cut, each against the same histories without it."""
    firm = scenario_firm(FirmFacts(people=1000, team_size=10), START, seed=seed, burn_in=12)
    as_is, theta = scenarios.policy("before_transition"), prior_draws(draws, seed)
    given = as_is.model_dump()
    # everybody is approached, again and again, with nothing but a manager's time
    help_all = {"active": True, "threshold": 0.0, "capacity": 100, "kind": "coaching",
                "months": PROGRAMME}
    programme = Policy.model_validate({**given, "intervention": help_all})
    cut = Policy.model_validate({**given, "incentive": given["incentive"] | {"base_factor": 0.9}})

    def run(switch: Switch | None) -> Matrix:
        arms = []
        for policy, later in ((as_is, None), (programme, {PROGRAMME: as_is}), (cut, None)):
            arm, held, draws_ = _off(switch, firm, policy, theta)
            ended = {m: p if switch is None else switch.policy(p)
                     for m, p in (later or {}).items()}
            before = as_is if switch is None else switch.policy(as_is)
            arms.append([
                _quits_and_business(records)
                for records in recorded(arm, held, draws_, months=21, seed=seed, policies=ended,
                                        current=before)
            ])
        quits, business = (np.array([[one[k] for one in arm] for arm in arms]) for k in (0, 1))

        def change(values: Matrix, arm: int, first: int, last: int) -> Matrix:
            totals = values[:, :, first:last].sum(axis=2)
            return totals[arm] / np.maximum(totals[0], 0.5) - 1

        return np.array([
            change(quits, 1, 0, PROGRAMME), change(quits, 1, PROGRAMME + 6, 21),
            change(business, 1, 0, PROGRAMME), change(quits, 2, 0, 12),
        ])

    return Group(
        "Trials", f"The same sales firm with a treatment against the same histories without it; "
        f"{draws} draws of the prior. In the programme managers give one-to-one time to everybody "
        "for nine months; whoever has decided before it leaves on their date all the same. The "
        "priors of `pay_change_exit` and `help_exit` were set with sight of these simulated "
        "trials.",
        TRIALS, run,
    )


def _quits_and_business(records: Records) -> tuple[Matrix, Matrix]:
    """(month,) voluntary exits, and business of everybody."""
    quits = (records.exited == Exit.VOLUNTARY).sum(axis=1).astype(np.float64)
    return quits, np.nansum(records.business, axis=1)


PANEL_SWITCHES = {
    "exits a month": "tenure_leaving",
    "months without business: exit month": "notice_drop",
    "months without business: the month before": "notice_drop",
    "months without business: otherwise": "ability",
    "ratings": "newcomer_rating",
    "business brought": "ability",
    "months with net refunds": "refund",
    "log business": "ability",
}
"""What a pattern's name begins with -> the mechanism it is thought to rest on."""


def panel_group(
    panel: Panel, draws: int, seed: int, simulations: int, cache: Path | None
) -> Group:
    """The real sales panel in the months that its calibration did not see."""
    until = month_number("2016-12")
    found = calibrate(panel, until=until, simulations=simulations, seed=seed, cache=cache)
    theta = found.posterior.draws[:: len(found.posterior.draws) // draws][:draws]
    columns = slice(until + 1 - panel.start, panel.months)
    names = list(patterns_panel.figures(panel, columns))
    generator = np.random.default_rng(seed)
    again = np.array([
        list(patterns_panel.figures(patterns_panel.resampled(panel, generator), columns).values())
        for _ in range(200)
    ])
    low, high = np.quantile(again, [0.05, 0.95], axis=0)
    rows = tuple(
        Row(name, float(low[k]), float(high[k]), "sales panel, January to June 2017 (90% interval "
            "over people)", "prediction",
            next(s for start, s in PANEL_SWITCHES.items() if name.startswith(start)),
            digits=3 if name.endswith("(r)") else 2, share=not name.endswith("(r)"))
        for k, name in enumerate(names)
    )

    def run(switch: Switch | None) -> Matrix:
        given = theta if switch is None else switch.draws(theta)
        kept = np.full((len(names), len(given)), np.nan)

        def consume(history: int, made: Panel) -> None:
            kept[:, history] = list(patterns_panel.figures(made, columns).values())

        simulate_panels(panel, given, consume, seed=seed)
        return kept

    return Group(
        "The sales panel", "Calibrated on the record to December 2016 "
        f"({simulations:,} simulated panels), {draws} draws of the posterior, each simulating the "
        "record from January 2016 on; compared in January to June 2017, which the calibration did "
        "not see. The form of the model's states was chosen with sight of these months, so they "
        "are out of time, not blind.", rows, run,
    )
