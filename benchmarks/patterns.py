"""Patterns that were not put in: published and observed bands against simulated intervals, and what
each mechanism is worth to them.

    python benchmarks/patterns.py [--draws N] [--simulations N] [--seed N]

``docs/validation/patterns.md`` is what this writes (about ten minutes). The rows of the sales panel
need its file (``--data``); without it they are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forecast import FILE, sales_panel
from numpy.typing import NDArray
from patterns_readings import Reading, notices, results
from patterns_rows import Group, Row, doctors_group, panel_group, people_group, trials_group

from simlab.engine.kernel import fingerprint
from simlab.engine.switches import SWITCHES, Switch

Matrix = NDArray[np.float64]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation" / "patterns.md"
ERRORS = 3.0
"""Monte Carlo errors by which a misfit must grow to count: some 1,500 pairs are looked at, of which
two errors would let dozens pass by chance."""

INTRODUCTION = """\
# Patterns that were not put in

What the model does where nobody told it to: figures computed from **simulated records** of people
(never from hidden states) as a study would compute them, beside the published or observed band.

**How to read it.** *Simulated* is the median over parameter draws with the 90% interval: it holds
what the parameters leave open and the luck of one firm. *In the band* says where the median lies;
*overlaps* that the interval reaches into the band; **misses** that it does not. A row is an *input*
where a prior was set with that very figure in view (through another quantity: a slope on a hidden
state, not the correlation itself), else a *prediction*. The next columns switch a named mechanism
off ([switches](../reference/switches.md)) under the same draws and luck: the figure without it, and
the change of the misfit (mean distance from the band, 0 inside it; percentage points where figures
are in %) with its Monte Carlo error. It is *needed* where the misfit grows by more than three such
errors, else *decoration* for this pattern. Correlations are raw, with quits at the firm's own
base rate; the published ones marked *rho* are corrected for unreliability, so raw ones should lie
nearer to 0. "From memory" marks figures that were not checked against the source.
"""


@dataclass(frozen=True)
class Ran:
    """A group with its figures, mechanisms on, and with each mechanism off."""

    group: Group
    on: Matrix
    off: dict[str, Matrix]

    def worse(self, place: int, switch: str) -> tuple[float, float]:
        """Mean growth of a row's misfit when the mechanism is off, and its Monte Carlo error."""
        row = self.group.rows[place]
        growth = row.misfit(self.off[switch][place]) - row.misfit(self.on[place])
        growth = growth[np.isfinite(growth)]
        if len(growth) < 2:
            return 0.0, 0.0
        return float(growth.mean()), float(growth.std(ddof=1) / np.sqrt(len(growth)))


def run(group: Group, switches: Sequence[Switch]) -> Ran:
    print(f"{group.title}: {len(group.rows)} rows, {len(switches)} mechanisms", flush=True)
    return Ran(group, group.run(None), {s.name: group.run(s) for s in switches})


def shown(value: float, row: Row) -> str:
    """A figure of a row: a share in %, else with the row's digits."""
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.1f}%" if row.share else f"{value:.{row.digits}f}"


def interval(values: Matrix, row: Row) -> str:
    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
    return f"{shown(middle, row)} ({shown(low, row)} to {shown(high, row)})"


def verdict(values: Matrix, row: Row) -> str:
    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
    if row.low <= middle <= row.high:
        return "in the band"
    return "**misses**" if high < row.low or low > row.high else "overlaps"


def needed(ran: Ran, place: int, switch: str) -> bool:
    """Whether the row's misfit grows by more than Monte Carlo error without the mechanism."""
    growth, error = ran.worse(place, switch)
    return growth > ERRORS * error and growth > 0.0


def table(ran: Ran) -> list[str]:
    lines = [f"## {ran.group.title}", "", ran.group.says, "",
             "| pattern | band | source | simulated (90%) | | kind | mechanism off | without it "
             "| misfit grows by | |", "|---|---|---|---|---|---|---|---|---|---|"]
    for place, row in enumerate(ran.group.rows):
        growth, error = ran.worse(place, row.switch)
        unit = 100.0 if row.share else 1.0
        label = "needed" if needed(ran, place, row.switch) else "decoration"
        lines.append(
            f"| {row.name} | {shown(row.low, row)} to {shown(row.high, row)} | {row.source} "
            f"| {interval(ran.on[place], row)} | {verdict(ran.on[place], row)} | {row.kind} "
            f"| `{row.switch}` | {shown(float(np.nanmedian(ran.off[row.switch][place])), row)} "
            f"| {unit * growth:+.3f} ± {unit * error:.3f} | {label} |"
        )
    return [*lines, ""]


def mechanisms(every: Sequence[Ran], switches: Sequence[Switch]) -> list[str]:
    """For each mechanism the prediction that suffers most without it, or the label decoration."""
    lines = [
        "## Mechanisms", "",
        "Every mechanism switched off in every simulation above. *Prediction most in need of it*: "
        f"the one whose misfit grows most, in Monte Carlo errors (at least {ERRORS:g}, since many "
        "pairs are looked at). **Decoration** means that no prediction on this page gets worse by "
        "more than Monte Carlo error: what the mechanism does rests on its prior alone, and no "
        "pattern here speaks for it. Mechanisms of the move to key work cannot be needed here: no "
        "published figure describes such a firm.", "",
        "| mechanism | what it does | prediction most in need of it | misfit grows by "
        "| predictions that need it | that are better without it |", "|---|---|---|---|---|---|",
    ]
    for switch in switches:
        found, better = [], 0
        for ran in every:
            for place, row in enumerate(ran.group.rows):
                if row.kind != "prediction":
                    continue
                growth, error = ran.worse(place, switch.name)
                better += growth < -ERRORS * error and growth < 0.0
                if needed(ran, place, switch.name):
                    found.append((growth / max(error, 1e-12), row, growth, error))
        if not found:
            lines.append(f"| `{switch.name}` | {switch.en} | **decoration** | | 0 | {better} |")
            continue
        _, row, growth, error = max(found, key=lambda item: item[0])
        unit = 100.0 if row.share else 1.0
        lines.append(f"| `{switch.name}` | {switch.en} | {row.name} | {unit * growth:+.3f} ± "
                     f"{unit * error:.3f} | {len(found)} | {better} |")
    return [*lines, ""]


def side_by_side(title: str, says: str, found: Sequence[Reading]) -> list[str]:
    """How the policy's effect changes under each reading."""
    lines = [f"## {title}", "", says, "",
             "| reading | voluntary exits, move only | train and help | relative effect (90%) "
             "| P(fewer) | exits less (90%) | against the first row |",
             "|---|---|---|---|---|---|---|"]
    for one in found:
        low, middle, high = np.quantile(one.effect, [0.05, 0.5, 0.95])
        fewer = np.quantile(-one.difference, [0.5, 0.05, 0.95])
        shift = one.effect - found[0].effect
        error = shift.std(ddof=1) / np.sqrt(len(shift))
        against = "–" if one is found[0] else f"{shift.mean():+.1%} ± {error:.1%}"
        lines.append(
            f"| {one.name} | {one.exits[0]:.1f} | {one.exits[1]:.1f} "
            f"| {middle:+.0%} ({low:+.0%} to {high:+.0%}) | {(one.difference < 0).mean():.0%} "
            f"| {fewer[0]:.1f} ({fewer[1]:.1f} to {fewer[2]:.1f}) | {against} |"
        )
    return [*lines, ""]


def summary(every: Sequence[Ran], switches: Sequence[Switch]) -> list[str]:
    """Counts of rows by verdict and kind, and what misses."""
    rows = [(ran, place, row) for ran in every for place, row in enumerate(ran.group.rows)]
    lines = []
    for kind in ("prediction", "input"):
        chosen = [verdict(ran.on[place], row) for ran, place, row in rows if row.kind == kind]
        counts = ", ".join(f"{chosen.count(said)} {said.strip('*')}"
                           for said in ("in the band", "overlaps", "**misses**"))
        lines.append(f"- {len(chosen)} {kind}s: {counts}.")
    missed = [row.name for ran, place, row in rows if verdict(ran.on[place], row) == "**misses**"]
    lines.append("- Missed: " + ("; ".join(missed) if missed else "none") + ".")
    decoration = sum(
        not any(needed(ran, place, switch.name) for ran, place, row in rows
                if row.kind == "prediction")
        for switch in switches
    )
    lines.append(f"- Of {len(switches)} mechanisms {len(switches) - decoration} are needed by a "
                 f"prediction on this page, {decoration} are decoration in its sense.")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--simulations", type=int, default=4000)
    parser.add_argument("--replicates", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=FILE)
    parser.add_argument("--cache", type=Path, help="folder to keep simulated summaries in")
    options = parser.parse_args()
    draws, seed = options.draws, options.seed
    groups = [people_group(draws, seed), doctors_group(draws, seed), trials_group(draws, seed)]
    if options.data.exists():
        panel = sales_panel(options.data)
        groups.append(panel_group(panel, draws, seed, options.simulations, options.cache))
    else:
        print(f"{options.data} is missing: no rows of the sales panel")
    month = fingerprint()
    every = [run(group, SWITCHES) for group in groups]
    command = (f"python benchmarks/patterns.py --draws {draws} "
               f"--simulations {options.simulations} --seed {seed}")
    lines = [INTRODUCTION, f"`{command}` (month `{month}`):", "",
             *summary(every, SWITCHES)]
    for ran in every:
        lines += table(ran)
    lines += mechanisms(every, SWITCHES)
    many = {"replicates": options.replicates, "seed": seed}
    lines += side_by_side(
        "How long notice is",
        "The sales transition over 24 months, 150 people, prior draws. Notice is "
        "binomial(3, `notice_chance`); the parameter is set to 0, 1/3, 2/3 and 1, so that notice "
        "is no month and three months exactly, and one and two months on average. Exits that are "
        "decided in the last months fall outside the horizon where notice is long. The last "
        "column is the paired change of the relative effect, with its Monte Carlo error.",
        notices(2 * draws, **many),
    )
    lines += side_by_side(
        "Why people with poor results leave",
        "Two readings of the same correlation: they feel that they are not fit (the slope on "
        "efficacy), or they expect to be dismissed (a slope on results below standard, "
        "`anticipation_exit`, which is off unless a study sets it). Each draw's slope is put on "
        "one, on the other, or halved. The second acts on nothing but results below the standard, "
        "so the same slope on it weighs less: compare it with neither.",
        results(2 * draws, **many),
    )
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
