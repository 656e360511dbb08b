"""Every claim case over the prior; writes the table of claimed against simulated.

    python benchmarks/claims.py [--draws N] [--seed N]

``docs/validation/claims.md`` is what this writes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scenarios.claims import MEASURES, CaseResult, load
from simlab.engine.kernel import fingerprint
from simlab.jobs.claims import claims
from simlab.report.claims import cells, notes, verdict

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation" / "claims.md"

INTRODUCTION = """\
# Claims in circulation against the model

`simlab claims` runs claims that vendors make about such programmes: figures without a source or a
control group. None is a target of calibration. Each is a scenario pair (`scenarios/claims/*.yaml`)
that sets facts of a firm and levers, never parameters. Some of these choices were made with sight
of trial runs, so that a figure could be measured at all: everybody on key accounts (V3), the range
around 70 and a score that weighs satisfaction (V5), half of the time on key accounts, joint visits
as the help, and recovery as half of the fall regained (V6). They are named as ours below. The
assumed size of standard customers' goodwill was set with the figures of V2 and V4 in view, so read
these two as plausibility. Every case here runs over draws of the **prior**, that is on assumptions
alone; `--lab` puts a posterior in its place.

**How to read it.** A *future* is one draw of the parameters; its figure is the expectation over the
replicates, policies being compared under the same luck. *Simulated* is the median over futures with
the 90% interval. *P(band)* is the share of futures inside the band, the prior-predictive
probability of the claim. The verdict is fixed beforehand (`scenarios/claims/verdict.py`): *agrees*
with at least 80% of futures inside, *weaker* or *stronger* with at least 80% on the near or the far
side, *cannot happen* where the model's structure excludes the band or nothing leads from the policy
to the figure, *not distinguishable* otherwise. A claim of several figures agrees only where they
are in their bands together.

A verdict says what this model makes of a claim under stated assumptions, not whether the claim is
true of a firm: where the prior is wide, *not distinguishable* is the honest answer, and the firm's
own records narrow it. In Python: `run(load("V2"), draws=50).verdict` with `load` and `run` of
`scenarios.claims`.
"""


def page(results: tuple[CaseResult, ...], command: str) -> str:
    """The page, in Markdown."""
    lines = [INTRODUCTION, f"`{command}` (month `{fingerprint()}`):", "",
             "| case | claim | figure | claimed (band) | simulated (90%) | P(band) "
             "| draws x replicates | verdict |", "|---|---|---|---|---|---|---|---|"]
    for result in results:
        tree = result.to_json()
        for index, item in enumerate(tree["figures"]):
            first = index == 0
            name, title = (f"**{result.name}**", result.title["en"]) if first else ("", "")
            figure, claimed, simulated, inside, said = cells(item, "en", calibrated=False)
            futures = f"{result.draws} x {result.replicates}" if first else ""
            row = (name, title, figure, claimed, simulated, inside, futures, said)
            lines.append(f"| {' | '.join(row)} |")
        lines.append(f"| | | *case* | | | | | **{verdict(tree['verdict'], 'en')}** |")
    lines += ["", "## Case by case", ""]
    for result in results:
        lines += _case(result)
    return "\n".join(lines).rstrip() + "\n"


def _case(result: CaseResult) -> list[str]:
    case = load(result.name)
    kinds = dict.fromkeys(figure.measure for figure in case.figures)
    return [
        f"### {result.name}: {result.title['en']}", "",
        f"*{result.claim['en']}*", "", result.form["en"], "",
        *(f"- {line}" for line in notes(result.to_json(), "en")),
        *(f"- `{kind}`: {MEASURES[kind].says}" for kind in kinds), "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=None, help="default: as each case says")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asked = "" if options.draws is None else f" --draws {options.draws}"
    command = f"python benchmarks/claims.py{asked} --seed {options.seed}"
    results = claims(draws=options.draws, seed=options.seed)
    PAGE.write_text(page(results, command), encoding="utf-8")
    for result in results:
        print(f"{result.name}: {verdict(result.verdict, 'en')}")


if __name__ == "__main__":
    main()
