"""The built-in sample hospital: 120 doctors over 24 months, made by the model itself.

Synthetic throughout: the doctors of the scenario premium_care under ordinary care, every parameter
at its prior mean. No person-level record of real doctors stood behind the medical practice's
parameters, so these tables show how a hospital's records look in the lab, and prove nothing about
doctors. The committed tables under ``sample_hospital/`` are what this module writes:
``python -m scenarios.hospital FOLDER``.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.load import load, policy
from simlab.engine.panels import simulated_panel
from simlab.panel import STILL_HERE, Panel, month_name, month_number
from simlab.parameters import prior_mean
from simlab.practice import pack
from simlab.records import export_panel

SCENARIO = "premium_care"
HOSPITAL_SEED = 20240102
MONTHS = 24
_NEWCOMERS = 0.01
"""A month, as a share of the doctors at the start."""
_PREMIUM = 0.15
"""Share of doctors who hold a premium panel when the record begins or come to within it."""


def hospital_panel(*, people: int | None = None, seed: int = HOSPITAL_SEED) -> Panel:
    """The hospital's record from 2024-01: staff, pay and tenure by the scenario's facts (`people`
    other than it says for a trial), results, ratings, exits and absence simulated."""
    study = load(SCENARIO)
    facts = study.facts
    n_first = people or facts.people
    generator = np.random.default_rng(seed)
    newcomers = generator.poisson(_NEWCOMERS * n_first, MONTHS - 1)
    first = np.concatenate([np.zeros(n_first, int), np.repeat(np.arange(1, MONTHS), newcomers)])
    n = len(first)
    tenure = np.where(first == 0, generator.exponential(facts.tenure_months, n).astype(int) + 1, 0)
    base = np.round(facts.base_pay * np.exp(facts.base_spread * generator.standard_normal(n)), -2)
    clinics = list(pack(facts.practice)["industries"])
    premium = generator.random(n) < _PREMIUM
    shape = (n, MONTHS)
    frame = Panel(
        start=month_number("2024-01"),
        person=tuple(f"D{i + 1:04d}" for i in range(n)),
        hired=(first - tenure).astype(np.int32),
        first=first.astype(np.int32),
        last=np.full(n, MONTHS - 1, np.int32),
        exited=np.full(n, STILL_HERE, np.int32),
        grade=np.ones(shape, np.int32),
        base=np.broadcast_to(base[:, None], shape).astype(np.float32),
        observed=np.arange(MONTHS) >= first[:, None],
        business=np.zeros(shape, np.float32),
        rating=np.ones(shape, np.int8),
        unit=tuple(clinics[k] for k in generator.integers(0, len(clinics), n)),
        key_from=np.where(premium, np.maximum(first, generator.integers(0, MONTHS, n)),
                          STILL_HERE).astype(np.int32),
        absence=np.zeros(shape, np.float32),
    )
    made = simulated_panel(frame, prior_mean(), seed=seed, policy=policy("ordinary_care"))
    assert made.absence is not None
    # Money to the unit and leave to the half day, as a hospital's own export would hold them.
    half_days = (np.round(2 * made.absence) / 2).astype(np.float32)
    return replace(made, business=np.round(made.business), absence=half_days)


def write_hospital(folder: Path) -> None:
    """Write the hospital's canonical tables into `folder`: beside what a panel exports, the clinics
    and one premium panel a doctor who holds one."""
    panel = hospital_panel()
    export_panel(panel, folder)
    named = pack("medical")["industries"]
    _write(folder / "org_units.csv", ["org_unit_id", "name_zh", "name_en", "function"],
           [[key, named[key]["zh"], named[key]["en"], "clinical"]
            for key in sorted(set(panel.unit))])
    assert panel.key_from is not None
    _write(folder / "accounts.csv", ["account_id", "employee_no", "segment", "industry",
                                     "opened_on"],
           [[f"premium-{person}", person, "premium", unit, f"{month_name(panel.start + since)}-01"]
            for person, unit, since, last in zip(
                panel.person, panel.unit, panel.key_from, panel.last, strict=True)
            if since <= last])


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    write_hospital(Path(sys.argv[1]))
